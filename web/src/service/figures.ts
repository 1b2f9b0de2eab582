import type { ServiceDocument, ServiceDocumentAmountsPart, ServiceDocumentBoundsPart } from "../documents";
import { formatBounds, formatPercent, formatValue, thin } from "../shared/format";

/** A figure as it is drawn and read: its full value in its unit, and its texts. */
export interface ServiceFigure {
  value: number;
  low: number;
  high: number;
  unit: string;
  text: string;
  interval: string;
}

/** Text and interval of a figure; `scale` is 0.001 for Wh and g, whose ladder of units begins at kWh and kg. */
function figure(bounds: ServiceDocumentBoundsPart, unit: string, ladder: string, scale: number): ServiceFigure {
  const { value, low, high } = bounds;
  const { text, interval } = formatBounds({ best: value * scale, low: low * scale, high: high * scale }, ladder);
  return { value, low, high, unit, text: thin(text), interval };
}

export const inWattHours = (bounds: ServiceDocumentBoundsPart): ServiceFigure => figure(bounds, "Wh", "kWh", 1e-3);
export const inGrams = (bounds: ServiceDocumentBoundsPart): ServiceFigure => figure(bounds, "g CO2e", "kg CO2e", 1e-3);
export const inKilowattHours = (bounds: ServiceDocumentBoundsPart): ServiceFigure => figure(bounds, "kWh", "kWh", 1);
export const inKilograms = (bounds: ServiceDocumentBoundsPart): ServiceFigure => figure(bounds, "kg CO2e", "kg CO2e", 1);

/** A figure with its interval; a dash where it is not known. */
export const inLine = (known: ServiceFigure | null): string => (known ? `${known.text} ${known.interval}`.trim() : "–");

export const ifKnown = <T, R>(value: T | null | undefined, format: (known: T) => R): R | null => (value == null ? null : format(value));

/** A change as a signed percentage: 0.12 is `+12 %`. */
const change = (value: number): string => `${value < 0 ? "−" : "+"}${formatPercent(Math.abs(value))}`;

/** The last seven days against the seven before; null where both have no figures. */
export function describeChange(service: ServiceDocument): string | null {
  const changes = [
    ...(service.request_energy_change === null ? [] : [`${change(service.request_energy_change)} energy for each request`]),
    ...(service.daily_emissions_change === null ? [] : [`${change(service.daily_emissions_change)} emissions a day`]),
  ];
  return changes.length > 0 ? `Against the seven days before: ${changes.join(", ")}.` : null;
}

/** A percentile of the energy of single requests; a dash where no request has an energy of its own. */
export const percentile = (amounts: ServiceDocumentAmountsPart, which: "p50" | "p95" | "p99"): string =>
  amounts.percentiles_wh ? thin(formatValue(amounts.percentiles_wh[which] * 1e-3, "kWh", 3)) : "–";

/** What the percentiles are of, or why there are none. */
export const describePercentiles = (service: ServiceDocument): string => {
  const known = service.percentiles_wh;
  return known
    ? `Percentiles are of the own energy of ${number(known.n)} of ${number(service.all.requests)} requests, without the idle energy of times in which there was none; each is within ${formatPercent(known.resolution / 2)}.`
    : `Means only. ${service.percentiles_reason ?? ""}`;
};

export const number = (count: number): string => count.toLocaleString("en");

/** What the energy of a service was for. Requests have the first four. */
export const parts = [
  { key: "prompt_uj", name: "computing prompts", colour: "#009e73" },
  { key: "output_uj", name: "computing answers", colour: "#e69f00" },
  { key: "held_uj", name: "idle power while requests ran", colour: "#56b4e9" },
  { key: "waiting_uj", name: "idle power while requests waited", colour: "#cc79a7" },
  { key: "idle_uj", name: "idle, no request", colour: "var(--idle)" },
] as const satisfies readonly { key: keyof ServiceDocumentAmountsPart; name: string; colour: string }[];

/** Microjoules of a part as kWh. A reading below idle can make a part negative; nothing of it can be drawn then. */
const kilowattHours = (microjoules: number): number => Math.max(0, microjoules) / 3.6e12;

/** Energy at the plug by day and part, kWh: every day from the first to the last, those without a record empty. */
export function stackDays(service: ServiceDocument): { days: string[]; parts: number[][]; sums: number[]; whole: number } {
  const known = new Map(service.days.map(({ day, amounts }) => [day, amounts]));
  const days = fillDays([...known.keys()].sort());
  const stacked = days.map((day) => parts.map(({ key }) => kilowattHours(known.get(day)?.[key] ?? 0)));
  const sums = parts.map((_, at) => stacked.reduce((sum, one) => sum + one[at]!, 0));
  return { days, parts: stacked, sums, whole: sums.reduce((a, b) => a + b, 0) };
}

/** The days between the first and the last, without a gap; at most 1,000. */
export function fillDays(days: readonly string[]): string[] {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const all: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last) && all.length < 1000; at += 86_400_000) all.push(new Date(at).toISOString().slice(0, 10));
  return all;
}

/** What took most of the energy, as a heading. */
export function findingOfDays(service: ServiceDocument): string {
  const { days, sums, whole } = stackDays(service);
  if (whole <= 0) return "No energy is recorded yet";
  const most = sums.indexOf(Math.max(...sums));
  const name = parts[most]!.key === "idle_uj" ? "Idle power without any request" : capital(parts[most]!.name);
  return `${name} took ${formatPercent(sums[most]! / whole)} of the energy${days.length > 1 ? ` over ${number(days.length)} days` : ""}`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The period that the headline is of: seven days where they have requests with energy, else all. */
export function headlinePeriod(service: ServiceDocument): { amounts: ServiceDocumentAmountsPart; words: string } {
  return service.week.wh_per_request ? { amounts: service.week, words: "in the last seven days" } : { amounts: service.all, words: "in all" };
}

/** Start of a gap and the like: `2026-11-30 01:17`, UTC. */
export const utc = (time: string): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");
