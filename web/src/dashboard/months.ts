import type { MonthDocument } from "../documents";
import { formatPercent, formatValue, thin } from "../shared/format";

export type MonthRow = MonthDocument["accounts"][number];

/** What the runs of a month are shown by, with the field of the document and the word of the groups. */
export const groupings = [
  ["account", "accounts"],
  ["user", "users"],
  ["project", "projects"],
  ["partition", "partitions"],
  ["model", "models"],
] as const;

export type Grouping = (typeof groupings)[number][0];

/** A month some months later or earlier: `2026-11`, -1 → `2026-10`. */
export function shift(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const all = year * 12 + number - 1 + by;
  return `${String(Math.floor(all / 12)).padStart(4, "0")}-${String((all % 12) + 1).padStart(2, "0")}`;
}

/** `November 2026`. */
export function nameOf(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1, 1)).toLocaleString("en", { month: "long", year: "numeric", timeZone: "UTC" });
}

/** The month of a time, UTC. */
export const monthOf = (time: Date): string => time.toISOString().slice(0, 7);

const causes: Record<string, string> = {
  work: "Work: hours of runs",
  nodes: "Nodes outside jobs: hours",
  hardware: "Hardware: mix, power",
  facility: "PUE",
  grid: "Grid intensity",
  embodied: "Embodied",
  method: "Method and factors",
};

export interface Cause {
  name: string;
  kg: number;
  /** Signed text: a share of the month before, or kg CO2e where that had none. */
  text: string;
  /** Where its bar begins and ends, 0 to 1. */
  from: number;
  to: number;
}

/** The causes as bars around zero; `zero` is where that is, 0 to 1. */
export function causesOf(change: NonNullable<MonthDocument["change"]>): { zero: number; causes: Cause[] } {
  const values = change.terms.map((term) => term.change_kg);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const span = high - low || 1;
  const at = (kg: number): number => (kg - low) / span;
  return {
    zero: at(0),
    causes: change.terms.map((term) => ({
      name: causes[term.cause] ?? term.cause,
      kg: term.change_kg,
      text: signed(term.share, term.change_kg),
      from: Math.min(at(0), at(term.change_kg)),
      to: Math.max(at(0), at(term.change_kg)),
    })),
  };
}

/** A change with its sign: a share, or kg CO2e without one. */
export function signed(share: number | null, kg: number): string {
  const sign = kg > 0 ? "+" : kg < 0 ? "−" : "";
  if (share === null) return sign + thin(formatValue(Math.abs(kg), "kg CO2e", 2));
  const text = formatPercent(Math.abs(share));
  return text.startsWith("<") ? text : sign + text;
}

/** The finding about the largest group: `physics emitted 71 %`. */
export function groupFinding(rows: readonly MonthRow[], by: Grouping, whole: number): string {
  const [first] = rows;
  if (!first || whole <= 0) return "No runs";
  const name = first.group[by];
  const who = name == null || name === "" ? `Runs without ${by === "account" ? "an account" : `a ${by}`}` : name;
  return `${who} emitted ${formatPercent(first.emissions_kg.total.value / whole)}`;
}
