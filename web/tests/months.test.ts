import { describe, expect, it } from "vitest";
import { causesOf, groupFinding, nameOf, shift, signed, type MonthRow } from "../src/dashboard/months";

describe("the report of a month", () => {
  it("finds the months before and after, over the end of a year", () => {
    expect([shift("2026-01", -1), shift("2026-12", 1), shift("2026-11", -12), shift("2026-03", 0)]).toEqual(["2025-12", "2027-01", "2025-11", "2026-03"]);
    expect(nameOf("2026-11")).toBe("November 2026");
  });

  it("draws causes on both sides of zero, which is where they begin or end", () => {
    const term = (cause: string, change_kg: number) => ({ cause, change_kg, share: change_kg / 10 });
    const { zero, causes } = causesOf({ against: "2026-10", before_kg: 10, after_kg: 12, change_kg: 2, share: 0.2, terms: [term("work", 3), term("grid", -1), term("method", 0)] });

    // From -1 to 3: zero is at a quarter.
    expect(zero).toBeCloseTo(0.25);
    expect(causes.map((one) => [one.name, one.text, one.from, one.to])).toEqual([
      ["Work: hours of runs", "+30\u202f%", 0.25, 1],
      ["Grid intensity", "−10\u202f%", 0, 0.25],
      ["Method and factors", "0\u202f%", 0.25, 0.25],
    ]);
  });

  it("writes a change without a share in kg", () => {
    expect(signed(null, 12)).toBe("+12\u202fkg\u00a0CO2e");
    expect(signed(-0.0004, -1)).toBe("<\u00a00.1\u202f%");
  });

  it("names the largest group, or that it has no name", () => {
    const row = (name: string | null, value: number) => ({ group: { account: name }, emissions_kg: { total: { value } } }) as unknown as MonthRow;
    expect(groupFinding([row("physics", 3), row(null, 1)], "account", 4)).toBe("physics emitted 75\u202f%");
    expect(groupFinding([row(null, 4)], "account", 4)).toBe("Runs without an account emitted 100\u202f%");
    expect(groupFinding([], "account", 0)).toBe("No runs");
  });
});
