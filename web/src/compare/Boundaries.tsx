import { type IntervalRow, Intervals } from "../shared/intervals";
import { inWords } from "../shared/scale";
import { Section, type Table } from "../shared/section";
import { colourOf } from "./colours";
import type { ComparisonPage } from "./payload";

/** The emissions of the runs in each boundary, side by side. */
export function Boundaries({ comparison, citation }: { comparison: ComparisonPage; citation: string }) {
  const { runs } = comparison;
  const steps = runs.flatMap((run) => run.boundaries.steps);
  const ids = ["gpu", "it", "facility", "embodied", "idle"].filter((id) => steps.some((step) => step.id === id));
  const rows: IntervalRow[] = ids.flatMap((id) =>
    runs.flatMap((run, i) => {
      const step = run.boundaries.steps.find((one) => one.id === id);
      return step ? [{ name: run.name, note: step.is_headline ? "the figure above" : undefined, group: step.name, colour: colourOf(i), figure: step.emissions }] : [];
    }),
  );
  const table: Table = {
    head: ["Boundary", ...runs.map((run) => run.name), "What it includes"],
    rows: ids.map((id) => {
      const any = steps.find((step) => step.id === id)!;
      return [any.name, ...runs.map((run) => { const step = run.boundaries.steps.find((one) => one.id === id); return step ? inWords(step.emissions) : "–"; }), any.definition];
    }),
    numbers: runs.map((_, i) => i + 1),
    texts: [runs.length + 1],
  };
  return (
    <Section id="boundaries" kicker="Boundaries" finding={comparison.boundaries_finding} note="Emissions in each boundary, on one scale. Each boundary contains the one above it." table={table} json={runs.map((run) => ({ name: run.name, boundaries: run.boundaries }))} citation={citation}>
      <Intervals id="boundary" rows={rows} unit="kg CO2e" label="Emissions by boundary" />
    </Section>
  );
}
