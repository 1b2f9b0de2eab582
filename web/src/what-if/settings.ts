import type { DrawnNodes } from "../derivation/uncertainty";
import type { ReportChoices, ReportDerivation } from "../payload";
import { asItWas, type FactorBounds, Formula, type Setting } from "../derivation/evaluate";

/** What can be evaluated with other factors: a run, an estimate. */
export interface Subject {
  derivation: ReportDerivation;
  choices: ReportChoices;
  /** The duration of a run; an estimate has none to choose. */
  run: { duration_s: number; duration_text: string } | null;
}

/** What a reader chooses on the page; null leaves it as it was. */
export interface Choice {
  /** Code of a grid zone. */
  zone: string | null;
  /** Code of a facility. */
  facility: string | null;
  /** Life of the hardware in years, taken as exact. */
  lifetimeYears: number | null;
  /** Duration of the run in hours, at the same power. */
  hours: number | null;
}

export const unchanged: Choice = { zone: null, facility: null, lifetimeYears: null, hours: null };

/** The id of a life that a reader chose. */
export const chosenLifetime = "embodied/lifetime/chosen";

/** A choice as other factors in the derivation of the run. */
export function toSetting(report: Subject, choice: Choice): Setting {
  const { choices } = report;
  const factors = new Map<string, FactorBounds>();
  const put = (id: string, chosen: { id: string; value: number; low: number; high: number } | undefined): void => {
    if (chosen) factors.set(id, { id: chosen.id, low: chosen.low, best: chosen.value, high: chosen.high });
  };
  put(choices.grid, choices.zones.find((zone) => zone.code === choice.zone));
  put(choices.pue, choices.facilities.find((facility) => facility.code === choice.facility));
  if (choice.lifetimeYears !== null && choices.lifetime !== null) {
    const years = choice.lifetimeYears;
    put(choices.lifetime, { id: chosenLifetime, value: years, low: years, high: years });
  }
  const duration = choice.hours === null || report.run === null || report.run.duration_s <= 0 ? 1 : (choice.hours * 3600) / report.run.duration_s;
  return { factors, duration };
}

/** The draws of nodes that a setting leaves as they were, from those of the run as it was. */
export function keepUnchanged(report: Subject, setting: Setting, drawn: DrawnNodes): DrawnNodes {
  const { nodes, factors } = report.derivation;
  const kept: DrawnNodes = new Map();
  const changed = nodes.map(() => false);
  nodes.forEach((node, i) => {
    changed[i] =
      (node.factor !== undefined && setting.factors.has(factors[node.factor]!.id)) ||
      (node.grows_with_time === true && setting.duration !== 1) ||
      (node.of ?? []).some((below) => changed[below]);
    const values = drawn.get(i);
    if (!changed[i] && values !== undefined) kept.set(i, values);
  });
  return kept;
}

/** The formula of a figure of the run under a setting; null if the run has no such figure. */
export function formulaOf(report: Subject, figure: string, setting: Setting = asItWas): Formula | null {
  const found = report.derivation.figures.find((one) => one.figure.name === figure);
  return found ? new Formula(report.derivation, found.root, setting) : null;
}
