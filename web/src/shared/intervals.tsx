import { Fragment } from "preact";
import { formatValue, thin } from "./format";
import { Patterns, qualityStyle } from "./quality";
import { niceStep, type Scale, scaleFor } from "./scale";
import { useWidth } from "./width";

/** A figure as it is drawn: its interval and its texts. */
export interface DrawnFigure {
  value: number;
  low: number;
  high: number;
  text: string;
  interval: string;
  quality: string;
}

export interface IntervalRow {
  name: string;
  note?: string | undefined;
  figure: DrawnFigure;
  /** A colour of the style sheet. Default: the accent. */
  colour?: string | undefined;
  /** Rows of one group have its name above them. */
  group?: string | undefined;
  isStrong?: boolean | undefined;
}

/** Figures below each other on one scale: from low to high, with a tick at best. */
export function Intervals(props: { id: string; rows: readonly IntervalRow[]; unit: string; label: string; rule?: { at: number; text: string } | undefined }) {
  const { rows, unit, rule } = props;
  // Exact figures are bars from zero: on a logarithmic scale there would be nothing to see.
  const isExact = rows.every((row) => row.figure.low === row.figure.high) && !rule;
  const scale = isExact ? barScale(rows) : scaleFor([...rows.map((row) => row.figure), ...(rule ? [{ low: rule.at, value: rule.at, high: rule.at }] : [])]);
  const [box, width] = useWidth<HTMLDivElement>();
  const narrow = width < 620;
  const track = Math.max(80, narrow ? width : width - 160 - 190 - 24);
  const like = rows[0]?.figure.value;
  const sentence = `${props.label}: ${rows.map((row) => `${row.group ? `${row.group}, ` : ""}${row.name} ${row.figure.text}${row.figure.interval ? ` ${row.figure.interval}` : ""}`).join("; ")}`;
  return (
    <div class="scaled" ref={box} role="img" aria-label={sentence}>
      {rows.map((row, i) => {
        const colour = row.colour ?? "var(--accent)";
        const [from, to, best] = [row.figure.low, row.figure.high, row.figure.value].map((value) => scale.at(value) * track) as [number, number, number];
        const isFirst = row.group !== undefined && row.group !== rows[i - 1]?.group;
        return (
          <Fragment key={i}>
            {isFirst && <p class="scaled-group">{row.group}</p>}
            <div class={row.isStrong ? "scaled-row strong" : "scaled-row"}>
              <span class="scaled-name">
                <bdi>{row.name}</bdi>
                {row.note && <small>{row.note}</small>}
              </span>
              <span class="track-cell">
                <svg class="track" viewBox={`0 0 ${track} 28`} preserveAspectRatio="none">
                  <Patterns id={`${props.id}-${i}`} colour={colour} />
                  {scale.ticks.map((tick) => (
                    <line key={tick} class="axis" x1={scale.at(tick) * track} x2={scale.at(tick) * track} y1="0" y2="28" />
                  ))}
                  {rule && <line x1={scale.at(rule.at) * track} x2={scale.at(rule.at) * track} y1="0" y2="28" style={{ stroke: "var(--strong-line)", strokeWidth: 1.5, strokeDasharray: "4 3" }} />}
                  {!scale.isLog && !rule && <rect x="0" y="8" width={best} height="12" rx="2" style={isExact ? qualityStyle(`${props.id}-${i}`, row.figure.quality, colour) : { fill: colour, fillOpacity: 0.16 }} />}
                  {!isExact && <rect x={from} y="8" width={Math.max(3, to - from)} height="12" rx="2" style={qualityStyle(`${props.id}-${i}`, row.figure.quality, colour)} />}
                  <line x1={best} x2={best} y1="3" y2="25" style={{ stroke: "var(--text)", strokeWidth: 2.5 }} />
                </svg>
              </span>
              <span class="n">
                <b>{thin(row.figure.text)}</b>
                <small>{row.figure.interval}</small>
              </span>
            </div>
          </Fragment>
        );
      })}
      <div class="scaled-row">
        {!narrow && <span />}
        <span class="track-cell">
          <svg class="track ticks" viewBox={`0 0 ${track} 18`}>
            {spaced(scale.ticks, (tick) => scale.at(tick) * track, rule ? scale.at(rule.at) * track : null).map((tick, i) => {
              const at = scale.at(tick) * track;
              return (
                <text key={tick} x={at} y="13" text-anchor={i === 0 && at < 30 ? "start" : at > track - 24 ? "end" : "middle"}>
                  {tickText(tick, unit, like)}
                </text>
              );
            })}
            {rule && (
              <text x={scale.at(rule.at) * track} y="13" text-anchor={scale.at(rule.at) > 0.8 ? "end" : "middle"} style={{ fontWeight: 600 }}>
                {rule.text}
              </text>
            )}
          </svg>
        </span>
      </div>
    </div>
  );
}

function barScale(rows: readonly IntervalRow[]): Scale {
  const top = Math.max(1e-300, ...rows.map((row) => row.figure.value)) * 1.02;
  const step = niceStep(top / 6);
  const ticks: number[] = [];
  for (let value = 0; value <= top; value += step) ticks.push(value);
  return { at: (value) => value / top, isLog: false, ticks };
}

/** The label of a tick: energies of a request are in Wh, and in the unit that reads best as text. */
export function tickText(tick: number, unit: string, like?: number): string {
  const scaled = (of: string): string => formatValue(tick * 1e-3, of, 2, like === undefined ? undefined : like * 1e-3);
  const text = unit === "Wh" ? scaled("kWh") : unit === "g CO2e" ? scaled("kg CO2e") : unit === "×" ? `${Number(tick.toPrecision(3))} ×` : formatValue(tick, unit, 2, like);
  // A tick has as many digits as it needs: 0.5, but 250.
  return text.replace(" CO2e", "").replace(/(\d)\.(\d*?)0+(?=\s|$)/, (_, whole: string, rest: string) => (rest ? `${whole}.${rest}` : whole));
}

/** Ticks whose labels do not overlap: at least `spacing` pixels from each other and from `taken`. */
export function spaced(ticks: readonly number[], at: (tick: number) => number, taken: number | null = null, spacing = 64): number[] {
  const kept: number[] = [];
  for (const tick of ticks) {
    if (taken !== null && Math.abs(at(tick) - taken) < spacing) continue;
    if (kept.length === 0 || at(tick) - at(kept.at(-1)!) >= spacing) kept.push(tick);
  }
  return kept;
}
