import { Boundaries } from "./Boundaries";
import { Derivation, Sources } from "../derivation/DerivationTree";
import { Footer, Frame } from "../shared/frame";
import { thin } from "../shared/format";
import { type IntervalRow, Intervals } from "../shared/intervals";
import { QualityLegend } from "../shared/quality";
import { inWords } from "../shared/scale";
import { Section, type Table } from "../shared/section";
import { Warnings } from "../shared/warnings";
import { colourOf } from "./colours";
import { EpochsTogether } from "./EpochsTogether";
import type { ComparisonPage } from "./payload";
import { StagesTogether } from "./StagesTogether";

/** The page of runs that are compared with the first of them. */
export function ComparePage({ comparison }: { comparison: ComparisonPage }) {
  const { runs, answer } = comparison;
  const sections = [
    ["answer", "The answer"],
    ["ratios", "Ratios"],
    ["figures", "Emissions and energy"],
    ...(comparison.stages_finding ? [["stages", "Stages"] as const] : []),
    ...(comparison.epochs_finding ? [["epochs", "Epochs"] as const] : []),
    ["boundaries", "Boundaries"],
    ["differences", "What differs"],
    ["derivation", "Where the ratio comes from"],
  ] as const;
  return (
    <Frame
      sections={sections}
      eyebrow={
        <>
          <b>Comparison</b>
          {runs.map((run, i) => (
            <span key={run.id}>
              <span class="run-mark" style={{ background: colourOf(i) }} aria-hidden="true" /> <bdi>{run.name}</bdi> <time dateTime={run.started_at}>{run.started_at.slice(0, 10)}</time>
            </span>
          ))}
        </>
      }
      answer={
        <>
          <div class={`headline outcome-${answer.outcome}`} id="answer">
            <span class="number">{answer.headline}</span>
            <span class="range">{answer.interval}</span>
            {answer.outcome !== "none" && <span class="small quiet">energy of {runs[1]!.name} ÷ {runs[0]!.name}</span>}
          </div>
          <h1>{thin(answer.sentence)}</h1>
          <p class="boundary-line">{answer.boundary}.</p>
          <Warnings warnings={comparison.warnings} />
        </>
      }
    >
      {() => <Comparison comparison={comparison} />}
    </Frame>
  );
}

/** Every section of a comparison: the dashboard uses it too. */
export function Comparison({ comparison }: { comparison: ComparisonPage }) {
  const { runs } = comparison;
  const citation = cite(comparison);
  return (
    <>
      <Ratios comparison={comparison} citation={citation} />
      <Figures comparison={comparison} citation={citation} />
      {comparison.stages_finding && <StagesTogether comparison={comparison} finding={comparison.stages_finding} citation={citation} />}
      {comparison.epochs_finding && <EpochsTogether comparison={comparison} finding={comparison.epochs_finding} citation={citation} />}
      <Boundaries comparison={comparison} citation={citation} />
      <Differences comparison={comparison} citation={citation} />
      <Derivation derivation={comparison.derivation} sources={comparison.sources} command={`tonne compare ${runs.map((run) => run.id).join(" ")}`} citation={citation} />
      <Sources sources={comparison.sources} />
      {runs.some((run) => run.details) && <Details comparison={comparison} />}
      <Footer method={comparison.method} hash={comparison.factors_hash}>
        <p>Runs {runs.map((run) => run.id).join(", ")}. {comparison.notes.join(" ")}</p>
        {!runs.some((run) => run.details) && <p>Commands, arguments, users, machines, hardware names, paths and notes are left out.</p>}
      </Footer>
    </>
  );
}

function Ratios({ comparison, citation }: { comparison: ComparisonPage; citation: string }) {
  const { runs, pairs } = comparison;
  const first = runs[0]!.name;
  const rows: IntervalRow[] = pairs.flatMap((pair) => {
    const name = runs[pair.run]!.name;
    const group = pairs.length > 1 ? `${name} ÷ ${first}` : undefined;
    const row = (title: string, ratio: (typeof pair)["energy"]): IntervalRow[] =>
      ratio ? [{ name: title, note: ratio.outcome === "same" ? "no difference seen" : undefined, group, colour: ratio.outcome === "same" ? "var(--strong-line)" : colourOf(pair.run), figure: { ...ratio, quality: "measured" } }] : [];
    return [...row("Energy", pair.energy), ...row(pair.emissions_name === "emissions" ? "Emissions" : "Emissions from electricity", pair.emissions), ...row("Duration", pair.duration)];
  });
  const seen = pairs.filter((pair) => pair.energy && pair.energy.outcome !== "same").length;
  const finding =
    pairs.every((pair) => !pair.energy) ? "The boundaries differ, so there is no ratio"
    : pairs.length === 1 ? `${runs[1]!.name} ÷ ${first}: ${seen ? `${pairs[0]!.energy?.text} the energy` : "no difference in energy is seen"}`
    : `${seen} of ${pairs.length} runs differ from ${first} in energy`;
  const table: Table = {
    head: ["Run", "Energy ÷", "Emissions ÷", "Difference of emissions", "Duration ÷", "Shared factors", "Own factors"],
    rows: pairs.map((pair) => [
      runs[pair.run]!.name,
      pair.energy ? `${pair.energy.text} ${pair.energy.interval}` : "boundaries differ",
      pair.emissions ? `${pair.emissions.text} ${pair.emissions.interval}` : "boundaries differ",
      pair.difference ?? "",
      pair.duration.text,
      String(pair.shared_factors),
      String(pair.own_factors),
    ]),
    numbers: [1, 2, 3, 4, 5, 6],
  };
  return (
    <Section id="ratios" kicker="Ratios" finding={finding} note={`Each run ÷ ${first}, with its 95 % interval. Factors that both share, such as the watts of one processor, have the same value in both and cancel.`} table={table} json={pairs} citation={citation}>
      <Intervals id="ratio" rows={rows} unit="×" label="Ratios" rule={{ at: 1, text: `as ${first.length > 12 ? "the first" : first}` }} />
      {pairs.map((pair) => (
        <div key={pair.run} class="verdict">
          {pair.boundary_differences.map((difference) => (
            <p key={difference} class="warning">
              <b>Different boundary:</b> {difference}
            </p>
          ))}
          {pair.verdict.map((sentence) => (
            <p key={sentence}>{thin(sentence)}</p>
          ))}
          {pair.difference && <p class="quiet small">Difference of the emissions: {thin(pair.difference)}.</p>}
          {pair.equivalents.length > 0 && <p class="quiet small">The difference is equivalent to {pair.equivalents.map((one) => `${one.text} ${one.name} ${one.interval}`.trim()).join(" or ")}.</p>}
        </div>
      ))}
    </Section>
  );
}

function Figures({ comparison, citation }: { comparison: ComparisonPage; citation: string }) {
  const { runs } = comparison;
  const of = (pick: (run: (typeof runs)[number]) => (typeof runs)[number]["total"]): IntervalRow[] =>
    runs.map((run, i) => ({ name: run.name, note: `${run.duration_text}, ${pick(run).quality}`, colour: colourOf(i), figure: pick(run) }));
  const least = runs.reduce((best, run) => (run.total.value < best.total.value ? run : best));
  const table: Table = {
    head: ["Run", "Emissions", "Operational", "Embodied", "Facility energy", "IT energy", "Time", "Quality"],
    rows: runs.map((run) => [run.name, inWords(run.total), inWords(run.operational), run.embodied ? inWords(run.embodied) : "unknown", inWords(run.facility_energy), inWords(run.energy), run.duration_text, run.energy.quality]),
    numbers: [1, 2, 3, 4, 5, 6],
  };
  return (
    <Section id="figures" kicker="Emissions and energy" finding={`${least.name} has the lowest figure: ${thin(least.total.text)}`} note="Each run with its own 95 % interval, on one scale. What runs share moves all bars together: whether two runs differ is what the ratios show, not whether bars overlap." table={table} json={runs.map(({ name, total, operational, embodied, facility_energy, energy }) => ({ name, total, operational, embodied, facility_energy, energy }))} citation={citation}>
      <h3>Emissions</h3>
      <Intervals id="total" rows={of((run) => run.total)} unit="kg CO2e" label="Emissions" />
      <h3 style={{ marginTop: "20px" }}>Energy at the plug</h3>
      <Intervals id="energy" rows={of((run) => run.energy)} unit="kWh" label="IT energy" />
      <div class="quality-line">
        <QualityLegend />
      </div>
    </Section>
  );
}

function Differences({ comparison, citation }: { comparison: ComparisonPage; citation: string }) {
  const { runs, facts } = comparison;
  const differing = facts.filter((fact) => fact.differs);
  const finding = differing.length === 0 ? "Hardware, place, method and data are the same" : `${differing.length} of ${facts.length} facts differ: ${differing.map((fact) => fact.name.replace(/,.*/, "").toLowerCase()).slice(0, 4).join(", ")}${differing.length > 4 ? " …" : ""}`;
  const table: Table = { head: ["Fact", "Differs", ...runs.map((run) => run.name)], rows: facts.map((fact) => [fact.name, fact.differs ? "yes" : "no", ...fact.values]) };
  return (
    <Section id="differences" kicker="What differs" finding={finding} table={table} hasTwin={false} json={facts} citation={citation}>
      <div class="scroll" tabIndex={0} role="region" aria-label="What differs, table">
        <table class="facts-table">
          <thead>
            <tr>
              <th scope="col">Fact</th>
              {runs.map((run, i) => (
                <th key={run.id} scope="col">
                  <span class="run-mark" style={{ background: colourOf(i) }} aria-hidden="true" /> <bdi>{run.name}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {facts.map((fact) => (
              <tr key={fact.name} class={fact.differs ? "differs" : ""}>
                <th scope="row">
                  {fact.differs && <span aria-hidden="true">≠ </span>}
                  {fact.name}
                  {fact.differs && <span class="visually-hidden"> differs</span>}
                </th>
                {fact.differs ? (
                  fact.values.map((value, i) => (
                    <td key={i}>
                      <bdi>{value || "–"}</bdi>
                    </td>
                  ))
                ) : (
                  <td colSpan={runs.length}>
                    <bdi>{fact.values[0] || "–"}</bdi>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Details({ comparison }: { comparison: ComparisonPage }) {
  return (
    <section id="details" aria-labelledby="details-finding">
      <h2 id="details-finding">Details of the runs</h2>
      <div class="picture">
        {comparison.runs.map((run) => (
          <p key={run.id} class="small" style={{ overflowWrap: "anywhere", marginTop: "8px" }}>
            <b>{run.name}</b>:{" "}
            {[run.details?.command, run.details?.user, run.details?.node, run.details?.hardware, run.details?.operating_system, ...(run.details?.tags ?? []), ...(run.details?.notes ?? [])].filter(Boolean).join(" · ")}
          </p>
        ))}
      </div>
    </section>
  );
}

const cite = (comparison: ComparisonPage): string =>
  `tonne comparison of runs ${comparison.runs.map((run) => `${run.id} (${run.name})`).join(", ")}: ${comparison.answer.sentence} ${comparison.answer.boundary}; method ${comparison.method}, factors ${comparison.factors_hash}.`;
