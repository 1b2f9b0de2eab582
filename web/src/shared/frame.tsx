import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { useCurrent } from "./current";
import { Keys } from "./keys";
import { Theme } from "./theme";

const firstKeys: [string, string][] = [
  ["Tab", "the next control"],
  ["Enter, Space", "open or choose"],
];
const lastKeys: [string, string][] = [["?", "these keys"]];

/** Whether a page is a part of one of the dashboard, which has skip link, keys, theme and the element main itself. */
export const IsPart = createContext(false);

/** A page that is passed on: contents, the answer, and what follows it. `above` stands before the answer in the dashboard. */
export function Frame(props: {
  sections: readonly (readonly [string, string])[];
  /** Keys of this page alone, each with what it does. */
  keys?: [string, string][];
  above?: ComponentChildren;
  eyebrow: ComponentChildren;
  answer: ComponentChildren;
  children: () => ComponentChildren;
}) {
  const { sections } = props;
  const isPart = useContext(IsPart);
  const Main = isPart ? "div" : "main";
  const current = useCurrent(sections.map(([id]) => id));
  // The answer is painted first; the rest follows in the next frame, below it.
  const [isWhole, setWhole] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setTimeout(() => setWhole(true)));
    return () => cancelAnimationFrame(frame);
  }, []);
  useEffect(() => {
    if (isWhole && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [isWhole]);
  return (
    <>
      {!isPart && (
        <a class="skip" href="#answer">
          Skip to the answer
        </a>
      )}
      {!isPart && <Keys keys={[...firstKeys, ...(props.keys ?? []), ...lastKeys]} />}
      <div class="layout">
        <nav class="contents" aria-label="Contents">
          <ol>
            {sections.map(([id, name]) => (
              <li key={id}>
                <a href={`#${id}`} aria-current={current === id ? "true" : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ol>
        </nav>
        <Main>
          <header class="top">
            {props.above}
            <div class="eyebrow">
              {props.eyebrow}
              {!isPart && (
                <span class="tools">
                  <Theme />
                </span>
              )}
            </div>
            {props.answer}
          </header>
          {isWhole && props.children()}
        </Main>
      </div>
    </>
  );
}

/** The end of a page: method, factors, and what is left out. */
export function Footer(props: { run?: string; method: string; hash?: string; children?: ComponentChildren }) {
  const isPart = useContext(IsPart);
  return (
    <footer>
      <p>
        {props.run ? (
          <>
            Run <code>{props.run}</code> · method{" "}
          </>
        ) : (
          "Method "
        )}
        {props.method}
        {props.hash && ` · factors ${props.hash}`}.
        {!isPart && (
          <>
            {" "}
            Written by tonne, the carbon ledger for AI. This file loads nothing from anywhere. Press <code>?</code> for the keys.
          </>
        )}
      </p>
      {props.children}
    </footer>
  );
}
