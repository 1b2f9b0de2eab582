import type { ReportDerivation, ReportNode } from "../payload";

/** Low, best and high of a 95 % interval. */
export interface Bounds {
  low: number;
  best: number;
  high: number;
}

/** A factor as the evaluator needs it: its id is its identity. */
export interface FactorBounds extends Bounds {
  id: string;
}

/** What is put in the place of the factors of a run. */
export interface Setting {
  /** Factors by the id of the one that they replace. */
  factors: ReadonlyMap<string, FactorBounds>;
  /** Times the duration of the run, and all that was counted in it. 1 leaves it as it was. */
  duration: number;
}

export const asItWas: Setting = { factors: new Map(), duration: 1 };

/**
 * A derivation with a setting: the factors in it, and its value with any values of them. It knows the six operations of
 * `tonne.explain/1` and no formula of its own.
 */
export class Formula {
  readonly factors: readonly FactorBounds[];
  private readonly factorOfNode: Int32Array;
  /** Nodes below the root, those below a node before it. */
  private readonly order: readonly number[];
  private readonly nodes: readonly ReportNode[];
  private readonly counts: Float64Array;

  constructor(
    derivation: ReportDerivation,
    readonly root: number,
    setting: Setting = asItWas,
  ) {
    this.nodes = derivation.nodes;
    this.factorOfNode = new Int32Array(this.nodes.length).fill(-1);
    this.counts = new Float64Array(this.nodes.length);
    const factors: FactorBounds[] = [];
    const indices = new Map<string, number>();
    const order: number[] = [];
    const met = new Set<number>();
    const visit = (index: number): void => {
      if (met.has(index)) return;
      met.add(index);
      const node = this.nodes[index]!;
      for (const below of node.of ?? []) visit(below);
      order.push(index);
      if (node.factor !== undefined) {
        const own = derivation.factors[node.factor]!;
        const used = setting.factors.get(own.id) ?? { id: own.id, low: own.low, best: own.value, high: own.high };
        let at = indices.get(used.id);
        if (at === undefined) {
          at = factors.push(used) - 1;
          indices.set(used.id, at);
        }
        this.factorOfNode[index] = at;
      } else if (node.op === "counted") {
        this.counts[index] = node.grows_with_time ? node.value * setting.duration : node.value;
      }
    };
    visit(root);
    this.factors = factors;
    this.order = order;
  }

  /** The value at best factors. */
  get best(): number {
    return this.evaluate(this.factors.map((factor) => factor.best));
  }

  /** The value with given values of the factors, in their order. */
  evaluate(values: readonly number[]): number {
    return this.evaluateAll(values)[this.root]!;
  }

  /** The values of all nodes, by index; 0 for those that are not below the root. */
  evaluateAll(values: readonly number[]): Float64Array {
    const results = new Float64Array(this.nodes.length);
    for (const index of this.order) results[index] = this.compute(index, results, values);
    return results;
  }

  /** The derivative of the value by each factor, at best factors. */
  slopes(): number[] {
    const results = this.evaluateAll(this.factors.map((factor) => factor.best));
    const slopeOf = new Float64Array(this.nodes.length);
    slopeOf[this.root] = 1;
    const slopes = new Array<number>(this.factors.length).fill(0);
    for (let i = this.order.length - 1; i >= 0; i--) {
      const index = this.order[i]!;
      const node = this.nodes[index]!;
      const slope = slopeOf[index]!;
      const below = node.of ?? [];
      switch (node.op) {
        case "factor":
          slopes[this.factorOfNode[index]!]! += slope;
          break;
        case "sum":
          for (const child of below) slopeOf[child]! += slope;
          break;
        case "difference":
          slopeOf[below[0]!]! += slope;
          slopeOf[below[1]!]! -= slope;
          break;
        case "product":
          below.forEach((child, at) => {
            let others = node.scale ?? 1;
            below.forEach((other, otherAt) => {
              if (otherAt !== at) others *= results[other]!;
            });
            slopeOf[child]! += slope * others;
          });
          break;
        case "quotient": {
          const [over, under] = [results[below[0]!]!, results[below[1]!]!];
          slopeOf[below[0]!]! += slope / under;
          slopeOf[below[1]!]! -= (slope * over) / (under * under);
          break;
        }
      }
    }
    return slopes;
  }

  /**
   * The values at many draws of the factors.
   * @param draw Returns the draws of a factor that is not exact.
   * @param count Number of draws.
   * @param known Values of nodes that another formula of the same derivation and setting computed; those of this one are added.
   */
  evaluateDraws(draw: (factor: FactorBounds) => Float64Array, count: number, known: Map<number, Draws> = new Map()): Draws {
    for (const _ of this.evaluateDrawsInSteps(draw, count, known));
    return known.get(this.root)!;
  }

  /** The same, one node after another: a page can answer its reader in between. */
  *evaluateDrawsInSteps(draw: (factor: FactorBounds) => Float64Array, count: number, known: Map<number, Draws>): Generator<void> {
    for (const index of this.order) {
      if (known.has(index)) continue;
      const node = this.nodes[index]!;
      if (node.op === "counted") {
        known.set(index, this.counts[index]!);
      } else if (node.op === "factor") {
        const factor = this.factors[this.factorOfNode[index]!]!;
        known.set(index, factor.low === factor.high ? factor.best : draw(factor));
      } else {
        const below = (node.of ?? []).map((child) => known.get(child)!);
        known.set(index, combine(node, below, count));
      }
      yield;
    }
  }

  private compute(index: number, results: Float64Array, values: readonly number[]): number {
    const node = this.nodes[index]!;
    const below = node.of ?? [];
    switch (node.op) {
      case "counted":
        return this.counts[index]!;
      case "factor":
        return values[this.factorOfNode[index]!]!;
      case "sum":
        return below.reduce((sum, child) => sum + results[child]!, 0);
      case "difference":
        return results[below[0]!]! - results[below[1]!]!;
      case "product":
        return below.reduce((product, child) => product * results[child]!, node.scale ?? 1);
      case "quotient":
        return results[below[0]!]! / results[below[1]!]!;
      default:
        throw new Error(`A derivation has the unknown operation ${node.op}.`);
    }
  }
}

/** One value for each draw, or one for all. */
export type Draws = Float64Array | number;

/** An operation on numbers and rows of draws. */
function combine(node: ReportNode, below: readonly Draws[], count: number): Draws {
  switch (node.op) {
    case "sum":
      return below.reduce((sum, next) => add(sum, next, 1, count), 0);
    case "difference":
      return add(below[0]!, below[1]!, -1, count);
    case "product":
      return below.reduce((product, next) => multiply(product, next, count), node.scale ?? 1);
    case "quotient":
      return divide(below[0]!, below[1]!, count);
    default:
      throw new Error(`A derivation has the unknown operation ${node.op}.`);
  }
}

function add(a: Draws, b: Draws, sign: 1 | -1, count: number): Draws {
  if (typeof a === "number" && typeof b === "number") return a + sign * b;
  if (b === 0) return a;
  if (a === 0 && sign === 1) return b;
  const result = new Float64Array(count);
  if (typeof a === "number") {
    for (let i = 0; i < count; i++) result[i] = a + sign * (b as Float64Array)[i]!;
  } else if (typeof b === "number") {
    for (let i = 0; i < count; i++) result[i] = a[i]! + sign * b;
  } else {
    for (let i = 0; i < count; i++) result[i] = a[i]! + sign * b[i]!;
  }
  return result;
}

function multiply(a: Draws, b: Draws, count: number): Draws {
  if (typeof a === "number" && typeof b === "number") return a * b;
  if (a === 1) return b;
  const result = new Float64Array(count);
  if (typeof a === "number" || typeof b === "number") {
    const [scale, row] = typeof a === "number" ? [a, b as Float64Array] : [b as number, a];
    for (let i = 0; i < count; i++) result[i] = scale * row[i]!;
  } else {
    for (let i = 0; i < count; i++) result[i] = a[i]! * b[i]!;
  }
  return result;
}

function divide(a: Draws, b: Draws, count: number): Draws {
  if (typeof a === "number" && typeof b === "number") return a / b;
  const result = new Float64Array(count);
  for (let i = 0; i < count; i++) result[i] = (typeof a === "number" ? a : a[i]!) / (typeof b === "number" ? b : b[i]!);
  return result;
}
