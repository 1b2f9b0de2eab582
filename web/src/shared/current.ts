import { useEffect, useState } from "preact/hooks";

/** The section that is being read. */
export function useCurrent(ids: readonly string[]): string {
  const [current, setCurrent] = useState(ids[0] ?? "");
  useEffect(() => {
    const update = (): void => {
      let found = ids[0] ?? "";
      for (const id of ids) {
        const top = document.getElementById(id)?.getBoundingClientRect().top;
        if (top !== undefined && top < innerHeight * 0.35) found = id;
      }
      setCurrent(found);
    };
    addEventListener("scroll", update, { passive: true });
    update();
    return () => removeEventListener("scroll", update);
  }, [ids.join()]);
  return current;
}
