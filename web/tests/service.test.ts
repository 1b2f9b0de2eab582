import { describe, expect, it } from "vitest";
import type { ServiceDocument, ServiceDocumentAmountsPart } from "../src/documents";
import { describeChange, describePercentiles, fillDays, findingOfDays, headlinePeriod, inGrams, inLine, inWattHours, percentile, stackDays } from "../src/service/figures";

const none = { prompt_uj: 0, output_uj: 0, held_uj: 0, waiting_uj: 0, idle_uj: 0, wh_per_request: null } as unknown as ServiceDocumentAmountsPart;
const service = (...days: [string, Partial<ServiceDocumentAmountsPart>][]): ServiceDocument =>
  ({ days: days.map(([day, amounts]) => ({ day, amounts: { ...none, ...amounts } })), week: none, all: none }) as unknown as ServiceDocument;

describe("the energy by day", () => {
  it("is at the plug in kWh, with an empty day where nothing was recorded", () => {
    // 3.6e12 µJ are 1 kWh.
    const { days, parts, whole } = stackDays(service(["2026-02-27", { prompt_uj: 3.6e12, idle_uj: 7.2e12 }], ["2026-03-01", { output_uj: 1.8e12 }]));
    expect(days).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
    expect(parts).toEqual([[1, 0, 0, 0, 2], [0, 0, 0, 0, 0], [0, 0.5, 0, 0, 0]]);
    expect(whole).toBe(3.5);
  });

  it("draws nothing for a part that readings below idle made negative", () => {
    expect(stackDays(service(["2026-03-01", { prompt_uj: -5, idle_uj: 3.6e12 }])).sums).toEqual([0, 0, 0, 0, 1]);
  });

  it("names what took most", () => {
    expect(findingOfDays(service(["2026-03-01", { prompt_uj: 1e12, output_uj: 3e12 }]))).toBe("Computing answers took 75\u202f% of the energy");
    expect(findingOfDays(service(["2026-03-01", { idle_uj: 9e12, output_uj: 1e12 }], ["2026-03-02", {}]))).toBe("Idle power without any request took 90\u202f% of the energy over 2 days");
    expect(findingOfDays(service())).toBe("No energy is recorded yet");
  });

  it("ends after a thousand days, and has none without a record", () => {
    expect(fillDays([])).toEqual([]);
    expect(fillDays(["2026-12-31"])).toEqual(["2026-12-31"]);
    expect(fillDays(["1990-01-01", "2026-01-01"])).toHaveLength(1000);
  });
});

describe("a figure", () => {
  it("is in the unit that its size asks for, with its interval", () => {
    expect(inLine(inWattHours({ value: 0.43, low: 0.21, high: 0.86 }))).toBe("0.43\u202fWh (0.21–0.86)");
    expect(inLine(inGrams({ value: 0.043, low: 0.021, high: 0.086 }))).toBe("43\u202fmg\u00a0CO2e (21–86)");
    expect(inLine(null)).toBe("–");
  });

  it("has the change to the week before with its sign, and nothing where there is none", () => {
    const changed = (request_energy_change: number | null, daily_emissions_change: number | null) => ({ ...service(), request_energy_change, daily_emissions_change });
    expect(describeChange(changed(-0.12, 0.5))).toBe("Against the seven days before: −12\u202f% energy for each request, +50\u202f% emissions a day.");
    expect(describeChange(changed(null, -1))).toBe("Against the seven days before: −100\u202f% emissions a day.");
    expect(describeChange(changed(null, null))).toBeNull();
  });

  it("has percentiles, or the reason why there are none", () => {
    const all = { ...none, requests: 1200, percentiles_wh: { n: 1000, p50: 0.25, p95: 1, p99: 2000, resolution: 0.01 } } as ServiceDocumentAmountsPart;
    expect(percentile(all, "p50")).toBe("0.250\u202fWh");
    expect(percentile(all, "p99")).toBe("2.00\u202fkWh");
    expect(percentile({ ...none, percentiles_wh: null }, "p95")).toBe("–");
    expect(describePercentiles({ ...service(), all, percentiles_wh: all.percentiles_wh })).toContain("1,000 of 1,200 requests");
    expect(describePercentiles({ ...service(), percentiles_wh: null, percentiles_reason: "Sums." })).toBe("Means only. Sums.");
  });

  it("is of seven days, or of all where these have no request", () => {
    const known = { wh_per_request: { value: 1, low: 1, high: 1 } } as ServiceDocumentAmountsPart;
    expect(headlinePeriod({ ...service(), week: known }).words).toBe("in the last seven days");
    expect(headlinePeriod({ ...service(), all: known }).amounts).toBe(known);
  });
});
