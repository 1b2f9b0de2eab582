import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Report, ReportPower } from "../payload";
import { formatTime, formatValue } from "../shared/format";
import { Section, type Table } from "../shared/section";

/** Power over time, stacked by component, with the stages above, the epochs below, and gaps hatched. */
export function Power({ report, power, citation }: { report: Report; power: ReportPower; citation: string }) {
  const gaps = report.run.gaps.length;
  const description =
    `${power.finding}. ${power.components.map((component) => component.name).join(", ")} over ${report.run.duration_text}.` +
    (gaps > 0 ? ` ${gaps} ${gaps === 1 ? "gap" : "gaps"}.` : "");
  return (
    <Section id="power" kicker="Power over time" finding={power.finding} note={power.note} table={powerTable(report, power)} json={power} citation={citation}>
      <Chart report={report} power={power} description={description} />
    </Section>
  );
}

const height = 300;

function Chart({ report, power, description }: { report: Report; power: ReportPower; description: string }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const [readout, setReadout] = useState("");
  const [zoomed, setZoomed] = useState(false);

  useEffect(() => {
    const element = box.current!;
    const create = (): void => {
      chart.current?.destroy();
      chart.current = createChart(element, report, power, setReadout, setZoomed);
    };
    create();
    const observer = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    // Colours are read from the page, so a change of theme draws again.
    const themes = new MutationObserver(create);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", create);
    return () => {
      observer.disconnect();
      themes.disconnect();
      scheme.removeEventListener("change", create);
      chart.current?.destroy();
    };
  }, [power]);

  const start = power.edges[0]!;
  const end = power.edges.at(-1)!;
  const zoom = (factor: number, shift: number): void => {
    const scale = chart.current?.scales["x"];
    if (!chart.current || scale?.min == null || scale.max == null) return;
    const span = Math.min(end - start, Math.max((end - start) / 2000, (scale.max - scale.min) * factor));
    const middle = (scale.min + scale.max) / 2 + shift * span;
    const from = Math.min(Math.max(start, middle - span / 2), end - span);
    chart.current.setScale("x", { min: from, max: from + span });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const actions: Record<string, () => void> = {
      ArrowLeft: () => zoom(1, -0.2),
      ArrowRight: () => zoom(1, 0.2),
      "+": () => zoom(0.5, 0),
      "=": () => zoom(0.5, 0),
      "-": () => zoom(2, 0),
      "0": () => zoom(Infinity, 0),
      Escape: () => zoom(Infinity, 0),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };

  return (
    <>
      <ul class="legend">
        {power.components.map((component) => (
          <li key={component.name}>
            <span class={`swatch fill-${component.component} q-${component.quality}`} aria-hidden="true" />
            {component.name}, {component.quality}
          </li>
        ))}
        {power.is_reduced && (
          <li>
            <svg width="20" height="14" aria-hidden="true">
              <path d="M0 5 4 3 8 6 12 2 16 5 20 3" fill="none" style={{ stroke: "var(--text)", strokeOpacity: 0.7 }} />
            </svg>
            highest and lowest sample
          </li>
        )}
        {report.run.gaps.length > 0 && (
          <li>
            <span class="swatch" style={{ border: "1px solid var(--warn-edge)", background: "repeating-linear-gradient(135deg, var(--warn-edge) 0 2px, transparent 2px 5px)" }} aria-hidden="true" />
            gap: a meter was not read
          </li>
        )}
      </ul>
      <div ref={box} class="power-box" tabIndex={0} role="img" aria-label={`${description} Arrow keys move, plus and minus zoom, 0 shows all.`} onKeyDown={onKeyDown} style={{ minHeight: `${height}px` }} />
      <p class="readout">
        {readout || (zoomed ? "Double click, or press 0, to show all." : "Drag to zoom; with the keyboard: arrows, + and −.")}
      </p>
    </>
  );
}

function createChart(box: HTMLElement, report: Report, power: ReportPower, onRead: (text: string) => void, onZoom: (zoomed: boolean) => void): uPlot {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string): string => styles.getPropertyValue(`--${name}`).trim();
  const page = colour("page");
  // Stacked from the first component up; drawn from the top down, each over the one before.
  const parts = power.edges.length - 1;
  const sums: number[] = new Array<number>(parts + 1).fill(0);
  const layers = power.components.map((component) => {
    const values = new Array<number>(parts + 1);
    for (let i = 0; i < parts; i++) values[i] = sums[i]! + component.watts[i]!;
    values[parts] = values[parts - 1]!;
    for (let i = 0; i <= parts; i++) sums[i] = values[i]!;
    return { component, values };
  });
  layers.reverse();
  const epochs = report.epochs?.series.flatMap((series) => (series.is_withheld ? [] : series.epochs)) ?? [];
  const stages = power.stages;
  const stepped = uPlot.paths.stepped!({ align: 1 });
  const [start, end] = [power.edges[0]!, power.edges.at(-1)!];
  const hasStages = stages.length > 0;
  const fontFamily = getComputedStyle(document.body).fontFamily;

  const options: uPlot.Options = {
    width: box.clientWidth || 860,
    height,
    padding: [hasStages ? 28 : 10, 26, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: true } },
    scales: { x: { time: false }, y: { range: (_, __, max) => [0, (max || 1) * 1.06] } },
    axes: [
      {
        stroke: colour("quiet"),
        font: `12px ${fontFamily}`,
        grid: { show: false },
        ticks: { stroke: colour("line"), size: 5 },
        space: 72,
        size: 32,
        incrs: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800],
        values: (_, splits, __, ___, increment) => splits.map((at) => formatTime(at, increment)),
      },
      {
        stroke: colour("quiet"),
        font: `12px ${fontFamily}`,
        size: 58,
        grid: { stroke: colour("line"), width: 1 },
        ticks: { show: false },
        values: (_, splits) => splits.map((watts) => axisWatts(watts, splits.at(-1) ?? 0)),
      },
    ],
    series: [
      {},
      ...layers.map(({ component }): uPlot.Series => {
        const own = colour(component.component === "platform" ? "cpu" : component.component);
        return { paths: stepped, points: { show: false }, width: 0, fill: (plot) => pattern(plot.ctx, own, page, component.quality), stroke: own };
      }),
    ],
    hooks: {
      drawClear: [
        (plot) => {
          const { ctx } = plot;
          ctx.save();
          ctx.fillStyle = colour("stripe");
          stages.forEach((stage, i) => {
            const [from, to] = clip(plot, stage.from, stage.to);
            if (i % 2 === 0 && to > from) ctx.fillRect(from, plot.bbox.top - (hasStages ? 24 * devicePixelRatio : 0), to - from, plot.bbox.height + 24 * devicePixelRatio);
          });
          ctx.restore();
        },
      ],
      draw: [
        (plot) => {
          const { ctx } = plot;
          const { top, height: tall } = plot.bbox;
          const dpr = devicePixelRatio;
          ctx.save();
          for (const gap of report.run.gaps) {
            const [from, to] = clip(plot, Math.max(start, gap.from), Math.min(end, gap.to));
            if (to < from) continue;
            hatch(ctx, from, top, Math.max(3 * dpr, to - from), tall, colour("warn-edge"));
          }
          if (power.is_reduced) drawEnvelope(plot, power.edges, sums, colour("text"));
          // The edge of each epoch, if they are far enough apart.
          const scale = plot.scales["x"]!;
          const perPixel = (scale.max! - scale.min!) / (plot.bbox.width / dpr);
          ctx.strokeStyle = colour("text");
          ctx.lineWidth = dpr;
          let last = -Infinity;
          for (const epoch of epochs) {
            const at = epoch.from + epoch.duration_s;
            if (at < scale.min! || at > scale.max! || (at - last) / perPixel < 4) continue;
            last = at;
            const x = Math.round(plot.valToPos(at, "x", true)) + 0.5;
            ctx.beginPath();
            ctx.moveTo(x, top + tall - 8 * dpr);
            ctx.lineTo(x, top + tall);
            ctx.stroke();
          }
          ctx.font = `${12 * dpr}px ${fontFamily}`;
          ctx.textBaseline = "middle";
          ctx.textAlign = "left";
          ctx.fillStyle = colour("text");
          for (const stage of stages) {
            const [from, to] = clip(plot, stage.from, stage.to);
            if (to - from < 2) continue;
            ctx.strokeStyle = colour("strong-line");
            ctx.beginPath();
            ctx.moveTo(Math.round(from) + 0.5, top - 24 * dpr);
            ctx.lineTo(Math.round(from) + 0.5, top);
            ctx.stroke();
            const text = fit(ctx, stage.name, to - from - 10 * dpr);
            if (text) ctx.fillText(text, from + 5 * dpr, top - 13 * dpr);
          }
          ctx.restore();
        },
      ],
      setCursor: [
        (plot) => {
          const { left } = plot.cursor;
          if (left == null || left < 0) return onRead("");
          const at = plot.posToVal(left, "x");
          const index = Math.min(parts - 1, Math.max(0, find(power.edges, at)));
          const total = power.components.reduce((sum, component) => sum + component.watts[index]!, 0);
          const stage = stages.find((one) => one.from <= at && at < one.to);
          onRead(
            `${formatTime(at, 0.1)}${stage ? `, ${stage.name}` : ""}: ${formatValue(total, "W", 3)} — ` +
              power.components.map((component) => `${component.name} ${formatValue(component.watts[index]!, "W", 3, total)}`).join(", "),
          );
        },
      ],
      setScale: [(plot, key) => key === "x" && onZoom((plot.scales["x"]!.max! - plot.scales["x"]!.min!) / (end - start) < 0.999)],
    },
  };
  return new uPlot(options, [power.edges, ...layers.map((layer) => layer.values)] as uPlot.AlignedData, box);
}

function clip(plot: uPlot, from: number, to: number): [number, number] {
  const scale = plot.scales["x"]!;
  return [plot.valToPos(Math.max(from, scale.min!), "x", true), plot.valToPos(Math.min(to, scale.max!), "x", true)];
}

/** Lines through the highest and the lowest power in each pixel: a sample of one second is far narrower than a pixel of a week. */
function drawEnvelope(plot: uPlot, edges: readonly number[], sums: readonly number[], colour: string): void {
  const { ctx, bbox } = plot;
  const scale = plot.scales["x"]!;
  const columns = Math.max(1, Math.floor(bbox.width / devicePixelRatio / 2));
  const highest = new Float64Array(columns).fill(-1);
  const lowest = new Float64Array(columns).fill(Infinity);
  const span = scale.max! - scale.min!;
  for (let i = 0; i + 1 < edges.length; i++) {
    if (edges[i + 1]! < scale.min! || edges[i]! > scale.max!) continue;
    const from = Math.max(0, Math.floor(((edges[i]! - scale.min!) / span) * columns));
    const to = Math.min(columns - 1, Math.floor(((edges[i + 1]! - scale.min!) / span) * columns));
    for (let at = from; at <= to; at++) {
      highest[at] = Math.max(highest[at]!, sums[i]!);
      lowest[at] = Math.min(lowest[at]!, sums[i]!);
    }
  }
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.7;
  ctx.lineWidth = devicePixelRatio;
  for (const values of [highest, lowest]) {
    ctx.beginPath();
    let pen = false;
    values.forEach((watts, at) => {
      if (watts < 0 || !Number.isFinite(watts)) return;
      const x = bbox.left + ((at + 0.5) / columns) * bbox.width;
      const y = plot.valToPos(watts, "y", true);
      if (pen) ctx.lineTo(x, y);
      else ctx.moveTo(x, y);
      pen = true;
    });
    ctx.stroke();
  }
  ctx.restore();
}

/** Index of the part that contains a time. */
function find(edges: readonly number[], at: number): number {
  let [low, high] = [0, edges.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= at) low = middle;
    else high = middle;
  }
  return low;
}

export const axisWatts = (watts: number, most: number): string => {
  const [scale, unit] = most >= 1000 ? [1000, "kW"] : most >= 1 ? [1, "W"] : [0.001, "mW"];
  return `${Number((watts / scale).toPrecision(3))} ${unit}`;
};

const patterns = new Map<string, CanvasPattern>();

/** Solid where measured, hatched where modelled, pale with dots where assumed; never transparent, as layers lie over each other. */
export function pattern(ctx: CanvasRenderingContext2D, colour: string, page: string, quality: string): CanvasPattern | string {
  if (quality === "measured") return colour;
  const key = `${colour}|${page}|${quality}`;
  const known = patterns.get(key);
  if (known) return known;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d")!;
  pen.fillStyle = page;
  pen.fillRect(0, 0, 8, 8);
  pen.fillStyle = colour;
  pen.globalAlpha = quality === "modelled" ? 0.6 : 0.35;
  pen.fillRect(0, 0, 8, 8);
  pen.globalAlpha = 1;
  if (quality === "modelled") {
    pen.strokeStyle = colour;
    pen.lineWidth = 3;
    pen.beginPath();
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift - 1, 9);
      pen.lineTo(shift + 9, -1);
    }
    pen.stroke();
  } else {
    pen.fillRect(1, 1, 2, 2);
    pen.fillRect(5, 5, 2, 2);
  }
  const made = ctx.createPattern(tile, "repeat")!;
  patterns.set(key, made);
  return made;
}

function hatch(ctx: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, colour: string): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.beginPath();
  const step = 7 * devicePixelRatio;
  // Lines are aligned on the page, so that neighbouring gaps make one surface.
  for (let at = Math.floor((x - height) / step) * step; at < x + width; at += step) {
    ctx.moveTo(at, y + height);
    ctx.lineTo(at + height, y);
  }
  ctx.stroke();
  ctx.restore();
}

function fit(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  for (let length = text.length - 1; length >= 3; length--) {
    const cut = `${text.slice(0, length)}…`;
    if (ctx.measureText(cut).width <= width) return cut;
  }
  return "";
}

/** A table that can be read: the parts, at most a few hundred; the JSON has all. */
function powerTable(report: Report, power: ReportPower): Table {
  const parts = power.edges.length - 1;
  const step = Math.max(1, Math.ceil(parts / 240));
  const rows: string[][] = [];
  for (let i = 0; i < parts; i += step) {
    const last = Math.min(parts, i + step);
    const seconds = power.edges[last]! - power.edges[i]!;
    const means = power.components.map((component) => {
      let joules = 0;
      for (let at = i; at < last; at++) joules += component.watts[at]! * (power.edges[at + 1]! - power.edges[at]!);
      return joules / seconds;
    });
    rows.push([
      formatTime(power.edges[i]!, 0.1),
      formatTime(power.edges[last]!, 0.1),
      ...means.map((watts) => formatValue(watts, "W", 3)),
      formatValue(means.reduce((sum, watts) => sum + watts, 0), "W", 3),
    ]);
  }
  for (const gap of report.run.gaps) rows.push([formatTime(gap.from, 0.1), formatTime(gap.to, 0.1), `gap of ${gap.meter}: ${gap.reason}`]);
  const head = ["From", "To", ...power.components.map((component) => component.name), "all"];
  return { head, rows, numbers: head.map((_, i) => i) };
}
