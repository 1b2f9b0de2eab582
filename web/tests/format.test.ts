import { describe, expect, it } from "vitest";
import { toCsv } from "../src/shared/section";
import { formatPercent, formatTime, formatValue, thin } from "../src/shared/format";
import { niceStep, scaleFor } from "../src/shared/scale";
import { describeRatio } from "../src/what-if/WhatIf";

describe("texts", () => {
  it("have thin spaces before units and stay on one line", () => {
    expect(thin("44 mg CO2e")).toBe("44\u202fmg\u00a0CO2e");
    expect(thin("This run used 1.50 MWh (1.49–1.52) and emitted 773 kg CO2e.")).toBe("This run used 1.50\u202fMWh (1.49–1.52) and emitted 773\u202fkg\u00a0CO2e.");
    expect(thin("4 times a day")).toBe("4 times a day");
  });

  it("give shares two digits below ten per cent", () => {
    expect([0.0004, 0.0312, 0.5, 0.999, 1].map((share) => formatPercent(share).replace(/[\u202f\u00a0]/g, " "))).toEqual(["< 0.1 %", "3.1 %", "50 %", "99.9 %", "100 %"]);
  });

  it("give times from the start", () => {
    expect([0, 12, 200, 7500, 190_000].map((seconds) => formatTime(seconds))).toEqual(["0 s", "12 s", "3:20 min", "2:05 h", "2 d 4 h"]);
  });

  it("choose the unit by the value", () => {
    expect([1500, 0.25, 0.0004].map((value) => formatValue(value, "kWh"))).toEqual(["1.50 MWh", "250 Wh", "0.400 Wh"]);
  });
});

describe("a table as CSV", () => {
  it("quotes what RFC 4180 says and keeps formulas from a spreadsheet", () => {
    expect(toCsv({ head: ["a", "b"], rows: [['x,"y"', "=1+1"], ["-3", "-cmd"]] })).toBe('a,b\r\n"x,""y""",\'=1+1\r\n-3,\'-cmd\r\n');
  });
});

describe("a scale", () => {
  it("is logarithmic where figures differ by more than ten times", () => {
    expect(scaleFor([{ low: 1, value: 5, high: 9 }]).isLog).toBe(false);
    expect(scaleFor([{ low: 1, value: 5, high: 11 }]).isLog).toBe(true);
  });

  it("keeps the order of values", () => {
    for (const high of [9, 1000]) {
      const scale = scaleFor([{ low: 1, value: 3, high }]);
      expect(scale.at(1)).toBeLessThan(scale.at(3));
      expect(scale.at(3)).toBeLessThan(scale.at(high));
      expect(scale.at(high)).toBeLessThanOrEqual(1);
    }
  });

  it("has steps of 1, 2 and 5", () => expect([0.3, 1, 1.1, 4, 60].map(niceStep)).toEqual([0.5, 1, 2, 5, 100]));
});

describe("a change", () => {
  it("that may be none is said to be none", () => expect(describeRatio({ low: 0.8, best: 1, high: 1.3 })).toContain("No difference beyond the uncertainty"));
  it("has both ends of its interval", () => {
    expect(describeRatio({ low: 0.05, best: 0.1, high: 0.2 })).toBe("5–20 times less emissions");
    expect(describeRatio({ low: 0.8, best: 0.85, high: 0.9 })).toBe("10–20 % less emissions");
    expect(describeRatio({ low: 1.1, best: 1.2, high: 1.3 })).toBe("10–30 % more emissions");
    expect(describeRatio({ low: 3, best: 4, high: 5 })).toBe("3–5 times the emissions");
  });
});
