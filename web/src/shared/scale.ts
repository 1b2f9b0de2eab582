import type { ReportFigure } from "../payload";

/** A position from 0 to 1 for a value. */
export interface Scale {
  at(value: number): number;
  isLog: boolean;
  ticks: number[];
}

/** A scale for intervals: logarithmic where they differ by more than a factor of 10. */
export function scaleFor(figures: readonly { low: number; high: number; value: number }[]): Scale {
  const positive = figures.flatMap((figure) => [figure.low, figure.value, figure.high]).filter((value) => value > 0);
  const [low, high] = [Math.min(...positive), Math.max(...positive)];
  if (positive.length === 0) return { at: () => 0, isLog: false, ticks: [] };
  if (high / low > 10) {
    const [from, to] = [Math.log10(low) - 0.05, Math.log10(high) + 0.05];
    const at = (value: number): number => (value <= 0 ? 0 : Math.min(1, Math.max(0, (Math.log10(value) - from) / (to - from))));
    const ticks: number[] = [];
    const digits = to - from > 2.5 ? [1] : [1, 2, 5];
    for (let power = Math.floor(from); power <= Math.floor(to); power++) {
      for (const digit of digits) {
        const tick = digit * 10 ** power;
        if (Math.log10(tick) >= from && Math.log10(tick) <= to) ticks.push(tick);
      }
    }
    return { at, isLog: true, ticks };
  }
  const top = high * 1.04;
  const step = niceStep(top / 6);
  const ticks: number[] = [];
  for (let value = 0; value <= top; value += step) ticks.push(value);
  return { at: (value) => Math.min(1, Math.max(0, value / top)), isLog: false, ticks };
}

/** 1, 2 or 5 times a power of ten, at least as large. */
export function niceStep(least: number): number {
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const digit = least / power;
  return (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power;
}

/** A figure in words, with its interval. */
export const inWords = (figure: ReportFigure): string => `${figure.text}${figure.interval ? ` ${figure.interval}` : ""}`;
