import { useEffect, useMemo, useState } from "preact/hooks";
import type { Bounds } from "../derivation/evaluate";
import { computeBounds, computeRatio, drawCount, type DrawnNodes, getDraws } from "../derivation/uncertainty";
import type { ReportFigure } from "../payload";
import { formatBounds, formatValue, thin } from "../shared/format";
import { DataTable, Section, type Table } from "../shared/section";
import { inWords } from "../shared/scale";
import { type Choice, formulaOf, keepUnchanged, type Subject, toSetting, unchanged } from "./settings";

/** The figures of a run or a training that are evaluated; the last is the headline. */
export const ofRun = [
  ["facility_energy_kwh", "Facility energy"],
  ["emissions_kg.operational", "Operational emissions"],
  ["emissions_kg.embodied", "Embodied emissions"],
  ["emissions_kg.total", "Emissions"],
] as const;

/** Those of a request. */
export const ofRequest = [
  ["facility_energy_wh_per_request", "Facility energy"],
  ["operational_g_per_request", "Operational emissions"],
  ["embodied_g_per_request", "Embodied emissions"],
  ["emissions_g_per_request", "Emissions"],
] as const;

type Figures = readonly (readonly [string, string])[];

/** The same run in another place, facility, hardware life or duration: its derivation with other factors. */
export function WhatIf({ subject: report, total, figures = ofRun, noun = "run", citation }: { subject: Subject; total: ReportFigure; figures?: Figures; noun?: string; citation: string }) {
  const [choice, setChoice] = useState<Choice>(unchanged);
  const set = (change: Partial<Choice>): void => setChoice({ ...choice, ...change });
  // The figures of the last choice stay until those of the new one are there.
  const [shown, setShown] = useState(() => ({ of: choice, outcome: finish(evaluate(report, choice, figures, total)) }));
  const { outcome } = shown;
  useEffect(() => runInSlices(evaluate(report, choice, figures, total), (next) => setShown({ of: choice, outcome: next })), [report, choice]);
  const changed = Object.values(shown.of).some((value) => value !== null);
  const { choices, run } = report;
  // The draws of the factors are made before they are needed.
  useEffect(() => {
    let end: (() => void) | undefined;
    const timer = setTimeout(() => (end = runInSlices(prepare(report, figures), () => undefined)), 600);
    return () => {
      clearTimeout(timer);
      end?.();
    };
  }, [report]);
  // Some hundred options that never change.
  const zones = useMemo(
    () =>
      choices.zones.map((zone) => (
        <option key={zone.code} value={zone.code}>
          {zone.name}, {formatValue(zone.value, "1", 3)} g/kWh
        </option>
      )),
    [choices],
  );
  const facilities = useMemo(
    () =>
      choices.facilities.map((facility) => (
        <option key={facility.code} value={facility.code}>
          {facility.name.replace(/^PUE,? (of )?/, "")}: {formatValue(facility.value, "1", 3)}
        </option>
      )),
    [choices],
  );
  const ownHours = (run?.duration_s ?? 0) / 3600;
  const cleanest = useMemo(() => [...choices.zones].filter((zone) => zone.value > 0).sort((a, b) => a.value - b.value), [choices]);
  const grid = report.derivation.factors.find((factor) => factor.id === choices.grid);
  const pue = report.derivation.factors.find((factor) => factor.id === choices.pue);
  const finding = outcome.ratio
    ? describeRatio(outcome.ratio)
    : grid && cleanest[0] && cleanest[0].value < grid.value
      ? `Another place${run ? ", facility or duration" : " or facility"}: choose, and the figures follow`
      : `Choose another place${run ? ", facility or duration" : " or facility"}`;
  return (
    <Section
      id="what-if"
      kicker="What if"
      finding={finding}
      note={`The derivation of this ${noun}, evaluated with other factors. Factors that both have in common cancel in the comparison. ${run ? "A life of the hardware and a duration that you choose are" : "A life of the hardware that you choose is"} taken as exact.`}
      table={outcome.table}
      hasTwin={false}
      json={{ choice, figures: outcome.rows, ratio: outcome.ratio }}
      citation={citation}
    >
      <div class="controls">
        <label>
          Grid
          <select value={choice.zone ?? ""} onChange={(event) => set({ zone: event.currentTarget.value || null })}>
            <option value="">as it was: {grid ? `${formatValue(grid.value, "1", 3)} g/kWh` : "unknown"}</option>
            {zones}
          </select>
        </label>
        <label>
          Facility (PUE)
          <select value={choice.facility ?? ""} onChange={(event) => set({ facility: event.currentTarget.value || null })}>
            <option value="">as it was: {pue ? formatValue(pue.value, "1", 3) : "unknown"}</option>
            {facilities}
          </select>
        </label>
        {choices.lifetime !== null && (
          <label>
            Life of the hardware, years
            <input type="number" min="1" max="12" step="0.5" placeholder="as it was" value={choice.lifetimeYears ?? ""} onInput={(event) => set({ lifetimeYears: positive(event.currentTarget.value) })} />
          </label>
        )}
        {run && (
          <label>
            Duration, hours
          <input type="number" min="0" step="any" placeholder={`as it was (${run.duration_text})`} value={choice.hours ?? ""} onInput={(event) => set({ hours: positive(event.currentTarget.value) })} />
          </label>
        )}
      </div>
      <div class="outcome" role="status" aria-busy={shown.of !== choice}>
        <p class="big">
          {thin(outcome.total.text)} <span class="quiet" style={{ fontWeight: 400, fontSize: "20px" }}>{outcome.total.interval}</span>
        </p>
        <p class="small quiet">
          {changed ? `instead of ${inWords(total)}` : "as it was"}
          {changed && shown.of.hours !== null && `; ${formatValue(shown.of.hours / ownHours, "1", 3)} times the duration at the same power`}
        </p>
        {changed && (
          <p style={{ marginTop: "8px" }}>
            <button type="button" class="plain" onClick={() => setChoice(unchanged)}>
              as it was
            </button>
          </p>
        )}
        <DataTable table={outcome.table} name="What if" />
      </div>
    </Section>
  );
}

const positive = (text: string): number | null => {
  const value = Number(text);
  return text !== "" && Number.isFinite(value) && value > 0 ? value : null;
};

interface Outcome {
  rows: { name: string; low: number; value: number; high: number }[];
  total: { text: string; interval: string };
  ratio: Bounds | null;
  table: Table;
}

const drawnOf = new WeakMap<Subject, DrawnNodes>();

/** The draws of the subject as it was, the same for every choice. */
function asDrawn(subject: Subject): DrawnNodes {
  let drawn = drawnOf.get(subject);
  if (!drawn) drawnOf.set(subject, (drawn = new Map()));
  return drawn;
}

/** Makes the draws of the subject as it was. */
function* prepare(subject: Subject, figures: Figures): Generator<void> {
  const formula = formulaOf(subject, figures.at(-1)![0]);
  if (formula) yield* formula.evaluateDrawsInSteps(getDraws, drawCount, asDrawn(subject));
}

/** The figures under a choice, in steps of some milliseconds at most. */
export function* evaluate(subject: Subject, choice: Choice, figures: Figures, of: ReportFigure): Generator<void, Outcome> {
  const setting = toSetting(subject, choice);
  const changed = setting.factors.size > 0 || setting.duration !== 1;
  const rows: Outcome["rows"] = [];
  const cells: string[][] = [];
  let total = { text: of.text, interval: of.interval };
  let ratio: Bounds | null = null;
  let drawn: DrawnNodes = new Map();
  const headline = figures.at(-1)![0];
  if (changed) {
    yield* prepare(subject, figures);
    drawn = keepUnchanged(subject, setting, asDrawn(subject));
    // The other figures are parts of the headline, so its draws have nearly all that they need.
    const formula = formulaOf(subject, headline, setting);
    if (formula) yield* formula.evaluateDrawsInSteps(getDraws, drawCount, drawn);
  }
  for (const [name, title] of figures) {
    const own = subject.derivation.figures.find((one) => one.figure.name === name)?.figure;
    const formula = formulaOf(subject, name, setting);
    if (!own || !formula) continue;
    const bounds = changed ? computeBounds(formula, drawn) : { low: own.low, best: own.value, high: own.high };
    const text = changed ? formatIn(bounds, own.unit) : own;
    rows.push({ name, low: bounds.low, value: bounds.best, high: bounds.high });
    cells.push([title, inWords(own), `${text.text} ${text.interval}`]);
    yield;
    if (name === headline) {
      total = text;
      const before = formulaOf(subject, name)!;
      if (changed && before.best > 0) ratio = computeRatio(formula, before, drawn, asDrawn(subject));
    }
  }
  return { rows, total, ratio, table: { head: ["Figure", "As it was", "Now"], rows: cells, numbers: [1, 2] } };
}

/** Runs all steps at once. */
function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const sliceMilliseconds = 8;

/** Runs steps in slices, so that the page answers in between; returns a function that ends it. */
function runInSlices<T>(steps: Generator<void, T>, onDone: (value: T) => void): () => void {
  let timer = setTimeout(slice);
  function slice(): void {
    const began = performance.now();
    do {
      const step = steps.next();
      if (step.done) return onDone(step.value);
    } while (performance.now() - began < sliceMilliseconds);
    timer = setTimeout(slice);
  }
  return () => clearTimeout(timer);
}

/** Bounds as text; those of a request in the unit that reads best. */
function formatIn(bounds: Bounds, unit: string): { text: string; interval: string } {
  const [scale, of] = unit === "Wh" ? [1e-3, "kWh"] : unit === "g CO2e" ? [1e-3, "kg CO2e"] : [1, unit];
  return formatBounds({ low: bounds.low * scale, best: bounds.best * scale, high: bounds.high * scale }, of);
}

/** The change in words, from the interval of the ratio. */
export function describeRatio({ low, best, high }: Bounds): string {
  const range = (from: number, to: number, unit: string): string => {
    const [a, b] = [digits(from), digits(to)];
    return a === b ? `${a}${unit}` : `${a}–${b}${unit}`;
  };
  if (Math.abs(low - 1) < 1e-9 && Math.abs(high - 1) < 1e-9) return "The emissions stay as they were";
  if (low <= 1 && high >= 1) return `No difference beyond the uncertainty: ${digits(best)} times (${digits(low)}–${digits(high)})`;
  if (high < 1) return best < 0.5 ? `${range(1 / high, 1 / low, " times")} less emissions` : `${range((1 - high) * 100, (1 - low) * 100, " %")} less emissions`;
  return low < 2 ? `${range((low - 1) * 100, (high - 1) * 100, " %")} more emissions` : `${range(low, high, " times")} the emissions`;
}

const digits = (value: number): string => (value >= 9.95 ? value.toFixed(0) : String(Number(value.toPrecision(2))));
