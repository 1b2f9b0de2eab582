import { useState } from "preact/hooks";
import { ComparePage as Comparison } from "../compare/ComparePage";
import type { ComparisonPage } from "../compare/payload";
import type { RunPageDocument } from "../documents";
import { thin } from "../shared/format";
import { IsPart } from "../shared/frame";
import { JsonLink, PageHead, ProblemBox, Skeleton, textOf } from "./parts";
import { useDocument } from "./request";
import { open, type Place } from "./router";
import { localTime, oneLine } from "./text";

const address = (runs: readonly string[]): string => `?${runs.map((run) => `run=${encodeURIComponent(run)}`).join("&")}`;

/** Runs against the first: the page of `compare --html`, with the choice of runs above it. */
export function ComparePage({ place }: { place: Place }) {
  const runs = place.query.getAll("run").filter((run) => run !== "");
  const json = runs.length > 1 ? `/api/v1/compare${address(runs)}` : null;
  const comparison = useDocument<ComparisonPage>(runs.length > 1 ? `/api/v1/compare/report${address(runs)}` : null);
  const remove = (run: string): void => open(`/compare${address(runs.filter((one) => one !== run))}`);
  return (
    <>
      <PageHead title="Compare runs" isQuiet={comparison.data !== null}>
        {comparison.data ? (
          <p>
            <JsonLink address={json!} of="the comparison" />
          </p>
        ) : (
          <p class="boundary-line">Choose two or more; the others are compared with the first.</p>
        )}
      </PageHead>
      {runs.length > 0 && (
        <ul class="chosen" aria-label="Chosen runs">
          {runs.map((run, i) => {
            const known = comparison.data?.runs[i];
            const name = oneLine(known?.name ?? run);
            return (
              <li key={run}>
                <span class="quiet">{i === 0 ? "first:" : "against it:"}</span> <a href={`/runs/${encodeURIComponent(run)}`}>{name}</a>
                <button type="button" class="plain" aria-label={`Remove ${name}`} onClick={() => remove(run)}>
                  ×
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <RunPicker chosen={runs} isOpen={runs.length < 2} />
      {comparison.problem && <ProblemBox problem={comparison.problem} onRetry={comparison.retry} />}
      {comparison.isLoading && (
        <section>
          <Skeleton height={320} label="The comparison" />
        </section>
      )}
      {comparison.data && (
        <div class="run-page part">
          <IsPart.Provider value={true}>
            <Comparison key={runs.join(" ")} comparison={comparison.data} />
          </IsPart.Provider>
        </div>
      )}
    </>
  );
}

/** Search for a run to add. */
function RunPicker({ chosen, isOpen }: { chosen: readonly string[]; isOpen: boolean }) {
  const [words, setWords] = useState("");
  const found = useDocument<RunPageDocument>(`/api/v1/runs?limit=8${words.trim() ? `&q=${encodeURIComponent(words.trim())}` : ""}`, { delay: 120, keep: true });
  const rows = found.data?.runs.filter((run) => !chosen.includes(run.id) && run.emissions_kg) ?? [];
  return (
    <details class="twin" open={isOpen}>
      <summary>Add a run</summary>
      <label class="field" style={{ maxWidth: "440px", marginTop: "8px" }}>
        Search
        <input data-key="search" type="search" value={words} placeholder="name, project, person, machine, tag, id" autocomplete="off" onInput={(event) => setWords(event.currentTarget.value)} />
      </label>
      {found.problem ? (
        <ProblemBox problem={found.problem} onRetry={found.retry} />
      ) : (
        <ul class="picker">
          {rows.map((run) => (
            <li key={run.id}>
              <button type="button" class="plain" onClick={() => open(`/compare${address([...chosen, run.id])}`)}>
                Add<span class="visually-hidden"> {oneLine(run.name)}</span>
              </button>{" "}
              <bdi>{oneLine(run.name)}</bdi>{" "}
              <span class="quiet">
                {localTime(run.started_at)}
                {run.emissions_kg?.total && `, ${thin(textOf(run.emissions_kg.total, "kg CO2e").text)}`}
              </span>
            </li>
          ))}
          {found.data && rows.length === 0 && <li class="quiet">{found.data.total === 0 ? "No run matches." : "No other run matches."}</li>}
        </ul>
      )}
    </details>
  );
}
