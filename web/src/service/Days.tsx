import { useMemo, useState } from "preact/hooks";
import type { ServiceDocument } from "../documents";
import { formatPercent, formatValue, thin } from "../shared/format";
import { niceStep } from "../shared/scale";
import { Section, type Table } from "../shared/section";
import { useWidth } from "../shared/width";
import { findingOfDays, parts, stackDays } from "./figures";

const kwh = (value: number): string => thin(formatValue(value, "kWh", 3));
const label = (value: number, top: number): string => thin(formatValue(value, "kWh", 3, top).replace(/(\.\d*?)0+(?= )/, "$1").replace(/\.(?= )/, ""));

/** The energy of each day, by what it was for. */
export function Days({ service, citation }: { service: ServiceDocument; citation: string }) {
  const stacked = useMemo(() => stackDays(service), [service]);
  const { days, whole, sums } = stacked;
  const table: Table = {
    head: ["Day (UTC)", ...parts.map(({ name }) => name), "all"],
    rows: days.map((day, i) => [day, ...stacked.parts[i]!.map(kwh), kwh(stacked.parts[i]!.reduce((a, b) => a + b, 0))]),
    numbers: [...parts.map((_, i) => i + 1), parts.length + 1],
  };
  const sentence = `Energy by what it was for: ${parts.map(({ name }, at) => `${name} ${formatPercent(whole > 0 ? sums[at]! / whole : 0)}`).join(", ")}.`;
  return (
    <Section
      id="energy"
      kicker="Energy by day"
      finding={findingOfDays(service)}
      note="Energy of the server at the plug, before PUE. Idle power is drawn whether requests come or not; the rest is what they add."
      table={table}
      json={service.days}
      citation={citation}
    >
      {whole <= 0 ? (
        <p class="fact-note">No energy is recorded yet.</p>
      ) : (
        <figure>
          {days.length === 1 ? (
            <div class="bar-row" role="img" aria-label={sentence}>
              {parts.map(({ key, name, colour }, at) => sums[at]! > 0 && <span key={key} style={{ flexGrow: sums[at]! / whole, flexBasis: 0, background: colour }} title={`${name} ${kwh(sums[at]!)}`} />)}
            </div>
          ) : (
            <Bars days={days} stacked={stacked.parts} sentence={sentence} />
          )}
          <ul class="legend" aria-hidden="true">
            {parts.map(({ key, name, colour }, at) => (
              <li key={key}>
                <span class="swatch" style={{ background: colour }} />
                {name} {formatPercent(sums[at]! / whole)}
              </li>
            ))}
          </ul>
        </figure>
      )}
    </Section>
  );
}

function Bars({ days, stacked, sentence }: { days: readonly string[]; stacked: readonly (readonly number[])[]; sentence: string }) {
  const [box, width] = useWidth<HTMLDivElement>(640);
  const [chosen, setChosen] = useState<number | null>(null);
  const [left, bottom, height] = [68, 22, 240];
  const highest = Math.max(...stacked.map((day) => day.reduce((a, b) => a + b, 0)));
  const step = niceStep((highest * 1.02) / 4);
  const top = Math.ceil((highest * 1.0001) / step) * step;
  const slot = (width - left) / days.length;
  const bar = Math.min(48, Math.max(0.75, slot * 0.76));
  const y = (value: number): number => (height - bottom) * (1 - value / top) + 6;
  const every = Math.max(1, Math.ceil(days.length / Math.max(2, Math.floor((width - left) / 76))));
  const day = chosen === null ? null : stacked[chosen]!;
  return (
    <>
      <div ref={box}>
        <svg class="bars" width={width} height={height + 8} role="img" aria-label={sentence} onMouseLeave={() => setChosen(null)}>
          {Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step).map((tick) => (
            <g key={tick}>
              <line class="axis" x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
              <text x={left - 8} y={y(tick) + 4} text-anchor="end">
                {tick === 0 ? "0" : label(tick, top)}
              </text>
            </g>
          ))}
          {days.map((name, i) => {
            const x = left + slot * i + (slot - bar) / 2;
            let sum = 0;
            return (
              <g key={name} onMouseEnter={() => setChosen(i)}>
                <rect x={left + slot * i} y={0} width={slot} height={height - bottom + 6} style={{ fill: chosen === i ? "var(--raised)" : "transparent" }} />
                {parts.map(({ key, colour }, at) => {
                  const value = stacked[i]![at]!;
                  if (value <= 0) return null;
                  const from = y(sum);
                  sum += value;
                  return <rect key={key} x={x} width={bar} y={y(sum)} height={Math.max(0.5, from - y(sum))} style={{ fill: colour, stroke: "var(--page)", strokeWidth: bar > 6 ? 0.75 : 0 }} />;
                })}
                {i % every === 0 && (
                  <text x={left + slot * (i + 0.5)} y={height + 4} text-anchor={i === 0 && slot < 60 ? "start" : "middle"}>
                    {name.slice(5)}
                  </text>
                )}
              </g>
            );
          })}
        </svg>
      </div>
      <p class="readout" aria-hidden="true">
        {day ? `${days[chosen!]}: ${kwh(day.reduce((a, b) => a + b, 0))} — ${parts.map(({ name }, at) => [name, day[at]!] as const).filter(([, value]) => value > 0).map(([name, value]) => `${name} ${kwh(value)}`).join(", ") || "not recorded"}` : "\u00a0"}
      </p>
    </>
  );
}
