import { Section, type Table } from "../shared/section";
import { useWidth } from "../shared/width";
import { colourOf, dashOf } from "../compare/colours";
import type { EstimateFrontier } from "./payload";

/** Energy against speed on logarithmic axes: the best points filled, the answer ringed. */
export function Frontier({ frontier, citation }: { frontier: EstimateFrontier; citation: string }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const { series } = frontier;
  const points = series.flatMap((one) => one.points);
  const [left, right, top, height] = [64, 16, 28, width < 620 ? 260 : 340];
  const plot = Math.max(60, width - left - right);
  const axis = (values: number[]): { at: (value: number) => number; ticks: number[] } => {
    const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
    const pad = Math.max(0.06, (high - low) * 0.06);
    const [from, to] = [low - pad, high + pad];
    const digits = to - from > 2.2 ? [1] : to - from > 1.3 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
    const ticks: number[] = [];
    for (let power = Math.floor(from); power <= Math.ceil(to); power++) for (const digit of digits) {
      const tick = digit * 10 ** power;
      if (Math.log10(tick) >= from && Math.log10(tick) <= to) ticks.push(tick);
    }
    return { at: (value) => (Math.log10(value) - from) / (to - from), ticks };
  };
  const xs = axis(points.map((point) => point.x));
  const ys = axis(points.flatMap((point) => [point.low, point.value, point.high]).filter((value) => value > 0));
  const x = (value: number): number => left + xs.at(value) * plot;
  const y = (value: number): number => top + height - ys.at(value) * height;
  const short = (value: number): string => (value >= 1000 ? Number(value.toPrecision(4)).toLocaleString("en") : String(Number(value.toPrecision(3))));
  const single = series.every((one) => one.points.length === 1);
  const table: Table = {
    head: ["Hardware", ...(single ? [] : ["Served"]), frontier.x_name, `${frontier.y_name} (95 %)`, "Best"],
    rows: series.flatMap((one) => one.points.map((point) => [one.name, ...(single ? [] : [point.label]), point.x_text, point.text, point.is_best ? "yes" : ""])),
    numbers: single ? [1, 2] : [2, 3],
  };
  const best = points.filter((point) => point.is_best).sort((a, b) => a.x - b.x);
  let lastX = -Infinity;
  return (
    <Section id="frontier" kicker="Energy and speed" finding={frontier.finding} note={frontier.note} table={table} json={frontier} citation={citation}>
      <div ref={box}>
        <svg width="100%" height={top + height + 44} viewBox={`0 0 ${width} ${top + height + 44}`} role="img" aria-label={`${frontier.y_name} against ${frontier.x_name.toLowerCase()}: ${series.map((one) => `${one.name} ${one.points.length === 1 ? one.points[0]!.text : `from ${one.points[0]!.text} ${one.points[0]!.label} to ${one.points.at(-1)!.text} ${one.points.at(-1)!.label}`}`).join("; ")}`}>
          {ys.ticks.map((tick) => (
            <g key={tick}>
              <line class="axis" x1={left} x2={left + plot} y1={y(tick)} y2={y(tick)} />
              <text x={left - 6} y={y(tick) + 4} text-anchor="end">
                {short(tick)}
              </text>
            </g>
          ))}
          {xs.ticks.map((tick) => {
            const isShown = x(tick) - lastX >= 44;
            if (isShown) lastX = x(tick);
            return (
              <g key={tick}>
                <line class="axis" x1={x(tick)} x2={x(tick)} y1={top} y2={top + height} />
                {isShown && (
                  <text x={x(tick)} y={top + height + 17} text-anchor="middle">
                    {short(tick)}
                  </text>
                )}
              </g>
            );
          })}
          <text x="0" y="14">
            {frontier.y_name} (logarithmic)
          </text>
          <text x={left + plot} y={top + height + 36} text-anchor="end">
            {frontier.x_name} (logarithmic)
          </text>
          {single && best.length > 1 && <path d={best.map((point, i) => `${i ? "L" : "M"}${x(point.x)},${y(point.value)}`).join("")} style={{ fill: "none", stroke: "var(--strong-line)", strokeDasharray: "4 4" }} />}
          {series.map((one, i) => (
            <g key={one.name}>
              <path d={one.points.map((point, at) => `${at ? "L" : "M"}${x(point.x).toFixed(1)},${y(point.value).toFixed(1)}`).join("")} style={{ fill: "none", stroke: colourOf(i), strokeWidth: 1.75, strokeDasharray: dashOf(i) }} />
              {one.points.map((point) => (
                <g key={point.label}>
                  <line x1={x(point.x)} x2={x(point.x)} y1={y(point.low)} y2={y(point.high)} style={{ stroke: colourOf(i), strokeOpacity: 0.35, strokeWidth: 3 }} />
                  {point.is_chosen && <circle cx={x(point.x)} cy={y(point.value)} r="10" style={{ fill: "none", stroke: "var(--text)", strokeWidth: 1.5 }} />}
                  <circle cx={x(point.x)} cy={y(point.value)} r="5" style={{ fill: point.is_best ? colourOf(i) : "var(--page)", stroke: colourOf(i), strokeWidth: 2 }}>
                    <title>{`${one.name}${point.label ? `, ${point.label}` : ""}: ${point.text}, ${point.x_text}`}</title>
                  </circle>
                </g>
              ))}
              {single && (
                <text class="label halo" x={x(one.points[0]!.x) + (xs.at(one.points[0]!.x) > 0.6 ? -12 : 12)} y={y(one.points[0]!.value) - 8} text-anchor={xs.at(one.points[0]!.x) > 0.6 ? "end" : "start"}>
                  {one.name}
                </text>
              )}
            </g>
          ))}
          {!single &&
            series.slice(0, 1).flatMap((one) =>
              one.points
                .filter((_, i) => i === 0 || i === one.points.length - 1)
                .map((point) => (
                  <text key={point.label} class="label halo" x={x(point.x) - 10} y={y(point.value) + 18} text-anchor={xs.at(point.x) < 0.2 ? "start" : "end"}>
                    {point.label}
                  </text>
                )),
            )}
        </svg>
      </div>
      <ul class="legend" aria-label="Hardware">
        {series.map((one, i) => (
          <li key={one.name}>
            <svg width="28" height="10" aria-hidden="true">
              <line x1="0" x2="28" y1="5" y2="5" style={{ stroke: colourOf(i), strokeWidth: 2.5, strokeDasharray: dashOf(i) }} />
            </svg>
            {one.name}
          </li>
        ))}
        <li>
          <svg width="22" height="22" aria-hidden="true">
            <circle cx="11" cy="11" r="9" style={{ fill: "none", stroke: "var(--text)", strokeWidth: 1.5 }} />
          </svg>
          the answer
        </li>
      </ul>
    </Section>
  );
}
