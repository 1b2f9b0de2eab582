import type { Bounds } from "../derivation/evaluate";

// As DisplayValue of tonne does: it formats the figures of the run; this formats those that a reader makes on the page.
const scales: Record<string, readonly [number, string][]> = {
  kWh: [[1e-9, "µWh"], [1e-6, "mWh"], [1e-3, "Wh"], [1, "kWh"], [1e3, "MWh"], [1e6, "GWh"]],
  "kg CO2e": [[1e-9, "µg CO2e"], [1e-6, "mg CO2e"], [1e-3, "g CO2e"], [1, "kg CO2e"], [1e3, "t CO2e"]],
  W: [[1e-6, "µW"], [1e-3, "mW"], [1, "W"], [1e3, "kW"], [1e6, "MW"]],
  L: [[1e-6, "µL"], [1e-3, "mL"], [1, "L"], [1e3, "m³"]],
};
const keptToATenth = new Set(["g CO2e", "mg CO2e", "Wh", "mWh"]);

/** A figure as text: value with unit, and its interval in brackets, empty if it is exact. */
export function formatBounds(bounds: Bounds, unit: string, like?: number): { text: string; interval: string } {
  const exact = bounds.low === bounds.high;
  const digits = exact || (bounds.low > 0 && bounds.high / bounds.low <= 1.1) ? 3 : 2;
  const [scale, name] = choose(like ?? bounds.best, unit, digits);
  const [low, best, high] = [bounds.low / scale, bounds.best / scale, bounds.high / scale];
  const withUnit = (value: string): string => (name === "" ? value : `${value} ${name}`);
  if (low === high) return { text: withUnit(trimmed(best, digits)), interval: "" };
  if (best === 0) return { text: withUnit("0"), interval: `(${trimmed(low, digits)}–${trimmed(high, digits)})` };
  const place = placeOf(best, digits);
  const lowText = low > 0 && round(low, place) === 0 ? atPlace(low, placeOf(low, 1)) : atPlace(low, place);
  return { text: withUnit(atPlace(best, place)), interval: `(${lowText}–${atPlace(high, place)})` };
}

/** A number as text, with significant digits. */
export function formatValue(value: number, unit: string, digits = 3, like?: number): string {
  const [scale, name] = choose(like ?? value, unit, digits);
  const text = value === 0 || !scales[unit] ? trimmed(value, digits) : atPlace(value / scale, placeOf(value / scale, digits));
  return name === "" ? text : `${text} ${name}`;
}

/** A share as per cent. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  const size = Math.abs(percent);
  if (size > 0 && size < 0.1) return percent < 0 ? "> −0.1\u202f%" : "<\u00a00.1\u202f%";
  if (share > 0.99 && share < 1) return `${trimZeros(Math.min(99.9, percent).toFixed(1))}\u202f%`;
  return `${size < 9.95 ? trimZeros(percent.toFixed(1)) : percent.toFixed(0)}\u202f%`;
}

/** Seconds as time from the start: `12 s`, `3:20 min`, `2:05 h`, `4 d 3 h`. */
export function formatTime(seconds: number, step = 1): string {
  if (seconds < 60) return step < 1 ? `${seconds.toFixed(step < 0.1 ? 2 : 1)} s` : `${Math.round(seconds)} s`;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)} h`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

function choose(value: number, unit: string, digits: number): [number, string] {
  const ladder = scales[unit];
  if (!ladder) return [1, unit === "1" ? "" : unit];
  if (value === 0 || !Number.isFinite(value)) return [1, unit];
  const rounded = Math.abs(round(value, leading(value) - digits + 1));
  for (let i = ladder.length - 1; i > 0; i--) {
    const [scale, name] = ladder[i]!;
    if (rounded >= scale * (keptToATenth.has(name) ? 0.1 : 1) * (1 - 1e-12)) return [scale, name];
  }
  return ladder[0] as [number, string];
}

const leading = (value: number): number => Math.floor(Math.log10(Math.abs(value)));

const placeOf = (value: number, digits: number): number =>
  value === 0 ? 0 : Math.floor(Math.log10(Math.abs(round(value, leading(value) - digits + 1))) + 1e-9) - digits + 1;

function round(value: number, place: number): number {
  const power = 10 ** Math.abs(place);
  const away = (one: number): number => Math.sign(one) * Math.round(Math.abs(one));
  const rounded = place >= 0 ? away(value / power) * power : away(value * power) / power;
  return Number.isFinite(rounded) ? rounded : value;
}

function atPlace(value: number, place: number): string {
  const rounded = round(value, place);
  if (Math.abs(rounded) >= 1e15 || place < -15) return rounded.toExponential(Math.max(0, Math.min(15, leading(rounded) - place))).replace("+", "");
  const [whole = "0", part] = rounded.toFixed(Math.max(0, Math.min(15, -place))).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return part === undefined ? grouped : `${grouped}.${part}`;
}

const trimZeros = (text: string): string => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);

const trimmed = (value: number, digits: number): string => (value === 0 ? "0" : trimZeros(atPlace(value, placeOf(value, digits))));

/** Puts thin spaces between numbers and their units, and keeps both on one line. */
export const thin = (text: string): string =>
  text.replace(/(?<=\d) (?=[µmkMG]?(?:Wh|W|g|t|L|J|m³)(?:$|[ ,.;)]))/g, "\u202f").replace(/(?<=[gt]) CO2e/g, "\u00a0CO2e").replace(/(?<=\d) %/g, "\u202f%");
