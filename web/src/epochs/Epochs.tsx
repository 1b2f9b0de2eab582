import { useMemo } from "preact/hooks";
import type { ReportEpochs, ReportEpochSeries } from "../payload";
import { formatValue, thin } from "../shared/format";
import { niceStep } from "../shared/scale";
import { Section, type Table } from "../shared/section";
import { useWidth } from "../shared/width";

/** Loss and accuracy as lines, the energy of each epoch as bars below, for each series. */
export function Epochs({ epochs, citation }: { epochs: ReportEpochs; citation: string }) {
  const many = epochs.series.length > 1;
  // One scale for all series, so that they can be compared.
  const axes = useMemo(() => commonAxes(epochs), [epochs]);
  const advice = epochs.series.length === 1 ? epochs.series[0]!.advice : [];
  const free = epochs.series.length === 1 ? epochs.series[0]!.free_stop_text : null;
  return (
    <Section id="epochs" kicker="Epochs" finding={epochs.finding} note={epochs.note} table={epochTable(epochs)} json={epochs} citation={citation}>
      <div class={many ? "charts many" : "charts"}>
        {epochs.series.map((series, i) => (
          <SeriesChart key={i} series={series} epochs={epochs} title={many ? titleOf(series, i) : null} axes={axes} />
        ))}
      </div>
      {free && <p class="callout">{free}</p>}
      {advice.length > 0 && (
        <details class="advice" open>
          <summary>When to stop</summary>
          <ul class="small">
            {advice.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}

const titleOf = (series: ReportEpochSeries, index: number): string =>
  `Series ${index + 1}${series.stage ? `, ${series.stage}` : ""}${series.is_resumed ? ", resumed" : ""}`;

const isShare = (metric: string): boolean => /(accuracy|f1)$/.test(metric);

const nameOf = (metric: string): string => metric.replaceAll("_", " ");

interface Line {
  metric: string;
  index: number;
  values: (number | null)[];
}

interface Axis {
  low: number;
  high: number;
  ticks: number[];
}

interface Axes {
  losses: Axis;
  shares: Axis;
  energyTop: number;
  mostEnergy: number;
}

const linesOf = (series: ReportEpochSeries): { losses: Line[]; shares: Line[] } => {
  const lines = series.metrics.map((metric, index) => ({ metric, index, values: series.epochs.map((epoch) => epoch.values[index] ?? null) }));
  return { losses: lines.filter((line) => !isShare(line.metric)).slice(0, 2), shares: lines.filter((line) => isShare(line.metric)).slice(0, 2) };
};

function commonAxes(epochs: ReportEpochs): Axes {
  const all = epochs.series.map(linesOf);
  const mostEnergy = epochs.series.reduce((most, series) => series.epochs.reduce((sofar, epoch) => Math.max(sofar, (epoch.kwh ?? 0) / epochs.kwh_per_unit), most), 0);
  const step = niceStep(mostEnergy / 2);
  return {
    losses: axisFor(all.flatMap((one) => one.losses), false),
    shares: axisFor(all.flatMap((one) => one.shares), true),
    energyTop: Math.ceil(mostEnergy / step) * step || 1,
    mostEnergy,
  };
}

function SeriesChart({ series, epochs, title, axes }: { series: ReportEpochSeries; epochs: ReportEpochs; title: string | null; axes: Axes }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const { losses, shares } = linesOf(series);
  const small = width < 420;
  const [left, right, top] = [48, shares.length > 0 ? 52 : 16, 14];
  const [lineHeight, barHeight, between] = [small ? 120 : 190, small ? 48 : 72, 26];
  const plot = Math.max(60, width - left - right);
  const count = series.epochs.length;
  const x = (i: number): number => left + ((i + 0.5) / count) * plot;
  const barTop = top + lineHeight + between;
  const energies = series.epochs.map((epoch) => (epoch.kwh === null ? null : epoch.kwh / epochs.kwh_per_unit));
  const { losses: lossAxis, shares: shareAxis, energyTop, mostEnergy } = axes;
  const stopAfter = series.free_stop ?? series.advised_stop;
  const stop = stopAfter === null ? -1 : series.epochs.findIndex((epoch) => epoch.number === stopAfter);
  const labelEvery = Math.max(1, Math.ceil(count / Math.floor(plot / 34)));
  const description =
    `${title ?? "Epochs"}: ` +
    [...losses, ...shares].map((line) => `${nameOf(line.metric)} from ${textAt(series, line.index, 0)} to ${textAt(series, line.index, count - 1)}`).join("; ") +
    (mostEnergy > 0 ? `; energy of an epoch up to ${formatValue(mostEnergy * epochs.kwh_per_unit, "kWh", 2)}` : "");
  const bottom = barTop + barHeight;
  return (
    <div ref={box}>
      {title && <h3>{title}</h3>}
      <svg width="100%" height={bottom + 38} viewBox={`0 0 ${width} ${bottom + 38}`} role="img" aria-label={description}>
        {lossAxis.ticks.map((tick) => (
          <g key={tick}>
            <line class="axis" x1={left} x2={left + plot} y1={y(lossAxis, tick)} y2={y(lossAxis, tick)} />
            <text x={left - 8} y={y(lossAxis, tick) + 4} text-anchor="end">
              {compact(tick)}
            </text>
          </g>
        ))}
        {shareAxis.ticks.map((tick) => (
          <g key={tick}>
            {losses.length === 0 && <line class="axis" x1={left} x2={left + plot} y1={y(shareAxis, tick)} y2={y(shareAxis, tick)} />}
            <text x={left + plot + 8} y={y(shareAxis, tick) + 4}>
              {shareAxis.high > 1.5 ? compact(tick) : `${compact(tick * 100)} %`}
            </text>
          </g>
        ))}
        {stop >= 0 && (
          <g>
            <rect x={x(stop) + plot / count / 2} y={top} width={Math.max(0, left + plot - x(stop) - plot / count / 2)} height={bottom - top} style={{ fill: "var(--stripe)" }} />
            <line x1={x(stop) + plot / count / 2} x2={x(stop) + plot / count / 2} y1={top - 6} y2={bottom} style={{ stroke: "var(--accent)", strokeWidth: 1.5 }} />
            {!small && (
              <text
                x={x(stop) + plot / count / 2 + (stop > count * 0.6 ? -6 : 6)}
                y={top + lineHeight - 6}
                text-anchor={stop > count * 0.6 ? "end" : "start"}
                style={{ fill: "var(--accent)", fontWeight: 600 }}
              >
                {series.free_stop === null ? `advised stop: after epoch ${stopAfter}` : `nothing gained after epoch ${stopAfter}`}
              </text>
            )}
          </g>
        )}
        {losses.map((line, i) => (
          <Path key={line.metric} points={line.values.map((value, at) => (value === null ? null : [x(at), y(lossAxis, value)]))} colour="var(--loss)" dashed={i > 0} />
        ))}
        {shares.map((line, i) => (
          <Path key={line.metric} points={line.values.map((value, at) => (value === null ? null : [x(at), y(shareAxis, value)]))} colour="var(--accuracy)" dashed={i > 0} />
        ))}
        <line class="axis" x1={left} x2={left + plot} y1={bottom} y2={bottom} />
        <text x={left - 8} y={barTop + 8} text-anchor="end">
          {mostEnergy > 0 ? compact(energyTop) : ""}
        </text>
        <text x={left - 8} y={bottom + 2} text-anchor="end">
          0
        </text>
        <text x={left} y={barTop - 7}>
          Energy of the epoch{mostEnergy > 0 ? `, ${epochs.unit}` : " unknown"}
        </text>
        {energies.map((value, i) =>
          value === null ? null : (
            <rect
              key={i}
              x={left + (i / count) * plot + Math.min(3, plot / count / 8)}
              width={Math.max(1, plot / count - 2 * Math.min(3, plot / count / 8))}
              y={bottom - (value / energyTop) * barHeight}
              height={(value / energyTop) * barHeight}
              style={{ fill: stop >= 0 && i > stop ? "var(--idle)" : "var(--other)" }}
            >
              <title>
                epoch {series.epochs[i]!.number}: {series.epochs[i]!.energy_text}
              </title>
            </rect>
          ),
        )}
        {series.epochs.map((epoch, i) =>
          i % labelEvery === 0 ? (
            <text key={i} x={x(i)} y={bottom + 16} text-anchor="middle">
              {epoch.number}
            </text>
          ) : null,
        )}
        <text x={left + plot / 2} y={bottom + 33} text-anchor="middle">
          Epoch
        </text>
      </svg>
      <ul class="legend">
        {losses.map((line, i) => (
          <Key key={line.metric} name={nameOf(line.metric)} colour="var(--loss)" dashed={i > 0} side={shares.length > 0 ? "left" : ""} />
        ))}
        {shares.map((line, i) => (
          <Key key={line.metric} name={nameOf(line.metric)} colour="var(--accuracy)" dashed={i > 0} side={losses.length > 0 ? "right" : ""} />
        ))}
      </ul>
      {title && series.free_stop_text && <p class="small quiet">{series.free_stop_text}</p>}
    </div>
  );

  function y(axis: { low: number; high: number }, value: number): number {
    return top + lineHeight - ((value - axis.low) / (axis.high - axis.low || 1)) * lineHeight;
  }
}

function axisFor(lines: readonly Line[], shares: boolean): Axis {
  const values = lines.flatMap((line) => line.values).filter((value): value is number => value !== null);
  if (values.length === 0) return { low: 0, high: 1, ticks: [] };
  const [least, most] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  // A loss begins at zero; a share does not, or all of it would be at the top.
  const from = shares || least < 0 ? least - (most - least || Math.abs(most) || 1) * 0.06 : 0;
  const step = niceStep((most - from || 1) / 4);
  const low = Math.floor(from / step) * step;
  const high = Math.ceil((most + (most - from) * 0.02) / step) * step || 1;
  const ticks: number[] = [];
  for (let i = 0; low + i * step <= high + step / 1e6; i++) ticks.push(low + i * step);
  return shares && most <= 1 ? { low, high: Math.max(most, Math.min(high, 1)), ticks: ticks.filter((tick) => tick <= 1 + 1e-9) } : { low, high, ticks };
}

const compact = (value: number): string => String(Number(value.toPrecision(4)));

const textAt = (series: ReportEpochSeries, metric: number, index: number): string => series.epochs[index]?.texts[metric] || "unknown";

function Path({ points, colour, dashed }: { points: ([number, number] | null)[]; colour: string; dashed: boolean }) {
  let d = "";
  let pen = false;
  for (const point of points) {
    if (point) d += `${pen ? "L" : "M"}${point[0].toFixed(1)},${point[1].toFixed(1)}`;
    pen = point !== null;
  }
  return (
    <>
      <path d={d} fill="none" style={{ stroke: colour, strokeWidth: 2, strokeLinejoin: "round", ...(dashed ? { strokeDasharray: "5 4" } : {}) }} />
      {points.length <= 40 && points.map((point, i) => point && <circle key={i} cx={point[0]} cy={point[1]} r={dashed ? 2 : 3} style={{ fill: colour }} />)}
    </>
  );
}

const Key = ({ name, colour, dashed, side }: { name: string; colour: string; dashed: boolean; side: string }) => (
  <li>
    <svg width="24" height="8" aria-hidden="true">
      <path d="M0 4H24" style={{ stroke: colour, strokeWidth: 2, ...(dashed ? { strokeDasharray: "5 4" } : {}) }} />
    </svg>
    {name}
    {side && ` (${side} axis)`}
  </li>
);

function epochTable(epochs: ReportEpochs): Table {
  const metrics = [...new Set(epochs.series.flatMap((series) => series.metrics))];
  const many = epochs.series.length > 1;
  const observed = epochs.series.some((series) => series.epochs.some((epoch) => epoch.observation !== ""));
  const rows = epochs.series.flatMap((series, i) =>
    series.epochs.map((epoch) => [
      ...(many ? [String(i + 1)] : []),
      String(epoch.number),
      ...metrics.map((metric) => epoch.texts[series.metrics.indexOf(metric)] ?? ""),
      epoch.duration_text,
      thin(epoch.energy_text),
      thin(epoch.emissions_text),
      ...(observed ? [epoch.observation] : []),
    ]),
  );
  const head = [...(many ? ["Series"] : []), "Epoch", ...metrics.map(nameOf), "Time", "Energy", "Emissions", ...(observed ? ["Observation"] : [])];
  return { head, rows, numbers: head.map((_, i) => i).slice(0, observed ? -1 : undefined), texts: observed ? [head.length - 1] : [] };
}
