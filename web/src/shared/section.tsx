import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { copyImage, toPng } from "./image";

/** The rows of a table as they are copied and shown. */
export interface Table {
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** Columns of numbers, aligned to the right. */
  numbers?: readonly number[];
  /** Columns of sentences, kept wide. */
  texts?: readonly number[];
}

/** A section: its finding as the heading, a picture, its table and a menu to copy it. */
export function Section(props: {
  id: string;
  kicker: string;
  finding: string;
  note?: string | undefined;
  table?: Table | undefined;
  json?: unknown;
  citation: string;
  tall?: boolean;
  /** Whether the table is shown below the picture. Default: yes. */
  hasTwin?: boolean;
  children: ComponentChildren;
}) {
  return (
    <section id={props.id} aria-labelledby={`${props.id}-finding`}>
      <div class="section-head">
        <div>
          <span class="kicker">{props.kicker}</span>
          <h2 id={`${props.id}-finding`}>{props.finding}</h2>
        </div>
        <CopyMenu id={props.id} name={props.kicker} finding={props.finding} table={props.table} json={props.json} citation={props.citation} />
      </div>
      {props.note && <p class="section-note">{props.note}</p>}
      <div class={props.tall ? "picture tall" : "picture"}>{props.children}</div>
      {props.table && props.hasTwin !== false && <TableTwin table={props.table} name={props.kicker} />}
    </section>
  );
}

export function TableTwin({ table, name }: { table: Table; name: string }) {
  return (
    <details class="twin">
      <summary>
        As a table<span class="visually-hidden">: {name}</span>
      </summary>
      <DataTable table={table} name={name} />
    </details>
  );
}

export function DataTable({ table, name }: { table: Table; name: string }) {
  const kind = (column: number): string =>
    table.numbers?.includes(column) ? "n" : table.texts?.includes(column) ? "text" : "";
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`${name}, table`}>
      <table>
        <thead>
          <tr>
            {table.head.map((cell, i) => (
              <th key={i} scope="col" class={kind(i)}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, at) => (
                <td key={at} class={kind(at)}>
                  <bdi>{cell}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CopyMenu(props: { id: string; name: string; finding: string; table: Table | undefined; json: unknown; citation: string }) {
  const [done, setDone] = useState("");
  const menu = useRef<HTMLDetailsElement>(null);
  const copy = (what: string, text: string) => async () => {
    await copyText(text);
    close(`${what} copied`);
  };
  const close = (text: string): void => {
    setDone(text);
    menu.current?.removeAttribute("open");
    menu.current?.querySelector("summary")?.focus();
  };
  const copyPicture = async (): Promise<void> => {
    const picture = menu.current?.closest("section")?.querySelector<HTMLElement>(".picture");
    if (!picture) return;
    try {
      close(await copyImage(await toPng(picture, props.finding, props.citation), props.id));
    } catch {
      close("This browser cannot draw the picture; take a screenshot");
    }
  };
  return (
    <details class="copy" ref={menu}>
      <summary>
        Copy as<span class="visually-hidden"> link, data, image or citation: {props.name}</span>
      </summary>
      <div>
        <button type="button" onClick={copy("Link", `${location.href.split("#")[0]}#${props.id}`)}>
          Link
        </button>
        {props.json !== undefined && (
          <button type="button" onClick={copy("JSON", JSON.stringify(props.json, null, 2))}>
            JSON
          </button>
        )}
        {props.table && (
          <button type="button" onClick={copy("CSV", toCsv(props.table))}>
            CSV
          </button>
        )}
        <button type="button" onClick={copyPicture}>
          Image
        </button>
        <button type="button" onClick={copy("Citation", props.citation)}>
          Citation
        </button>
      </div>
      <span class="visually-hidden" role="status">
        {done}
      </span>
    </details>
  );
}

/** RFC 4180; a cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function toCsv(table: Table): string {
  const cell = (text: string): string => {
    const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [table.head, ...table.rows].map((row) => row.map(cell).join(",") + "\r\n").join("");
}

/** Puts a text on the clipboard. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without the permission, or where the page is not in a secure context.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
