import { useMemo, useState } from "preact/hooks";
import type { TotalDocument } from "../documents";
import { formatPercent, formatValue, thin } from "../shared/format";
import { niceStep } from "../shared/scale";
import { TableTwin, type Table } from "../shared/section";
import { useWidth } from "../shared/width";
import { capital, describeBoundary, textOf } from "./parts";
import { count, oneLine } from "./text";

export const dimensions: readonly (readonly [string, string])[] = [
  ["project", "project"],
  ["user", "person"],
  ["machine", "machine"],
  ["model", "model"],
  ["status", "status"],
];

// Okabe–Ito, without the hues that mean a component next to each other; the rest is grey.
const colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"];
const restColour = "var(--idle)";

export interface Layer {
  name: string;
  colour: string;
  kg: number;
}

export const nameOfGroup = (value: string | null | undefined): string => (value == null || value === "" ? "none" : oneLine(value));

/** Emissions by month, stacked by a second dimension: the largest six, and the others together. */
export function stack(total: TotalDocument, by: string): { months: string[]; layers: Layer[]; parts: number[][] } {
  const sums = new Map<string, number>();
  const present = new Set<string>();
  for (const row of total.rows) {
    const name = nameOfGroup(row.group[by]);
    sums.set(name, (sums.get(name) ?? 0) + row.emissions_kg.total.value);
    present.add(row.group["month"] ?? "");
  }
  const order = [...sums].sort((a, b) => b[1] - a[1]);
  const shown = order.slice(0, order.length > colours.length + 1 ? colours.length : colours.length + 1);
  const layers: Layer[] = shown.map(([name, kg], i) => ({ name, kg, colour: colours[i] ?? restColour }));
  const rest = order.slice(shown.length);
  if (rest.length > 0) layers.push({ name: `${rest.length} others`, kg: rest.reduce((sum, [, kg]) => sum + kg, 0), colour: restColour });
  const months = fill([...present].filter((month) => month !== "").sort());
  const index = new Map(layers.map((layer, i) => [layer.name, i]));
  const parts = months.map(() => new Array<number>(layers.length).fill(0));
  const at = new Map(months.map((month, i) => [month, i]));
  for (const row of total.rows) {
    const month = at.get(row.group["month"] ?? "");
    if (month === undefined) continue;
    const layer = index.get(nameOfGroup(row.group[by])) ?? layers.length - 1;
    parts[month]![layer]! += row.emissions_kg.total.value;
  }
  return { months, layers, parts };
}

/** The months between the first and the last, without a gap. */
export function fill(months: readonly string[]): string[] {
  const last = months.at(-1);
  const all: string[] = [];
  for (let month = months[0]; month !== undefined && last !== undefined && month <= last && all.length < 1200; ) {
    all.push(month);
    const [year, number] = month.split("-").map(Number) as [number, number];
    month = number === 12 ? `${String(year + 1).padStart(4, "0")}-01` : `${String(year).padStart(4, "0")}-${String(number + 1).padStart(2, "0")}`;
  }
  return all;
}

/** The picture of totals over time, with its finding, its legend and its table. */
export function TotalsPicture({ total, by, height = 160 }: { total: TotalDocument; by: string; height?: number }) {
  const [box, width] = useWidth<HTMLDivElement>(640);
  const { months, layers, parts } = useMemo(() => stack(total, by), [total, by]);
  const word = dimensions.find(([key]) => key === by)?.[1] ?? by;
  const whole = layers.reduce((sum, layer) => sum + layer.kg, 0);
  const [chosen, setChosen] = useState<number | null>(null);
  if (whole <= 0 || months.length === 0) return <p class="fact-note">No emissions in these runs.</p>;
  const sentence = `Emissions by month and ${word}: ${layers.map((layer) => `${layer.name} ${formatPercent(layer.kg / whole)}`).join(", ")}.`;
  const table: Table = {
    head: ["Month", ...layers.map((layer) => layer.name), "all"],
    rows: months.map((month, i) => [month, ...parts[i]!.map((kg) => formatValue(kg, "kg CO2e", 3)), formatValue(parts[i]!.reduce((a, b) => a + b, 0), "kg CO2e", 3)]),
    numbers: layers.map((_, i) => i + 1).concat(layers.length + 1),
  };
  if (months.length === 1) {
    return (
      <figure class="totals-picture">
        <div class="bar-row" role="img" aria-label={sentence} style={{ marginTop: "16px" }}>
          {layers.map((layer) => (
            <span key={layer.name} style={{ flexGrow: layer.kg / whole, flexBasis: 0, background: layer.colour }} title={`${layer.name} ${formatPercent(layer.kg / whole)}`} />
          ))}
        </div>
        <TotalsLegend layers={layers} whole={whole} />
        <TableTwin table={table} name={`Emissions by month and ${word}`} />
      </figure>
    );
  }
  const highest = Math.max(...parts.map((month) => month.reduce((a, b) => a + b, 0)));
  const step = niceStep((highest * 1.02) / 3);
  const top = Math.ceil((highest * 1.0001) / step) * step;
  const [left, bottom] = [84, 22];
  const slot = (width - left) / months.length;
  const bar = Math.min(48, Math.max(1, slot * 0.72));
  const y = (kg: number): number => (height - bottom) * (1 - kg / top) + 4;
  const every = Math.max(1, Math.ceil(months.length / Math.max(2, Math.floor((width - left) / 64))));
  const text = (kg: number): string => thin(formatValue(kg, "kg CO2e", 3));
  return (
    <figure class="totals-picture">
      <div ref={box}>
        <svg class="bars" width={width} height={height + 6} role="img" aria-label={sentence} onMouseLeave={() => setChosen(null)}>
          {Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step).map((tick) => (
            <g key={tick}>
              <line class="axis" x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
              <text x={left - 8} y={y(tick) + 4} text-anchor="end">
                {tick === 0 ? "0" : axisLabel(tick, top)}
              </text>
            </g>
          ))}
          {months.map((month, i) => {
            const x = left + slot * i + (slot - bar) / 2;
            let sum = 0;
            return (
              <g key={month} onMouseEnter={() => setChosen(i)}>
                <rect x={left + slot * i} y={0} width={slot} height={height - bottom + 4} style={{ fill: chosen === i ? "var(--raised)" : "transparent" }} />
                {layers.map((layer, at) => {
                  const kg = parts[i]![at]!;
                  if (kg <= 0) return null;
                  const from = y(sum);
                  sum += kg;
                  return <rect key={layer.name} x={x} width={bar} y={y(sum)} height={Math.max(0.5, from - y(sum))} style={{ fill: layer.colour, stroke: "var(--page)", strokeWidth: bar > 6 ? 0.75 : 0 }} />;
                })}
                {i % every === 0 && (
                  <text x={left + slot * (i + 0.5)} y={height} text-anchor="middle">
                    {month}
                  </text>
                )}
              </g>
            );
          })}
        </svg>
      </div>
      <p class="readout" aria-hidden="true">
        {chosen !== null
          ? `${months[chosen]}: ${text(parts[chosen]!.reduce((a, b) => a + b, 0))} — ${layers.map((layer, at) => [layer.name, parts[chosen]![at]!] as const).filter(([, kg]) => kg > 0).map(([name, kg]) => `${name} ${text(kg)}`).join(", ")}`
          : " "}
      </p>
      <TotalsLegend layers={layers} whole={whole} />
      <TableTwin table={table} name={`Emissions by month and ${word}`} />
    </figure>
  );
}

function TotalsLegend({ layers, whole }: { layers: readonly Layer[]; whole: number }) {
  return (
    <ul class="legend" aria-hidden="true">
      {layers.map((layer) => (
        <li key={layer.name}>
          <span class="swatch" style={{ background: layer.colour }} />
          <bdi>{layer.name}</bdi> {formatPercent(layer.kg / whole)}
        </li>
      ))}
    </ul>
  );
}

/** A tick without zeros after the decimal point. */
const axisLabel = (kg: number, top: number): string => formatValue(kg, "kg CO2e", 3, top).replace(/(\.\d*?)0+(?= )/, "$1").replace(/\.(?= )/, "");

/** What the picture shows, as a heading. */
export function findingOf(total: TotalDocument, by: string): string {
  const { layers, months } = stack(total, by);
  const whole = layers.reduce((sum, layer) => sum + layer.kg, 0);
  const word = dimensions.find(([key]) => key === by)?.[1] ?? by;
  const [first] = layers;
  if (!first || whole <= 0) return "No emissions yet";
  const over = months.length > 1 ? ` over ${count(months.length, "month")}` : "";
  if (layers.length === 1) return first.name === "none" ? `No ${word} is named in these runs` : `All of it is ${word} ${first.name}${over}`;
  return `${first.name === "none" ? `Runs without a ${word}` : first.name} emitted ${formatPercent(first.kg / whole)}${over}`;
}

/** The sentence about a sum: what it used and emitted. */
export function sumSentence(total: TotalDocument): { runs: string; energy: string; emissions: string; boundary: string } {
  const energy = textOf(total.total.facility_energy_kwh, "kWh");
  const emissions = textOf(total.total.emissions_kg.total, "kg CO2e");
  return {
    runs: count(total.total.runs, "run"),
    energy: thin(`${energy.text} ${energy.interval}`.trim()),
    emissions: thin(`${emissions.text} ${emissions.interval}`.trim()),
    boundary: `${capital(describeBoundary(total.total.emissions_kg.total!.boundary))}; ${total.total.emissions_kg.total!.quality}; each joule once`,
  };
}
