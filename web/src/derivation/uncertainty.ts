import type { Bounds, Draws, FactorBounds, Formula } from "./evaluate";
import { SeededRandom } from "./random";

// The rules and the constants are those of docs/methods/uncertainty.md.
const z95 = 1.96;
/** Number of draws of each factor. */
export const drawCount = 20_000;
const drawCountIfNarrow = 5_000;
const firstOrderLimit = 0.3;
const nonlinearityLimit = 0.02;

const sigmaLow = (factor: Bounds): number =>
  factor.best === 0 ? 0 : factor.low === 0 ? Infinity : Math.log(factor.best / factor.low) / z95;

const sigmaHigh = (factor: Bounds): number => (factor.best === 0 ? 0 : Math.log(factor.high / factor.best) / z95);

const isExact = (factor: Bounds): boolean => factor.low === factor.high;

/** The draws of the nodes of a derivation with one setting: what one formula computed, another need not. */
export type DrawnNodes = Map<number, Draws>;

/** The 95 % bounds of a formula: by the first order where that is enough, else by the same draws as tonne's. */
export function computeBounds(formula: Formula, known: DrawnNodes = new Map()): Bounds {
  const best = formula.best;
  if (best === 0) return { low: 0, best: 0, high: 0 };
  if (formula.factors.every(isExact)) return { low: best, best, high: best };
  const [below, above] = firstOrder(formula, best);
  if (Math.max(below, above) > firstOrderLimit) return drawBounds(formula, best, drawCount, known);
  return isNearlyLinear(formula, best, below, above)
    ? { low: best * Math.exp(-z95 * below), best, high: best * Math.exp(z95 * above) }
    : drawBounds(formula, best, drawCountIfNarrow, known);
}

/** The 95 % interval of the ratio of two formulas: a factor of both has the same value in both. */
export function computeRatio(numerator: Formula, denominator: Formula, ofNumerator: DrawnNodes = new Map(), ofDenominator: DrawnNodes = new Map()): Bounds {
  const over = drawValues(numerator, ofNumerator);
  const under = drawValues(denominator, ofDenominator);
  const ratios = over.map((value, i) => value / under[i]!);
  const best = numerator.best / denominator.best;
  const [low, high] = interval(ratios);
  return { low: Math.min(best, low), best, high: Math.max(best, high) };
}

function firstOrder(formula: Formula, best: number): [number, number] {
  const slopes = formula.slopes();
  let below = 0;
  let above = 0;
  formula.factors.forEach((factor, i) => {
    const sensitivity = (slopes[i]! * factor.best) / best;
    if (sensitivity === 0) return;
    const [up, down] = sensitivity > 0 ? [sigmaHigh(factor), sigmaLow(factor)] : [sigmaLow(factor), sigmaHigh(factor)];
    above += (sensitivity * up) ** 2;
    below += (sensitivity * down) ** 2;
  });
  return [Math.sqrt(below), Math.sqrt(above)];
}

function isNearlyLinear(formula: Formula, best: number, below: number, above: number): boolean {
  const values = formula.factors.map((factor) => factor.best);
  let decreases = 0;
  let increases = 0;
  for (const [i, factor] of formula.factors.entries()) {
    if (isExact(factor)) continue;
    const changes = [factor.low, factor.high].map((value) => {
      const changed = [...values];
      changed[i] = value;
      return Math.log(formula.evaluate(changed) / best);
    });
    if (!changes.every(Number.isFinite)) return false;
    decreases += Math.min(0, ...changes) ** 2;
    increases += Math.max(0, ...changes) ** 2;
  }
  return (
    Math.abs(Math.sqrt(decreases) - z95 * below) <= nonlinearityLimit &&
    Math.abs(Math.sqrt(increases) - z95 * above) <= nonlinearityLimit
  );
}

function drawBounds(formula: Formula, best: number, count: number, known: DrawnNodes): Bounds {
  const [low, high] = interval(drawValues(formula, known).subarray(0, count));
  return { low: Math.min(Math.max(low, 0), best), best, high: Math.max(best, high) };
}

function drawValues(formula: Formula, known: DrawnNodes): Float64Array {
  const values = formula.evaluateDraws(getDraws, drawCount, known);
  return typeof values === "number" ? new Float64Array(drawCount).fill(values) : values;
}

/** The values at the nearest ranks of 2.5 % and 97.5 %. */
function interval(values: Float64Array): [number, number] {
  const sample = values.slice();
  const rank = (share: number): number => roundHalfToEven(share * (sample.length - 1));
  return [select(sample, rank(0.025)), select(sample, rank(0.975))];
}

/** The value of a rank from 0, without sorting all (Hoare 1961, Algorithm 65: FIND). Reorders the sample. */
function select(sample: Float64Array, rank: number): number {
  let [left, right] = [0, sample.length - 1];
  while (left < right) {
    const pivot = sample[rank]!;
    let [i, j] = [left, right];
    while (i <= j) {
      while (sample[i]! < pivot) i++;
      while (pivot < sample[j]!) j--;
      if (i > j) break;
      const value = sample[i]!;
      sample[i++] = sample[j]!;
      sample[j--] = value;
    }
    if (j < rank) left = i;
    if (rank < i) right = j;
  }
  return sample[rank]!;
}

function roundHalfToEven(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  return rest < 0.5 || (rest === 0.5 && whole % 2 === 0) ? whole : whole + 1;
}

let normals: Float64Array | undefined;
const orders = new Map<string, Uint16Array>();
const draws = new Map<string, Float64Array>();
const cacheSize = 200;

/** The draws of a factor: all factors use the same normal samples, each in an order that its id gives. */
export function getDraws(factor: FactorBounds): Float64Array {
  const key = `${factor.id}|${factor.low}|${factor.best}|${factor.high}`;
  let drawn = draws.get(key);
  if (drawn) return drawn;
  normals ??= createNormals();
  let order = orders.get(factor.id);
  if (!order) {
    if (orders.size > cacheSize) orders.clear();
    orders.set(factor.id, (order = createOrder(factor.id)));
  }
  const [below, above] = [sigmaLow(factor), sigmaHigh(factor)];
  drawn = new Float64Array(drawCount);
  for (let i = 0; i < drawCount; i++) {
    const z = normals[order[i]!]!;
    drawn[i] =
      z >= 0
        ? factor.best * Math.exp(z * above)
        : Number.isFinite(below)
          ? factor.best * Math.exp(z * below)
          : factor.best * Math.max(0, 1 + z / z95);
  }
  if (draws.size > cacheSize) draws.clear();
  draws.set(key, drawn);
  return drawn;
}

function createOrder(id: string): Uint16Array {
  const order = new Uint16Array(drawCount);
  for (let i = 0; i < drawCount; i++) order[i] = i;
  // FNV-1a, 32 bit.
  let hash = 2166136261;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 16777619);
  new SeededRandom(hash | 0).shuffle(order);
  return order;
}

/** Standard normal samples (Box and Muller), half of them the others with the opposite sign. */
function createNormals(): Float64Array {
  const random = new SeededRandom(1958);
  const samples = new Float64Array(drawCount);
  for (let i = 0; i < drawCount; i += 4) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
    const angle = 2 * Math.PI * random.nextDouble();
    const [first, second] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    samples.set([first, second, -first, -second], i);
  }
  return samples;
}
