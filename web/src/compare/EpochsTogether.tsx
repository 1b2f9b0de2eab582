import { formatValue } from "../shared/format";
import { spaced } from "../shared/intervals";
import { niceStep } from "../shared/scale";
import { Section, type Table } from "../shared/section";
import { useWidth } from "../shared/width";
import { colourOf, dashOf } from "./colours";
import type { ComparisonPage, ReportEpochSeries } from "./payload";

interface Line {
  run: number;
  name: string;
  points: { x: number; y: number; label: string }[];
}

const isShare = (metric: string): boolean => /(accuracy|f1)$/.test(metric);

/** The epochs of the runs over each other: the metric by epoch, and by the energy used so far. */
export function EpochsTogether({ comparison, finding, citation }: { comparison: ComparisonPage; finding: string; citation: string }) {
  const { runs } = comparison;
  const all = runs.flatMap((run, i) => (run.epochs?.series ?? []).map((series, at) => ({ run: i, name: (run.epochs?.series.length ?? 0) > 1 ? `${run.name}, series ${at + 1}` : run.name, series })));
  const metrics = [...new Set(all.flatMap((one) => one.series.metrics))];
  const shared = metrics.filter((metric) => all.every((one) => one.series.metrics.includes(metric)));
  const metric = shared.find((one) => /^validation_(accuracy|f1)$/.test(one)) ?? shared.find(isShare) ?? shared[0] ?? metrics[0];
  const kwh = Math.max(0, ...all.map((one) => one.series.epochs.reduce((sum, epoch) => sum + (epoch.kwh ?? 0), 0)));
  const table: Table = {
    head: ["Run", "Epoch", ...(metric ? [metric.replaceAll("_", " ")] : []), "Time", "Energy", "Emissions"],
    rows: all.flatMap(({ name, series }) =>
      series.epochs.map((epoch) => [name, String(epoch.number), ...(metric ? [epoch.texts[series.metrics.indexOf(metric)] ?? ""] : []), epoch.duration_text, epoch.energy_text, epoch.emissions_text]),
    ),
    numbers: [1, 2, 3, 4, 5],
  };
  const valueOf = (series: ReportEpochSeries, at: number): number | null => (metric ? (series.epochs[at]!.values[series.metrics.indexOf(metric)] ?? null) : null);
  const build = (x: (series: ReportEpochSeries, at: number, soFar: number) => number | null): Line[] =>
    all.map(({ run, name, series }) => {
      let soFar = 0;
      const points = series.epochs.flatMap((epoch, at) => {
        soFar += epoch.kwh ?? 0;
        const [atX, y] = [x(series, at, soFar), metric ? valueOf(series, at) : epoch.kwh];
        return atX === null || y === null ? [] : [{ x: atX, y, label: `${name}, epoch ${epoch.number}: ${metric ? epoch.texts[series.metrics.indexOf(metric)] : epoch.energy_text}` }];
      });
      return { run, name, points };
    });
  const title = metric ? metric.replaceAll("_", " ") : "energy of the epoch";
  return (
    <Section id="epochs" kicker="Epochs" finding={finding} note={`The ${title} of all runs over each other, by epoch and by the facility energy used so far.`} table={table} json={runs.map((run) => ({ name: run.name, epochs: run.epochs }))} citation={citation}>
      <div class="charts pair">
        <Overlay title={`${title} by epoch`} lines={build((series, at) => series.epochs[at]!.number)} share={metric !== undefined && isShare(metric)} xText={(x) => String(x)} xName="epoch" isWhole />
        {kwh > 0 && <Overlay title={`${title} by energy used so far`} lines={build((_, __, soFar) => soFar)} share={metric !== undefined && isShare(metric)} xText={(x) => (x === 0 ? "0" : formatValue(x, "kWh", 2, kwh))} xName="energy" />}
      </div>
      <ul class="legend" aria-label="Runs">
        {all.map((one, i) => (
          <li key={i}>
            <svg width="28" height="10" aria-hidden="true">
              <line x1="0" x2="28" y1="5" y2="5" style={{ stroke: colourOf(one.run), strokeWidth: 2.5, strokeDasharray: dashOf(one.run) }} />
            </svg>
            <bdi>{one.name}</bdi>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Overlay({ title, lines, share, xText, xName, isWhole }: { title: string; lines: readonly Line[]; share: boolean; xText: (x: number) => string; xName: string; isWhole?: boolean }) {
  const [box, width] = useWidth<HTMLDivElement>(420);
  const [left, right, top, height] = [48, 12, 10, 200];
  const plot = Math.max(60, width - left - right);
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return null;
  const [low, high] = [Math.min(...points.map((point) => point.y)), Math.max(...points.map((point) => point.y))];
  const step = niceStep((high - low || Math.abs(high) || 1) / 4);
  const [from, to] = [Math.floor(low / step) * step, Math.ceil(high / step) * step || step];
  const xFrom = isWhole ? Math.min(...points.map((point) => point.x)) : 0;
  const xTo = Math.max(...points.map((point) => point.x));
  const xStep = isWhole ? Math.max(1, Math.ceil(niceStep((xTo - xFrom) / (plot / 56)))) : niceStep(xTo / Math.max(2, plot / 72));
  const x = (value: number): number => left + ((value - xFrom) / (xTo - xFrom || 1)) * plot;
  const y = (value: number): number => top + height - ((value - from) / (to - from || 1)) * height;
  const ticks: number[] = [];
  for (let value = from; value <= to + step / 2; value += step) ticks.push(value);
  const xTicks: number[] = [];
  for (let value = isWhole ? xFrom : 0; value <= xTo + xStep * 1e-6; value += xStep) xTicks.push(value);
  const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step * (share ? 100 : 1)))));
  return (
    <figure ref={box}>
      <figcaption class="small quiet">{title}</figcaption>
      <svg width="100%" height={top + height + 24} viewBox={`0 0 ${width} ${top + height + 24}`} role="img" aria-label={`${title}: ${lines.map((line) => `${line.name} from ${line.points[0]?.label.split(": ")[1] ?? ""} to ${line.points.at(-1)?.label.split(": ")[1] ?? ""}`).join("; ")}`}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line class="axis" x1={left} x2={left + plot} y1={y(tick)} y2={y(tick)} />
            <text x={left - 6} y={y(tick) + 4} text-anchor="end">
              {share && to <= 1.5 ? `${(tick * 100).toFixed(digits)} %` : tick.toFixed(digits)}
            </text>
          </g>
        ))}
        {spaced(xTicks, x, null, isWhole ? 20 : 76).map((tick, i) => (
          <text key={tick} x={x(tick)} y={top + height + 17} text-anchor={i === 0 && !isWhole ? "start" : x(tick) > left + plot - 24 ? "end" : "middle"}>
            {xText(tick)}
          </text>
        ))}
        {lines.map((line, i) => (
          <g key={i}>
            <path d={line.points.map((point, at) => `${at ? "L" : "M"}${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join("")} style={{ fill: "none", stroke: colourOf(line.run), strokeWidth: 2.25, strokeDasharray: dashOf(line.run), strokeLinejoin: "round" }} />
            {line.points.length <= 40 &&
              line.points.map((point, at) => (
                <circle key={at} cx={x(point.x)} cy={y(point.y)} r="3" style={{ fill: colourOf(line.run) }}>
                  <title>{point.label}</title>
                </circle>
              ))}
          </g>
        ))}
      </svg>
      <span class="visually-hidden">{xName}</span>
    </figure>
  );
}
