import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A dialog with the keys, opened by `?`. */
export function Keys({ keys }: { keys: readonly (readonly [string, string])[] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.key === "?" && !/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) dialog.current?.showModal();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <dl>
        {keys.map(([key, what]) => (
          <Fragment key={key}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
      </dl>
      <button type="button" class="plain" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
