import { formatValue, thin } from "../shared/format";
import { niceStep } from "../shared/scale";
import { Section, type Table } from "../shared/section";
import { useWidth } from "../shared/width";
import type { FootprintBreakEven, FootprintOverTime } from "./payload";

/** Use against all before it over time, with the day on which they are equal. */
export function OverTime({ overTime, citation }: { overTime: FootprintOverTime; citation: string }) {
  const table: Table = {
    head: ["By", "All before use", "Use a day", "Break-even", "What is compared"],
    rows: overTime.measures.map((one) => [one.name, one.development_text, one.per_day_text, one.text, one.boundary]),
    numbers: [1, 2],
    texts: [4],
  };
  return (
    <Section id="over-time" kicker="Training and use" finding={overTime.finding} note={overTime.note} table={table} json={overTime} citation={citation}>
      <div class="charts pair">
        {overTime.measures.map((one) => (
          <Crossing key={one.name} measure={one} />
        ))}
      </div>
    </Section>
  );
}

function Crossing({ measure }: { measure: FootprintBreakEven }) {
  const [box, width] = useWidth<HTMLDivElement>(420);
  const [left, right, top, height] = [64, 12, 22, 190];
  const plot = Math.max(60, width - left - right);
  const until = Math.max(measure.high * 1.15, measure.days * 1.6);
  const most = measure.development * 1.7;
  const x = (days: number): number => left + Math.min(1, days / until) * plot;
  const y = (amount: number): number => top + height - Math.min(1, amount / most) * height;
  const use = (days: number, at: number): number => (days / at) * measure.development;
  // A line that leaves the picture at the top ends there.
  const end = (at: number): [number, number] => {
    const days = Math.min(until, (most / measure.development) * at);
    return [x(days), y(use(days, at))];
  };
  const point = ([px, py]: readonly [number, number]): string => `${px.toFixed(1)},${py.toFixed(1)}`;
  const [steep, best, flat] = [end(measure.low), end(measure.days), end(measure.high)];
  const corner = steep[1] <= top + 0.5 && flat[1] > top ? [[x(until), top] as [number, number]] : [];
  const isYears = until > 900;
  const unit = isYears ? 365.25 : 1;
  const step = niceStep(until / unit / Math.max(2, plot / 80));
  const ticks: number[] = [];
  for (let value = 0; value * unit <= until; value += step) ticks.push(value);
  const yStep = niceStep(most / 6);
  const yTicks: number[] = [];
  for (let value = 0; value <= most; value += yStep) yTicks.push(value);
  const isNear = x(measure.days) > left + plot * 0.55;
  return (
    <figure ref={box}>
      <figcaption class="small quiet">
        By {measure.name}: break-even after {thin(measure.text)}
      </figcaption>
      <svg width="100%" height={top + height + 40} viewBox={`0 0 ${width} ${top + height + 40}`} role="img" aria-label={`By ${measure.name}: all before use is ${measure.development_text}; use adds ${measure.per_day_text} a day and reaches it after ${measure.text}.`}>
        {yTicks.map((tick) => (
          <g key={tick}>
            <line class="axis" x1={left} x2={left + plot} y1={y(tick)} y2={y(tick)} />
            <text x={left - 6} y={y(tick) + 4} text-anchor="end">
              {tick === 0 ? "0" : formatValue(tick, measure.unit, 2, most).replace(" CO2e", "")}
            </text>
          </g>
        ))}
        {ticks.map((tick, i) => (
          <text key={tick} x={x(tick * unit)} y={top + height + 17} text-anchor={i === 0 ? "start" : x(tick * unit) > left + plot - 12 ? "end" : "middle"}>
            {Number(tick.toPrecision(4))}
          </text>
        ))}
        <text x={left + plot} y={top + height + 34} text-anchor="end">
          {isYears ? "years of use" : "days of use"}
        </text>
        {measure.high > measure.low && <polygon points={[[x(0), y(0)] as [number, number], steep, ...corner, flat].map(point).join(" ")} style={{ fill: "var(--accent)", fillOpacity: 0.16 }} />}
        <line x1={x(0)} y1={y(0)} x2={best[0]} y2={best[1]} style={{ stroke: "var(--accent)", strokeWidth: 2.5 }} />
        <line x1={left} x2={left + plot} y1={y(measure.development)} y2={y(measure.development)} style={{ stroke: "var(--text)", strokeWidth: 2, strokeDasharray: "7 4" }} />
        <text class="label halo" x={isNear ? left + 6 : left + plot - 4} y={y(measure.development) - 6} text-anchor={isNear ? "start" : "end"}>
          all before use: {thin(measure.development_text)}
        </text>
        <line x1={x(measure.days)} x2={x(measure.days)} y1={y(measure.development)} y2={top + height} style={{ stroke: "var(--accent)", strokeWidth: 1, strokeDasharray: "2 3" }} />
        <circle cx={x(measure.days)} cy={y(measure.development)} r="5" style={{ fill: "var(--accent)", stroke: "var(--page)", strokeWidth: 2 }} />
        <text class="label halo" x={x(measure.days) + (isNear ? -8 : 8)} y={top + height - 8} text-anchor={isNear ? "end" : "start"}>
          {thin(measure.per_day_text)} a day
        </text>
        {measure.described_days < until && x(measure.described_days) > left + 2 && (
          <g>
            <line x1={x(measure.described_days)} x2={x(measure.described_days)} y1={top + height} y2={top + height + 5} style={{ stroke: "var(--text)", strokeWidth: 2 }} />
          </g>
        )}
      </svg>
    </figure>
  );
}
