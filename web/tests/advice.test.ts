import { describe, expect, it } from "vitest";
import { findingOf, interval, percent, scaleOf } from "../src/advice/Advice";
import type { AdviceDocument, AdviceDocumentLeverPart } from "../src/documents";

const saving = (value: number, low: number, high: number) => ({ value, low, high });

const advise = (isNothing: boolean, ...levers: [string, number, number, number][]): AdviceDocument =>
  ({ nothing_worth_doing: isNothing, levers: levers.map(([name, value, low, high]) => ({ name, saving: saving(value, low, high) }) as AdviceDocumentLeverPart) }) as AdviceDocument;

describe("a saving", () => {
  it("has at most one decimal, as at the command line", () => {
    // 0.1225 is 12.25 %: AdviceText writes {0:0.#}, which rounds halves away from zero.
    expect(percent(saving(0.1225, 0, 1))).toBe("12.3\u202f%");
    expect(percent(saving(0.48, 0.47, 0.48))).toBe("48\u202f%");
    expect(interval(saving(0.02, -0.0123, 0.05))).toBe("(−1.2 to 5\u202f%)");
    expect(interval(saving(0.02, -0.0001, 0.05))).toBe("(0 to 5\u202f%)");
  });

  it("stands on one scale with zero", () => {
    expect(scaleOf([saving(0.12, 0.05, 0.2), saving(0.4, 0.3, 0.48)])).toEqual({ from: 0, to: 0.5, ticks: [0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5] });
    const both = scaleOf([saving(0.02, -0.03, 0.06)]);
    expect([both.from, both.to]).toEqual([-0.04, 0.06]);
    // What may emit many times more is not drawn to its end.
    expect(scaleOf([saving(0.1, -7, 0.9)]).from).toBe(-1);
    expect(scaleOf([]).to).toBe(0.01);
  });
});

describe("the finding", () => {
  it("is the best lever, or that nothing is worth doing", () => {
    expect(findingOf(advise(false, ["stop after epoch 4", 0.48, 0.47, 0.5]))).toBe("Stop after epoch 4 saves 48\u202f% (47 to 50\u202f%)");
    expect(findingOf(advise(true, ["another hour", 0.02, 0.01, 0.03]))).toBe("Nothing worth doing here: no lever is certain to save 3 %");
    expect(findingOf(advise(true))).toMatch(/^Nothing worth doing here/);
  });
});
