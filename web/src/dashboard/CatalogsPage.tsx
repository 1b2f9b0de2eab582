import { useEffect, useRef, useState } from "preact/hooks";
import type { CatalogListDocument, Source } from "../documents";
import { capital, Empty, JsonLink, PageHead, ProblemBox, QualityMark, Skeleton } from "./parts";
import { useDocument } from "./request";
import { open, withQuery, type Place } from "./router";
import { count, oneLine } from "./text";

/** The catalogs of factors. */
export function CatalogsPage() {
  const list = useDocument<CatalogListDocument>("/api/v1/catalogs");
  return (
    <>
      <PageHead title="Catalogs" heading="Catalogs: the factors, and where each comes from">
        <p class="boundary-line">
          {list.data ? (
            <>
              Factor set {list.data.factors_hash}. <JsonLink address="/api/v1/catalogs" of="the catalogs" />
            </>
          ) : (
            "\u00a0"
          )}
        </p>
      </PageHead>
      {list.problem && <ProblemBox problem={list.problem} onRetry={list.retry} />}
      {list.data ? (
        <ul class="catalog-cards">
          {list.data.catalogs.map((catalog) => (
            <li key={catalog.name}>
              <a href={`/catalogs/${catalog.name}`}>
                <b>{capital(catalog.name)}</b>
                <span class="small">{catalog.description}</span>
              </a>
            </li>
          ))}
        </ul>
      ) : (
        list.isLoading && <Skeleton height={240} label="The list of catalogs" />
      )}
    </>
  );
}

interface Row {
  id: string;
  name: string;
  value?: number;
  low?: number;
  high?: number;
  contradiction?: string;
  unit: string;
  year?: number;
  quality: string;
  source: string;
  note?: string;
}

const step = 100;

/** The rows of a catalog that contain every word, with value, bounds, year, quality and source. */
export function CatalogPage({ name, place }: { name: string; place: Place }) {
  const inAddress = place.query.get("search") ?? "";
  const [words, setWords] = useState(inAddress);
  const [shown, setShown] = useState(step);
  const timer = useRef(0);
  const isTyping = useRef(false);
  useEffect(() => {
    if (!isTyping.current) setWords(inAddress);
    setShown(step);
  }, [inAddress]);
  const address = `/api/v1/catalogs/${encodeURIComponent(name)}${inAddress.trim() ? `?search=${encodeURIComponent(inAddress.trim())}` : ""}`;
  const catalog = useDocument<{ rows: Row[] }>(address, { keep: true });
  const list = useDocument<CatalogListDocument>("/api/v1/catalogs");
  const description = list.data?.catalogs.find((one) => one.name === name)?.description;
  const sources = new Map((list.data?.sources ?? []).map((source) => [source.id, source as Source]));
  const type = (text: string): void => {
    isTyping.current = true;
    setWords(text);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      isTyping.current = false;
      open(withQuery({ search: text }), { replace: true });
    }, 150);
  };
  return (
    <>
      <PageHead title={capital(oneLine(name))}>
        <p class="boundary-line">
          <a href="/catalogs">All catalogs</a>
          {description && <> · {description}</>}
        </p>
      </PageHead>
      <search class="row end" style={{ marginTop: "20px" }}>
        <label class="field" style={{ flex: "0 1 440px" }}>
          Search
          <input data-key="search" type="search" value={words} placeholder="words that a row must contain" autocomplete="off" spellcheck={false} onInput={(event) => type(event.currentTarget.value)} />
        </label>
        <span class="row">
          <span class="small quiet" role="status">
            {catalog.data ? count(catalog.data.rows.length, "row") : "\u00a0"}
          </span>
          <JsonLink address={address} of="these rows" />
        </span>
      </search>
      {catalog.problem && <ProblemBox problem={catalog.problem} onRetry={catalog.retry} />}
      {catalog.data?.rows.length === 0 && (
        <Empty title="No row has all of these words">
          <p>Search for fewer, or for a part of a word.</p>
        </Empty>
      )}
      {catalog.data && catalog.data.rows.length > 0 && (
        <div class={catalog.isLoading ? "listing is-old" : "listing"}>
          <div class="scroll" tabIndex={0} role="region" aria-label={`${name}, table`}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col" class="n">
                    Value
                  </th>
                  <th scope="col" class="n medium">
                    From–to
                  </th>
                  <th scope="col">Unit</th>
                  <th scope="col" class="n medium">
                    Year
                  </th>
                  <th scope="col" class="medium">
                    Quality
                  </th>
                  <th scope="col">Source and licence</th>
                </tr>
              </thead>
              <tbody>
                {catalog.data.rows.slice(0, shown).map((row) => (
                  <tr key={row.id}>
                    <td class="text" title={row.id}>
                      {row.name}
                      {row.note && <small class="note">{row.note}</small>}
                      {row.contradiction && (
                        <small class="note">
                          <span aria-hidden="true">⚠ </span>
                          {row.contradiction}
                        </small>
                      )}
                    </td>
                    <td class="n" title={row.value === undefined ? undefined : String(row.value)}>
                      {row.value === undefined ? "" : number(row.value)}
                    </td>
                    <td class="n medium">{row.low === undefined || row.low === row.high ? "" : `${number(row.low)}–${number(row.high!)}`}</td>
                    <td class="nowrap">{row.unit}</td>
                    <td class="n medium">{row.year ?? ""}</td>
                    <td class="medium">
                      <QualityMark quality={row.quality} />
                    </td>
                    <td class="text">
                      {row.source.split(";").map((id) => (
                        <SourceLine key={id} id={id} source={sources.get(id)} />
                      ))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {catalog.data.rows.length > shown && (
            <p style={{ marginTop: "12px" }}>
              <button type="button" class="plain" onClick={() => setShown(shown + step)}>
                Show {Math.min(step, catalog.data.rows.length - shown)} more of {(catalog.data.rows.length - shown).toLocaleString("en")}
              </button>
            </p>
          )}
        </div>
      )}
      {!catalog.data && catalog.isLoading && (
        <div class="listing">
          <Skeleton height={600} label="The catalog" />
        </div>
      )}
    </>
  );
}

function SourceLine({ id, source }: { id: string; source: Source | undefined }) {
  if (!source) return <span class="source">{id}</span>;
  return (
    <span class="source" title={source.title}>
      {source.link && /^https:\/\//.test(source.link) ? (
        <a href={source.link} target="_blank" rel="noreferrer">
          {id}
        </a>
      ) : (
        id
      )}
      {source.licence && <span class="quiet"> {source.licence}</span>}
    </span>
  );
}

/** At most four digits, with separators. */
export function number(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-6) return value.toExponential(2);
  return Number(value.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 10 });
}
