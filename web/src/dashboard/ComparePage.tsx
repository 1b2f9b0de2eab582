import { useState } from "preact/hooks";
import type { ComparisonDocument, RunPageDocument } from "../documents";
import { formatValue, thin } from "../shared/format";
import { DataTable } from "../shared/section";
import { Intervals, JsonLink, PageHead, ProblemBox, Skeleton, textOf } from "./parts";
import { useDocument } from "./request";
import { open, type Place } from "./router";
import { duration, localTime, oneLine } from "./text";

const address = (runs: readonly string[]): string => `?${runs.map((run) => `run=${encodeURIComponent(run)}`).join("&")}`;

/** Runs against the first: ratios with intervals, in which shared factors cancel. */
export function ComparePage({ place }: { place: Place }) {
  const runs = place.query.getAll("run").filter((run) => run !== "");
  const document = runs.length > 1 ? `/api/v1/compare${address(runs)}` : null;
  const comparison = useDocument<ComparisonDocument>(document);
  const remove = (run: string): void => open(`/compare${address(runs.filter((one) => one !== run))}`);
  return (
    <>
      <PageHead title="Compare runs" heading={comparison.data ? headline(comparison.data) : "Compare runs"}>
        <p class="boundary-line">
          {comparison.data ? "Ratios of emissions and energy with their intervals of 95 %: what both runs share, such as the grid, cancels." : "Choose two or more; the others are compared with the first."}
        </p>
      </PageHead>
      {runs.length > 0 && (
        <ul class="chosen" aria-label="Chosen runs">
          {runs.map((run, i) => {
            const known = comparison.data?.runs.find((one) => one.id === run);
            return (
              <li key={run}>
                <span class="quiet">{i === 0 ? "first:" : "against it:"}</span> <a href={`/runs/${encodeURIComponent(run)}`}>{oneLine(known?.name ?? run)}</a>
                <button type="button" class="plain" aria-label={`Remove ${oneLine(known?.name ?? run)}`} onClick={() => remove(run)}>
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
      {comparison.data && <Result comparison={comparison.data} json={document!} />}
    </>
  );
}

function headline(comparison: ComparisonDocument): string {
  const [first] = comparison.comparisons;
  if (comparison.comparisons.length === 1 && first?.verdict.length) return oneLine(first.verdict.at(-1)!.split(". ")[0]!.replace(/\.$/, ""));
  const least = comparison.runs.find((run) => run.id === comparison.ranking[0]);
  return least ? `${oneLine(least.name)} emitted the least of ${comparison.runs.length} runs` : `${comparison.runs.length} runs compared`;
}

function Result({ comparison, json }: { comparison: ComparisonDocument; json: string }) {
  const { runs, comparisons } = comparison;
  const name = (id: string): string => oneLine(runs.find((run) => run.id === id)?.name ?? id);
  const first = runs[0]!;
  const emissions = comparisons.filter((one) => one.emissions_ratio !== null);
  const energies = comparisons.filter((one) => one.energy_ratio !== null);
  return (
    <>
      <section id="ratios" aria-labelledby="ratios-title">
        <div class="section-head">
          <div>
            <span class="kicker">Against {oneLine(first.name)}</span>
            <h2 id="ratios-title">Ratios, where 1 is no difference</h2>
          </div>
          <JsonLink address={json} of="the comparison" />
        </div>
        {emissions.length > 0 && (
          <>
            <h3 style={{ marginTop: "12px" }}>Emissions</h3>
            <Intervals name="Ratio of emissions" unit="1" rows={[{ name: oneLine(first.name), quantity: same, colour: "var(--text)" }, ...emissions.map((one) => ({ name: name(one.run), quantity: one.emissions_ratio! }))]} />
          </>
        )}
        {energies.length > 0 && (
          <>
            <h3 style={{ marginTop: "16px" }}>Energy at the plug</h3>
            <Intervals name="Ratio of energy" unit="1" rows={[{ name: oneLine(first.name), quantity: same, colour: "var(--text)" }, ...energies.map((one) => ({ name: name(one.run), quantity: one.energy_ratio!, colour: "var(--other)" }))]} />
          </>
        )}
        <div style={{ height: "16px" }} />
        <DataTable
          name="Ratios"
          table={{
            head: ["Run", "Emissions", "Interval", "Energy", "Interval", "Time", "Difference of emissions", "Interval"],
            rows: comparisons.map((one) => {
              const [emitted, used, less] = [one.emissions_ratio, one.energy_ratio, one.emissions_difference_kg];
              const difference = less && differenceText(less);
              return [
                name(one.run),
                emitted ? `× ${ratio(emitted.value)}` : "not comparable",
                emitted ? `(${ratio(emitted.low)}–${ratio(emitted.high)})` : "",
                used ? `× ${ratio(used.value)}` : "not comparable",
                used ? `(${ratio(used.low)}–${ratio(used.high)})` : "",
                `× ${ratio(one.duration_ratio)}`,
                difference ? thin(difference.text) : "",
                difference ? difference.interval : "",
              ];
            }),
            numbers: [1, 2, 3, 4, 5, 6, 7],
          }}
        />
      </section>
      <section id="verdicts" aria-labelledby="verdicts-title">
        <h2 id="verdicts-title">What can be said</h2>
        {comparisons.map((one) => (
          <div key={one.run} style={{ marginTop: "12px" }}>
            {comparisons.length > 1 && <h3>{name(one.run)}</h3>}
            {one.verdict.map((sentence) => (
              <p key={sentence} style={{ maxWidth: "76ch" }}>
                {oneLine(sentence)}
              </p>
            ))}
            {!one.same_boundary && (
              <p class="warning">
                <b>
                  <span aria-hidden="true">⚠ </span>different boundaries
                </b>{" "}
                {one.boundary_differences.map(oneLine).join("; ")}
              </p>
            )}
          </div>
        ))}
        {comparison.notes.map((note) => (
          <p key={note} class="fact-note">
            {note}
          </p>
        ))}
      </section>
      <section id="runs" aria-labelledby="runs-title">
        <h2 id="runs-title">The runs</h2>
        <DataTable
          name="The runs"
          table={{
            head: ["Run", "Time", "IT energy", "Interval", "Emissions", "Interval", "Grid", "Quality"],
            rows: runs.map((run) => {
              const [energy, total] = [textOf(run.energy_kwh, "kWh"), textOf(run.emissions_kg.total!, "kg CO2e")];
              return [oneLine(run.name), duration(run.duration_s), thin(energy.text), energy.interval, thin(total.text), total.interval, run.zone ?? "", run.emissions_kg.total!.quality];
            }),
            numbers: [1, 2, 3, 4, 5],
          }}
        />
      </section>
    </>
  );
}

const same = { value: 1, low: 1, high: 1 };

/** A difference that is below zero all over is so much less; one that has zero inside keeps its signs. */
export function differenceText(one: { value: number; low: number; high: number }): { text: string; interval: string } {
  const turned = { value: -one.value, low: -one.high, high: -one.low };
  if (one.low >= 0 || one.high <= 0) {
    const { text, interval } = textOf(one.low >= 0 ? one : turned, "kg CO2e");
    return { text: `${text} ${one.low >= 0 ? "more" : "less"}`, interval };
  }
  const size = Math.max(Math.abs(one.low), one.high);
  const [low, best, high] = [one.low, one.value, one.high].map((value) => formatValue(value, "kg CO2e", 2, size).replace("-", "−"));
  return { text: best!, interval: `(${low!.split(" ")[0]} to ${high!.split(" ")[0]})` };
}

const ratio = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

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
