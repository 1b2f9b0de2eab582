import { thin } from "../shared/format";
import { inWords } from "../shared/scale";
import { Section, type Table } from "../shared/section";
import { colourOf } from "./colours";
import type { ComparisonPage, ReportStage } from "./payload";

/** The stages of the runs side by side: a row for each stage, a bar for each run on one scale. */
export function StagesTogether({ comparison, finding, citation }: { comparison: ComparisonPage; finding: string; citation: string }) {
  const { runs } = comparison;
  const stagesOf = runs.map((run) => (run.stages?.rows ?? []).filter((row) => row.kind === "program" || row.kind === "outside"));
  const names = [...new Set(stagesOf.flatMap((rows) => rows.map((row) => row.name)))];
  const most = Math.max(1e-300, ...stagesOf.flatMap((rows) => rows.map((row) => row.energy?.high ?? 0)));
  const find = (run: number, name: string): ReportStage | undefined => stagesOf[run]!.find((row) => row.name === name);
  const table: Table = {
    head: ["Stage", "Run", "Data in", "Data out", "Time", "Energy", "Emissions"],
    rows: names.flatMap((name) =>
      runs.map((run, i) => {
        const row = find(i, name);
        return row ? [name, run.name, row.in, row.out, row.duration_text, row.energy ? inWords(row.energy) : "unknown", row.emissions ? inWords(row.emissions) : "unknown"] : [name, run.name, "not in this run", "", "", "", ""];
      }),
    ),
    numbers: [4, 5, 6],
  };
  return (
    <Section id="stages" kicker="Stages" finding={finding} note="Energy of each stage at the facility, on one scale for all stages and runs. The thin line is the 95 % interval." table={table} json={runs.map((run) => ({ name: run.name, stages: run.stages }))} citation={citation}>
      <div class="together">
        {names.map((name) => (
          <div key={name} class="together-row">
            <h3>
              <bdi>{name}</bdi>
            </h3>
            <div>
              {runs.map((run, i) => {
                const row = find(i, name);
                return (
                  <div key={run.id} class="together-bar">
                    <span class="together-name">
                      <bdi>{run.name}</bdi>
                    </span>
                    <svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
                      <rect x="0" y="3" width={((row?.energy?.value ?? 0) / most) * 100} height="14" style={{ fill: colourOf(i) }} />
                      {row?.energy && row.energy.high > row.energy.low && <rect x={(row.energy.low / most) * 100} y="9" width={((row.energy.high - row.energy.low) / most) * 100} height="2" style={{ fill: "var(--text)" }} />}
                    </svg>
                    <span class="together-text">{row ? (row.energy ? `${thin(row.energy.text)} · ${row.duration_text}` : `energy unknown · ${row.duration_text}`) : "not in this run"}</span>
                  </div>
                );
              })}
            </div>
          </div>
        ))}
      </div>
    </Section>
  );
}
