import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Formula } from "../src/derivation/evaluate";
import { computeBounds, computeRatio, drawCount, type DrawnNodes, getDraws } from "../src/derivation/uncertainty";
import type { Report } from "../src/payload";
import { formatBounds } from "../src/shared/format";
import { formulaOf, keepUnchanged, toSetting, unchanged } from "../src/what-if/settings";
import { evaluate, ofRun } from "../src/what-if/WhatIf";

interface Expected {
  low: number;
  best: number;
  high: number;
}
interface Case {
  report: number;
  zone: string | null;
  facility: string | null;
  lifetimeYears: number | null;
  hours: number | null;
  figures: Record<string, Expected & { text: string; interval: string }>;
  ratio: Expected | null;
}

// Written by WhatIfSettingsTests of tests/Tonne.Reporting.Tests.
const path = new URL("../../artifacts/web/what-if.json", import.meta.url);
const isThere = existsSync(path);

describe.skipIf(!isThere)("a thousand settings", () => {
  const { reports, settings } = isThere
    ? (JSON.parse(readFileSync(path, "utf8")) as { reports: Report[]; settings: Case[] })
    : { reports: [], settings: [] };

  const close = (actual: number, expected: number, tolerance: number): boolean =>
    Math.abs(actual - expected) <= tolerance * Math.abs(expected) || actual === expected;

  it("there are a thousand", () => expect(settings.length).toBe(1000));

  it("have the figures, the intervals and the texts of the accountant", { timeout: 0 }, () => {
    const wrong: string[] = [];
    let compared = 0;
    const asItWas = new Map(reports.map((report) => [report, new Map() as DrawnNodes]));
    for (const [report, drawn] of asItWas) formulaOf(report, "emissions_kg.total")!.evaluateDraws(getDraws, drawCount, drawn);
    settings.forEach((one, i) => {
      const report = reports[one.report]!;
      const setting = toSetting(report, one);
      // As the page does it: nodes that the setting leaves as they were, and those that figures share, are drawn once.
      const drawn = keepUnchanged(report, setting, asItWas.get(report)!);
      for (const [name, expected] of Object.entries(one.figures)) {
        const formula = formulaOf(report, name, setting);
        if (!formula) {
          wrong.push(`${i} ${name} is missing`);
          continue;
        }
        const bounds = computeBounds(formula, drawn);
        compared++;
        if (!close(bounds.best, expected.best, 1e-12)) wrong.push(`${i} ${name} ${bounds.best} instead of ${expected.best}`);
        if (!close(bounds.low, expected.low, 1e-9) || !close(bounds.high, expected.high, 1e-9))
          wrong.push(`${i} ${name} ${bounds.low}–${bounds.high} instead of ${expected.low}–${expected.high}`);
        // From the accountant's own numbers: a last bit may decide which way a digit is rounded.
        const text = formatBounds(expected, name.includes("kwh") ? "kWh" : "kg CO2e");
        if (text.text !== expected.text || text.interval !== expected.interval)
          wrong.push(`${i} ${name} '${text.text} ${text.interval}' instead of '${expected.text} ${expected.interval}'`);
      }
    });
    expect(wrong.slice(0, 10)).toEqual([]);
    expect(compared).toBeGreaterThan(4000);
  });

  it("have the accountant's interval of the change", { timeout: 0 }, () => {
    const wrong: string[] = [];
    settings.slice(0, 200).forEach((one, i) => {
      if (!one.ratio) return;
      const report = reports[one.report]!;
      const ratio = computeRatio(formulaOf(report, "emissions_kg.total", toSetting(report, one))!, formulaOf(report, "emissions_kg.total")!);
      if (!close(ratio.best, one.ratio.best, 1e-12) || !close(ratio.low, one.ratio.low, 1e-9) || !close(ratio.high, one.ratio.high, 1e-9))
        wrong.push(`${i} ${JSON.stringify(ratio)} instead of ${JSON.stringify(one.ratio)}`);
    });
    expect(wrong.slice(0, 10)).toEqual([]);
  });

  it("are evaluated by the page, step by step, to the same numbers", { timeout: 0 }, () => {
    const wrong: string[] = [];
    settings.slice(0, 200).forEach((one, i) => {
      const report = reports[one.report]!;
      const steps = evaluate(report, { ...unchanged, ...one }, ofRun, report.answer.total);
      let step = steps.next();
      let count = 0;
      for (; !step.done; count++) step = steps.next();
      for (const row of step.value.rows) {
        const expected = one.figures[row.name];
        if (!expected) continue;
        // Where nothing is chosen, the bounds are those of the document, which has six digits.
        const tolerance = [one.zone, one.facility, one.lifetimeYears, one.hours].every((value) => value === null) ? 6e-6 : 1e-9;
        if (!close(row.value, expected.best, 1e-12) || !close(row.low, expected.low, tolerance) || !close(row.high, expected.high, tolerance))
          wrong.push(`${i} ${row.name} ${row.low}–${row.high} instead of ${expected.low}–${expected.high}`);
      }
      if (count < 3) wrong.push(`${i} in ${count} steps`);
    });
    expect(wrong.slice(0, 10)).toEqual([]);
  });

  it("leave every figure of a report as it was where nothing is chosen", () => {
    for (const report of reports) {
      for (const root of report.derivation.figures) {
        const bounds = computeBounds(new Formula(report.derivation, root.root));
        expect(close(bounds.best, root.figure.value, 1e-12)).toBe(true);
        expect(Number(bounds.low.toPrecision(6))).toBeCloseTo(root.figure.low, 12);
        expect(Number(bounds.high.toPrecision(6)) / root.figure.high).toBeCloseTo(1, 6);
      }
    }
  });
});
