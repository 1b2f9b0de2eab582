import type { WatchDocument } from "../documents";
import type { Report } from "../payload";

/** Seconds that the live chart shows. */
export const span = 600;

export interface Part {
  component: string;
  quality: string;
}

/** The power of the last ten minutes by component: what the report knows of the run so far, then each sample as it comes. */
export interface PowerHistory {
  parts: Part[];
  /** End of each interval, s from the start of the run; the first has no interval. */
  times: number[];
  /** W of each part, in the interval that ends at the same index. */
  watts: number[][];
}

export const emptyHistory = (): PowerHistory => ({ parts: [], times: [], watts: [] });

/** Adds a sample; one that is not newer than the last changes nothing. Devices of a kind are added up. Returns whether it was added. */
export function addSample(history: PowerHistory, sample: WatchDocument): boolean {
  const at = sample.duration_s;
  const last = history.times.at(-1) ?? -Infinity;
  if (at <= last) return false;
  for (const { component, quality } of sample.components) ensure(history, component, quality);
  history.times.push(at);
  history.parts.forEach((part, i) =>
    history.watts[i]!.push(sample.components.filter((one) => one.component === part.component).reduce((sum, one) => sum + one.job, 0)),
  );
  trim(history);
  return true;
}

function ensure(history: PowerHistory, component: string, quality: string): void {
  if (history.parts.some((part) => part.component === component)) return;
  history.parts.push({ component, quality });
  history.watts.push(history.times.map(() => 0));
}

/** Puts the power before the first sample that was seen here in front of the history, from the report of the run so far. */
export function addEarlier(history: PowerHistory, report: Report): void {
  const power = report.power;
  if (!power) return;
  const first = history.times[0] ?? Infinity;
  const times: number[] = [];
  const index: number[] = [];
  power.edges.forEach((edge, i) => {
    if (i > 0 && edge < first - 0.05) {
      times.push(edge);
      index.push(i - 1);
    }
  });
  if (times.length === 0) return;
  for (const { component, quality } of power.components) ensure(history, component, quality);
  history.parts.forEach((part, i) => {
    const own = power.components.filter((one) => one.component === part.component);
    history.watts[i] = [...index.map((at) => own.reduce((sum, one) => sum + (one.watts[at] ?? 0), 0)), ...history.watts[i]!];
  });
  history.times = [...times, ...history.times];
  trim(history);
}

function trim(history: PowerHistory): void {
  const from = (history.times.at(-1) ?? 0) - span;
  let drop = 0;
  while (drop < history.times.length - 2 && history.times[drop + 1]! < from) drop++;
  if (drop === 0) return;
  history.times.splice(0, drop);
  for (const values of history.watts) values.splice(0, drop);
}

/** Means of about so many equal intervals, for the table twin: their ends and the W of each part. */
export function summarise(history: PowerHistory, rows: number): { from: number; to: number; watts: number[] }[] {
  const { times, watts } = history;
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || last <= first) return [];
  const step = (last - first) / rows;
  const result: { from: number; to: number; watts: number[] }[] = [];
  for (let row = 0; row < rows; row++) {
    const [from, to] = [first + row * step, first + (row + 1) * step];
    const joules = watts.map(() => 0);
    for (let i = 1; i < times.length; i++) {
      const overlap = Math.min(to, times[i]!) - Math.max(from, times[i - 1]!);
      if (overlap > 0) watts.forEach((values, part) => (joules[part]! += values[i]! * overlap));
    }
    result.push({ from, to, watts: joules.map((sum) => sum / step) });
  }
  return result;
}
