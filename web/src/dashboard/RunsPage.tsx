import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FilterDocument, FilterDocumentValuePart, RunPageDocument, RunPageDocumentRunPart, TotalDocument } from "../documents";
import { thin } from "../shared/format";
import { describeQuantity, Empty, JsonLink, PageHead, ProblemBox, Skeleton, textOf } from "./parts";
import { useDocument } from "./request";
import { open, withQuery, type Place } from "./router";
import { ServicesNow } from "./ServicesNow";
import { count, duration, localTime, oneLine } from "./text";
import { dimensions, findingOf, sumSentence, TotalsPicture } from "./totals";

const pageSize = 50;
const conditions = ["q", "project", "status", "kind", "machine", "user", "account", "tag", "since", "until"] as const;
/** Conditions that a sum understands as well. */
const summable = ["project", "status", "kind", "user", "account", "tag", "since", "until"];

/** All runs of the ledger: search, filters, sums, and the list. */
export function RunsPage({ place }: { place: Place }) {
  const { query } = place;
  const page = Math.max(1, Number(query.get("page")) || 1);
  const sort = query.get("sort") ?? "-started";
  const conditionsNow = new URLSearchParams([...query].filter(([name, value]) => (conditions as readonly string[]).includes(name) && value.trim() !== ""));
  const list = new URLSearchParams(conditionsNow);
  list.set("sort", sort);
  list.set("limit", String(pageSize));
  if (page > 1) list.set("offset", String((page - 1) * pageSize));
  const listAddress = `/api/v1/runs?${list}`;
  const runs = useDocument<RunPageDocument>(listAddress, { every: 10_000, keep: true });
  const filters = useDocument<FilterDocument>("/api/v1/filters", { every: 60_000 });
  const by = query.get("by") ?? "project";
  const sums = new URLSearchParams([...conditionsNow].filter(([name]) => summable.includes(name)));
  sums.set("by", `month,${by}`);
  const isSummable = !conditionsNow.has("q") && !conditionsNow.has("machine");
  const totals = useDocument<TotalDocument>(isSummable ? `/api/v1/totals?${sums}` : null, { keep: true, delay: 30 });
  // The next page is fetched before it is asked for.
  const next = runs.data?.next;
  useDocument<RunPageDocument>(next && !runs.isLoading ? nextAddress(list, page) : null, { delay: 300 });

  const isEmpty = runs.data?.total === 0 && conditionsNow.size === 0 && page === 1;
  if (isEmpty) {
    return (
      <>
        <PageHead title="Runs" heading="No runs yet" />
        <Empty title="Record the first one">
          <p>Put the command behind tonne run. It runs as before, and its energy and emissions are in the ledger when it ends:</p>
          <pre>tonne run --name "first" -- python train.py</pre>
          <p>A small training to try it with, measured step by step:</p>
          <pre>tonne lab run</pre>
          <p>
            Runs of CodeCarbon can be imported: <code>tonne ledger import codecarbon emissions.csv</code>. What can be measured here is under <a href="/doctor">Meters</a>.
          </p>
        </Empty>
      </>
    );
  }
  const sentence = totals.data && isSummable ? sumSentence(totals.data) : null;
  return (
    <>
      <PageHead
        title="Runs"
        heading={
          sentence ? (
            <>
              {sentence.runs} used <b>{sentence.energy}</b> and emitted <b>{sentence.emissions}</b>
            </>
          ) : (
            <>{runs.data && !isSummable ? count(runs.data.total, "run") : "Runs"}</>
          )
        }
      >
        <p class="boundary-line">{sentence ? `${sentence.boundary}.` : isSummable ? "\u00a0" : "Sums over time follow every filter but the search and the machine."}</p>
      </PageHead>
      <RunningNow />
      <ServicesNow />
      {isSummable && (
        <section id="totals" aria-labelledby="totals-finding" class="first">
          <div class="section-head">
            <div>
              <span class="kicker">Totals over time</span>
              <h2 id="totals-finding">{totals.data ? findingOf(totals.data, by) : "\u00a0"}</h2>
            </div>
            <span class="row">
              <span class="switch" role="group" aria-label="Totals by">
                {dimensions.slice(0, 3).map(([key, word]) => (
                  <button key={key} type="button" aria-pressed={by === key} onClick={() => open(withQuery({ by: key === "project" ? null : key }), { replace: true })}>
                    by {word}
                  </button>
                ))}
              </span>
              <JsonLink address={`/api/v1/totals?${sums}`} of="the totals" />
            </span>
          </div>
          <div class="picture">
            {totals.problem ? <ProblemBox problem={totals.problem} onRetry={totals.retry} /> : totals.data ? <TotalsPicture total={totals.data} by={by} height={130} /> : <Skeleton height={217} label="The picture of totals" />}
          </div>
        </section>
      )}
      <Filters place={place} filters={filters.data} active={conditionsNow} />
      {runs.problem && <ProblemBox problem={runs.problem} onRetry={runs.retry} />}
      {runs.data ? (
        <Listing page={runs.data} number={page} sort={sort} isOld={runs.isLoading} listAddress={listAddress} />
      ) : (
        runs.isLoading && (
          <div class="listing">
            <Skeleton height={600} label="The list of runs" />
          </div>
        )
      )}
    </>
  );
}

function nextAddress(list: URLSearchParams, page: number): string {
  const query = new URLSearchParams(list);
  query.set("offset", String(page * pageSize));
  return `/api/v1/runs?${query}`;
}

/** Runs that are recorded now lead to their live pages. */
function RunningNow() {
  const running = useDocument<RunPageDocument>("/api/v1/runs?status=running&limit=6", { every: 5000 });
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  if (!running.data || running.data.total === 0) return null;
  const rest = running.data.total - running.data.runs.length;
  return (
    <section id="running" aria-label="Recorded now" class="first">
      <ul class="running-now">
        {running.data.runs.map((run) => (
          <li key={run.id}>
            <a href={`/runs/${run.id}/live`}>
              <span class="dot" aria-hidden="true" />
              <b>
                <bdi>{oneLine(run.name)}</bdi>
              </b>{" "}
              runs for {duration(Math.max(0, (now - Date.parse(run.started_at)) / 1000)).replace(/\.\d s$/, " s")}: live
            </a>
          </li>
        ))}
        {rest > 0 && (
          <li>
            <a href="/?status=running">{rest} more</a>
          </li>
        )}
      </ul>
    </section>
  );
}

/** Search and filters; each is a part of the address. */
function Filters({ place, filters, active }: { place: Place; filters: FilterDocument | null; active: URLSearchParams }) {
  const inAddress = place.query.get("q") ?? "";
  const [words, setWords] = useState(inAddress);
  const timer = useRef(0);
  const isTyping = useRef(false);
  useEffect(() => {
    if (!isTyping.current) setWords(inAddress);
  }, [inAddress]);
  const set = (changes: Record<string, string | null>): void => open(withQuery({ ...changes, page: null }), { replace: false });
  const type = (text: string): void => {
    isTyping.current = true;
    setWords(text);
    clearTimeout(timer.current);
    // One entry in the history for a search, not one for each letter.
    timer.current = window.setTimeout(() => {
      isTyping.current = false;
      open(withQuery({ q: text, page: null }), { replace: true });
    }, 150);
  };
  const choose = (name: string, label: string, values: readonly { value: string; runs?: number }[] | undefined) => {
    const now = place.query.get(name) ?? "";
    const all = values ?? [];
    return (
      <label class="field">
        {label}
        <select value={now} onChange={(event) => set({ [name]: event.currentTarget.value })}>
          <option value="">all</option>
          {now !== "" && !all.some((one) => one.value === now) && <option value={now}>{oneLine(now)}</option>}
          {all.map((one) => (
            <option key={one.value} value={one.value}>
              {oneLine(one.value)}
              {one.runs !== undefined ? ` (${one.runs.toLocaleString("en")})` : ""}
            </option>
          ))}
        </select>
      </label>
    );
  };
  const more = ["kind", "tag", "account", "since", "until"].some((name) => active.has(name));
  const fixed = (...values: string[]): FilterDocumentValuePart[] => values.map((value) => ({ value })) as FilterDocumentValuePart[];
  return (
    <search>
      <h2 class="visually-hidden">Filters</h2>
      <div class="filters">
        <label class="field search">
          Search
          <input data-key="search" type="search" value={words} placeholder="name, project, person, machine, tag, id" autocomplete="off" spellcheck={false} onInput={(event) => type(event.currentTarget.value)} />
        </label>
        {choose("project", "Project", filters?.projects)}
        {choose("status", "Status", fixed("completed", "failed", "interrupted", "running"))}
        {choose("user", "Person", filters?.users)}
        {choose("machine", "Machine", filters?.machines)}
        {active.size > 0 ? (
          <button type="button" class="plain" onClick={() => open(withQuery({ ...Object.fromEntries(conditions.map((name) => [name, null])), page: null }))}>
            Clear filters
          </button>
        ) : (
          <span />
        )}
      </div>
      <details class="twin" open={more}>
        <summary>Period, tag, kind</summary>
        <div class="filters more">
          <PeriodField name="since" label="Since (UTC)" hint="2026-11, or 30d" place={place} onSet={set} />
          <PeriodField name="until" label="Until (UTC)" hint="2026-12-01" place={place} onSet={set} />
          {choose("tag", "Tag", filters?.tags)}
          {choose("kind", "Kind", fixed("recorded", "imported"))}
          {(filters?.accounts.length ?? 0) > 0 || active.has("account") ? choose("account", "Account", filters?.accounts) : null}
        </div>
      </details>
    </search>
  );
}

function PeriodField(props: { name: string; label: string; hint: string; place: Place; onSet: (changes: Record<string, string>) => void }) {
  const now = props.place.query.get(props.name) ?? "";
  return (
    <label class="field">
      {props.label}
      <input value={now} placeholder={props.hint} autocomplete="off" onChange={(event) => props.onSet({ [props.name]: event.currentTarget.value.trim() })} />
    </label>
  );
}

interface Column {
  key: string;
  name: string;
  sort?: string;
  kind?: string;
}

const columns: Column[] = [
  { key: "name", name: "Run", sort: "name" },
  { key: "status", name: "Status", sort: "status" },
  { key: "started", name: "Started", sort: "started", kind: "medium" },
  { key: "duration", name: "Time", sort: "duration", kind: "n medium" },
  { key: "energy", name: "Facility energy", sort: "energy", kind: "n medium" },
  { key: "emissions", name: "Emissions", sort: "emissions", kind: "n" },
  { key: "user", name: "Person", sort: "user", kind: "wide" },
  { key: "machine", name: "Machine", sort: "machine", kind: "wide" },
];
// What is largest or newest is looked for first.
const largestFirst = new Set(["started", "duration", "energy", "emissions"]);

function Listing(props: { page: RunPageDocument; number: number; sort: string; isOld: boolean; listAddress: string }) {
  const { page, number, sort } = props;
  const [chosen, setChosen] = useState<readonly string[]>([]);
  // Those that run come first where the newest do.
  const rows = useMemo(() => (sort === "-started" ? [...page.runs].sort((a, b) => Number(b.status === "running") - Number(a.status === "running")) : page.runs), [page, sort]);
  const pages = Math.max(1, Math.ceil(page.total / pageSize));
  const choose = (id: string): void => setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const pager = <Pager number={number} pages={pages} total={page.total} shown={page.runs.length} offset={page.offset} />;
  return (
    <div class={props.isOld ? "listing is-old" : "listing"} aria-busy={props.isOld}>
      <div class="row end">
        {pager}
        <span class="row">
          {chosen.length > 0 && (
            <button type="button" class="plain" onClick={() => setChosen([])}>
              Choose none
            </button>
          )}
          <button type="button" class="button" disabled={chosen.length < 2} onClick={() => open(`/compare?${chosen.map((id) => `run=${encodeURIComponent(id)}`).join("&")}`)}>
            {chosen.length < 2 ? "Choose two to compare" : `Compare ${chosen.length} runs`}
          </button>
          <JsonLink address={props.listAddress} of="this list" />
        </span>
      </div>
      <span class="visually-hidden" role="status">
        {count(page.total, "run")} match
      </span>
      {page.total === 0 ? (
        <Empty title="No run matches">
          <p>Remove a filter, or search for fewer words. Every word must be in the id, name, project, person, machine or tags.</p>
        </Empty>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Runs, table">
          <table>
            <thead>
              <tr>
                <th scope="col">
                  <span class="visually-hidden">Compare</span>
                </th>
                {columns.map((column) => (
                  <SortHead key={column.key} column={column} sort={sort} />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((run) => (
                <Row key={run.id} run={run} isChosen={chosen.includes(run.id)} onChoose={choose} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {pages > 1 && <div class="row" style={{ marginTop: "12px" }}>{pager}</div>}
    </div>
  );
}

function SortHead({ column, sort }: { column: Column; sort: string }) {
  const name = sort.replace(/^-/, "");
  const isSorted = name === column.sort;
  const isDown = sort.startsWith("-");
  const next = isSorted ? (isDown ? column.sort! : `-${column.sort}`) : largestFirst.has(column.sort!) ? `-${column.sort}` : column.sort!;
  return (
    <th scope="col" class={column.kind} aria-sort={isSorted ? (isDown ? "descending" : "ascending") : undefined}>
      <button type="button" onClick={() => open(withQuery({ sort: next === "-started" ? null : next, page: null }))}>
        {column.name}
        <span aria-hidden="true">{isSorted ? (isDown ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
}

function Row({ run, isChosen, onChoose }: { run: RunPageDocumentRunPart; isChosen: boolean; onChoose: (id: string) => void }) {
  const energy = run.facility_energy_kwh && textOf(run.facility_energy_kwh, "kWh");
  const total = run.emissions_kg?.total;
  const emissions = total && textOf(total, "kg CO2e");
  const tags = Object.entries(run.tags).map(([name, value]) => (value === "" ? name : `${name}=${value}`));
  const isRunning = run.status === "running";
  const status = run.problem ? "damaged" : (run.status ?? "unknown");
  return (
    <tr>
      <td>
        <input type="checkbox" checked={isChosen} disabled={isRunning} aria-label={`Compare ${oneLine(run.name)}`} onChange={() => onChoose(run.id)} />
      </td>
      <td class="name">
        <a href={isRunning ? `/runs/${run.id}/live` : `/runs/${run.id}`}>
          <bdi>{oneLine(run.name)}</bdi>
        </a>
        <small title={[run.project, ...tags].filter((one) => one != null).map((one) => oneLine(one!)).join(" · ")}>
          {[run.project, ...tags]
            .filter((one): one is string => one != null)
            .slice(0, 6)
            .map((one, i) => (
              <span key={one}>
                {i > 0 && " · "}
                <bdi>{oneLine(one)}</bdi>
              </span>
            ))}
        </small>
      </td>
      <td>
        <span class={`status ${status}`} title={run.problem ?? (run.exit_code ? `exit code ${run.exit_code}` : undefined)}>
          {status}
        </span>
      </td>
      <td class="medium nowrap">
        <time dateTime={run.started_at} title={run.started_at}>
          {localTime(run.started_at)}
        </time>
      </td>
      <td class="n medium">{run.duration_s === null ? "" : duration(run.duration_s)}</td>
      <td class="n medium" title={run.facility_energy_kwh ? `${run.facility_energy_kwh.value} kWh` : undefined}>
        {energy && thin(energy.text)}
      </td>
      <td class="n emissions" title={total ? `${total.value} kg CO2e; ${describeQuantity(total)}` : undefined}>
        {emissions && (
          <>
            {thin(emissions.text)} <span class="quiet wide">{emissions.interval}</span>
          </>
        )}
        {isRunning && <span class="quiet">so far: live</span>}
      </td>
      <td class="wide">{run.user && <bdi>{oneLine(run.user)}</bdi>}</td>
      <td class="wide">{run.machine && <bdi>{oneLine(run.machine)}</bdi>}</td>
    </tr>
  );
}

function Pager({ number, pages, total, shown, offset }: { number: number; pages: number; total: number; shown: number; offset: number }) {
  const to = (page: number): string => withQuery({ page: page > 1 ? String(page) : null });
  return (
    <nav class="pager" aria-label="Pages of the list">
      <span>
        {shown === 0 ? "0 runs" : `${(offset + 1).toLocaleString("en")}–${(offset + shown).toLocaleString("en")} of ${count(total, "run")}`}
      </span>
      {pages > 1 && (
        <>
          {number > 1 ? (
            <a data-key="before" href={to(number - 1)} rel="prev">
              Before
            </a>
          ) : (
            <span class="off">Before</span>
          )}
          <span class="quiet">
            page {number} of {pages}
          </span>
          {number < pages ? (
            <a data-key="next" href={to(number + 1)} rel="next">
              Next
            </a>
          ) : (
            <span class="off">Next</span>
          )}
        </>
      )}
    </nav>
  );
}
