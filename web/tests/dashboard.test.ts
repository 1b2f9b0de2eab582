import { beforeEach, describe, expect, it, vi } from "vitest";
import type { TotalDocument, WatchDocument } from "../src/documents";
import type { Report } from "../src/payload";
import { suggestions } from "../src/dashboard/EstimatePage";
import { addEarlier, addSample, emptyHistory, span, summarise } from "../src/dashboard/history";
import { describeBoundary } from "../src/dashboard/parts";
import { withQuery, type Place } from "../src/dashboard/router";
import { duration, oneLine } from "../src/dashboard/text";
import { fill, findingOf, stack } from "../src/dashboard/totals";

const place = (address: string): Place => ({ path: address.split("?")[0]!, query: new URLSearchParams(address.split("?")[1]), entry: 0 });
// Before the modules are loaded, which read it.
vi.hoisted(() => Object.assign(globalThis, { history: { state: null } }));

describe("the address", () => {
  it("keeps the other parameters, and loses those that are empty", () => {
    expect(withQuery({ project: "a&b", page: null }, place("/?q=x&page=7"))).toBe("/?q=x&project=a%26b");
    expect(withQuery({ q: "" }, place("/?q=x"))).toBe("/");
    expect(withQuery({ run: ["A", "B"] }, place("/compare?run=C"))).toBe("/compare?run=A&run=B");
  });
});

describe("stored text", () => {
  it("shows what controls, hides or reorders text", () => {
    expect(oneLine("a\u202eb\u0007c\u200bd\u{e0041}e\ud800f\u2028g")).toBe("a?b?c?d?e?f?g");
    expect(oneLine("<b>ünïcode 文字 🌍</b>")).toBe("<b>ünïcode 文字 🌍</b>");
  });
});

describe("a duration", () => {
  it("is written as the command line writes it", () => {
    // DisplayValue.FormatDuration, DisplayValueTests.
    expect([0.85, 1.07, 59.94, 59.96, 725, 12_000, 273_600].map(duration)).toEqual(["850 ms", "1.1 s", "59.9 s", "1 min 00 s", "12 min 05 s", "3 h 20 min", "3 d 04 h"]);
  });
});

const quantity = (value: number) => ({ value, low: value, high: value, boundary: "facility", quality: "measured", measured_share: 1 });

const total = (...rows: [string, string | null, number][]): TotalDocument =>
  ({
    rows: rows.map(([month, project, kg]) => ({ group: { month, project }, emissions_kg: { operational: null, embodied: null, total: quantity(kg) } })),
  }) as unknown as TotalDocument;

describe("totals over time", () => {
  it("have every month between the first and the last, over the end of a year", () => {
    expect(fill(["2025-11", "2026-02"])).toEqual(["2025-11", "2025-12", "2026-01", "2026-02"]);
    expect(fill([])).toEqual([]);
  });

  it("lose nothing where many projects become one layer", () => {
    const rows = Array.from({ length: 40 }, (_, i): [string, string, number] => [`2026-0${(i % 9) + 1}`, `p${i % 20}`, i + 1]);
    const { layers, parts } = stack(total(...rows), "project");
    const whole = rows.reduce((sum, [, , kg]) => sum + kg, 0);

    expect(layers.length).toBe(7);
    expect(layers.reduce((sum, layer) => sum + layer.kg, 0)).toBeCloseTo(whole, 9);
    expect(parts.flat().reduce((a, b) => a + b, 0)).toBeCloseTo(whole, 9);
    layers.forEach((layer, i) => expect(parts.reduce((sum, month) => sum + month[i]!, 0)).toBeCloseTo(layer.kg, 9));
    expect(layers.slice(0, 6).map((layer) => layer.kg)).toEqual([...layers.slice(0, 6).map((layer) => layer.kg)].sort((a, b) => b - a));
  });

  it("have a finding in a sentence", () => {
    expect(findingOf(total(["2026-01", "a", 3], ["2026-02", "b", 1]), "project").replace(/[\u202f\u00a0]/g, " ")).toBe("a emitted 75 % over 2 months");
    expect(findingOf(total(["2026-01", null, 3], ["2026-01", "b", 1]), "project").replace(/[\u202f\u00a0]/g, " ")).toBe("Runs without a project emitted 75 %");
    expect(findingOf(total(), "project")).toBe("No emissions yet");
  });
});

describe("a boundary", () => {
  it("is a line to read, and stays as it is where it has no other words", () => {
    expect(describeBoundary("facility(cpu+memory+other), share, location, lifecycle, with embodied")).toBe(
      "at the facility (PUE included): cpu, memory, other, the job's share of the machine, location-based, with the life cycle of power plants, emissions with hardware manufacturing",
    );
    expect(describeBoundary("mixed: facility, b (3); c (1)")).toBe("different boundaries: at the facility (PUE included), b (3); c (1)");
  });
});

describe("suggestions", () => {
  const rows = [
    { id: "gpu/nvidia-h100-sxm/tdp-w/X", name: "NVIDIA H100 SXM5 80GB, TDP", unit: "W" },
    { id: "gpu/nvidia-h100-sxm/idle-w/X", name: "NVIDIA H100 SXM5 80GB, idle", unit: "W" },
    { id: "cpu/x", name: "Xeon, TDP", unit: "W" },
  ];

  it("complete the last name of a list, once for each accelerator", () => {
    expect(suggestions("hardware", rows, "")).toEqual(["NVIDIA H100 SXM5 80GB"]);
    expect(suggestions("hardware", rows, "a100, h")).toEqual(["a100,NVIDIA H100 SXM5 80GB"]);
  });
});

const sample = (at: number, cpu: number, gpus: number[] = []): WatchDocument =>
  ({
    duration_s: at,
    components: [
      { component: "cpu", device: null, quality: "modelled", job: cpu },
      ...gpus.map((job, i) => ({ component: "gpu", device: String(i), quality: "measured", job })),
    ],
  }) as unknown as WatchDocument;

const report = (edges: number[], watts: number[]): Report => ({ power: { edges, components: [{ component: "cpu", name: "CPU", quality: "modelled", watts }] } }) as unknown as Report;

describe("the last ten minutes", () => {
  let history = emptyHistory();
  beforeEach(() => (history = emptyHistory()));

  it("add the devices of a component, and take no sample twice", () => {
    expect(addSample(history, sample(1, 5, [100, 50]))).toBe(true);
    expect(addSample(history, sample(1, 9, [1, 1]))).toBe(false);
    expect(addSample(history, sample(2, 6, [100, 60]))).toBe(true);
    expect(history.parts.map((part) => part.component)).toEqual(["cpu", "gpu"]);
    expect(history.watts).toEqual([[5, 6], [150, 160]]);
  });

  it("keep the samples of ten minutes, and every series as long as the times", () => {
    for (let second = 1; second <= span + 300; second++) addSample(history, sample(second, second, second > 500 ? [1] : []));
    expect(history.times.at(-1)! - history.times[1]!).toBeLessThanOrEqual(span);
    expect(history.times.at(-1)! - history.times[0]!).toBeGreaterThanOrEqual(span);
    for (const values of history.watts) expect(values.length).toBe(history.times.length);
  });

  it("begin with what the report knows of the time before", () => {
    addSample(history, sample(10, 7));
    addSample(history, sample(11, 8));
    addEarlier(history, report([0, 4, 8, 10, 11], [1, 2, 3, 4]));
    expect(history.times).toEqual([4, 8, 10, 11]);
    expect(history.watts).toEqual([[1, 2, 7, 8]]);
  });

  it("have a table whose means hold the energy of the chart", () => {
    for (const [at, watts] of [[1, 0], [2.5, 10], [4, 2], [9, 7], [11, 3]] as const) addSample(history, sample(at, watts));
    const rows = summarise(history, 4);
    const joules = rows.reduce((sum, row) => sum + row.watts[0]! * (row.to - row.from), 0);
    expect(joules).toBeCloseTo(10 * 1.5 + 2 * 1.5 + 7 * 5 + 3 * 2, 9);
  });
});
