import type { ReportFigure, ReportPublished } from "../payload";
import { formatValue, thin } from "../shared/format";
import { Section, type Table } from "../shared/section";
import { inWords } from "../shared/scale";
import { useWidth } from "../shared/width";

/** A training with emissions, and one with a range only. */
type Known = ReportPublished & { kg: number };
type Open = ReportPublished & { low: number; high: number };

interface Dot {
  x: number;
  y: number;
  published: Known;
}

/** Those with open ranges that are drawn; the table has all. */
const openNames = [/^GPT-4/, /^PaLM/, /^DeepSeek-V3/, /^Falcon-180B/, /^gpt-oss/, /^BloombergGPT/];

/** Models that many readers know, those first that are labelled first. */
const known = [/^GPT-3 /, /^BLOOM-176B \(life/, /^OPT/, /^Llama 3\.1 405B/, /^BERT/, /^T5/, /^Gopher/, /^DeepSeek/, /^Llama 2/, /^Gemma 2/, /^PaLM/];

interface PublishedProps {
  published: readonly ReportPublished[];
  /** The emissions that are marked. */
  own: ReportFigure;
  /** What they are of: this run, this estimate. */
  name: string;
  year: string;
  citation: string;
}

/** A run or an estimate among published trainings, on a logarithmic axis. */
export function Published(props: PublishedProps) {
  const { published, own, name, citation } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const values = published.filter((one): one is Known => one.kg !== null);
  const open = openNames.flatMap((name) => published.filter((one): one is Open => one.kg === null && one.low !== null && one.high !== null && name.test(one.name)).slice(0, 1));
  const positive = [...values.map((one) => one.kg), ...open.flatMap((one) => [one.low, one.high]), own.value, own.low, own.high].filter((value) => value > 0);
  const [from, to] = [Math.floor(Math.log10(Math.min(...positive))), Math.ceil(Math.log10(Math.max(...positive)))];
  const margin = 12;
  const at = (kg: number): number => margin + ((Math.log10(Math.max(kg, 10 ** from)) - from) / (to - from || 1)) * (width - 2 * margin);
  const dots = swarm(values, at);
  const tall = Math.max(140, ...dots.map((dot) => Math.abs(dot.y) * 2 + 116));
  const middle = tall / 2 + 12;
  const below = middle + tall / 2;
  const axis = below + (open.length > 0 ? open.length * openStep + 8 : 0);
  const labels = chooseLabels(dots, middle, width);
  const ownX = at(own.value);
  // Above the dots around it.
  const near = Math.max(2, ...dots.filter((dot) => Math.abs(dot.x - ownX) < 56).map((dot) => -dot.y));
  const times = nearest(values, own.value, name);
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const every = Math.max(1, Math.ceil(ticks.length / Math.max(3, Math.floor(width / 90))));
  return (
    <Section
      id="published"
      kicker="Published models"
      finding={times}
      note="Emissions of trainings as published, each with its own boundary: most are the final run alone, many the GPUs alone. A logarithmic scale: each line is ten times the one before. Filled dots are measured, open ones modelled or assumed. An open range: no emissions were published; it is what the published hours or energy come to on any grid."
      table={publishedTable(props)}
      json={published}
      citation={citation}
    >
      <div ref={box}>
        <svg width="100%" height={axis + 30} viewBox={`0 0 ${width} ${axis + 30}`} role="img" aria-label={`${times}. ${values.length} published trainings from ${values[0]?.text} to ${values.at(-1)?.text}; ${name} ${inWords(own)}.${open.map((one) => ` ${one.name}: ${one.text}, not published.`).join("")}`}>
          {ticks.map((power, i) => (
            <g key={power}>
              <line class="axis" x1={at(10 ** power)} x2={at(10 ** power)} y1="8" y2={axis} />
              {i % every === 0 && (
                <text x={at(10 ** power)} y={axis + 18} text-anchor={i === 0 ? "start" : i === ticks.length - 1 ? "end" : "middle"}>
                  {formatValue(10 ** power, "kg CO2e", 1).replace(" CO2e", "")}
                </text>
              )}
            </g>
          ))}
          {labels.map(({ dot, x, y, anchor }) => (
            <g key={dot.published.name}>
              <line x1={dot.x} y1={middle + dot.y} x2={x + (anchor === "start" ? -2 : 2)} y2={y - 4} style={{ stroke: "var(--strong-line)" }} />
              <text class="label" x={x} y={y} text-anchor={anchor}>
                {shortName(dot.published.name)}
              </text>
            </g>
          ))}
          {dots.map((dot) => (
            <circle
              key={dot.published.name}
              cx={dot.x}
              cy={middle + dot.y}
              r="4.5"
              style={
                dot.published.basis === "measured"
                  ? { fill: "var(--other)", stroke: "var(--page)" }
                  : { fill: "var(--page)", stroke: "var(--other)", strokeWidth: 1.5 }
              }
            >
              <title>{`${dot.published.name}, ${dot.published.organisation} ${dot.published.year}: ${dot.published.text}`}</title>
            </circle>
          ))}
          {open.map((one, i) => {
            const y = below + 8 + i * openStep;
            const [from, to] = [at(one.low), at(one.high)];
            const isLeft = from > 150;
            return (
              <g key={one.name}>
                <line x1={from} x2={to} y1={y} y2={y} style={{ stroke: "var(--other)", strokeWidth: 2, strokeDasharray: "4 3" }} />
                <path d={`M${from + 5},${y - 4}L${from},${y}L${from + 5},${y + 4}M${to - 5},${y - 4}L${to},${y}L${to - 5},${y + 4}`} style={{ fill: "none", stroke: "var(--other)", strokeWidth: 1.5 }} />
                <text class="label halo" x={isLeft ? from - 6 : from} y={isLeft ? y + 4 : y - 6} text-anchor={isLeft ? "end" : "start"}>
                  {shortName(one.name)}
                </text>
                <title>{`${one.name}, ${one.organisation} ${one.year}: ${one.text}; ${one.basis}`}</title>
              </g>
            );
          })}
          <line x1={at(own.low)} x2={at(own.high)} y1={middle} y2={middle} style={{ stroke: "var(--accent)", strokeWidth: 4 }} />
          <circle cx={ownX} cy={middle} r="8" style={{ fill: "var(--accent)", stroke: "var(--page)", strokeWidth: 2 }} />
          <text class="label halo" x={ownX} y={middle - near - 14} text-anchor={ownX < 60 ? "start" : ownX > width - 60 ? "end" : "middle"} style={{ fill: "var(--accent)", fontWeight: 650 }}>
            {name}
          </text>
        </svg>
      </div>
    </Section>
  );
}

/** Dots beside each other without overlap: each at its value, as near to the middle line as possible. */
function swarm(published: readonly Known[], at: (kg: number) => number): Dot[] {
  const size = 11;
  const dots: Dot[] = [];
  for (const one of published) {
    const x = at(one.kg);
    for (let step = 0; ; step++) {
      const y = (step % 2 === 0 ? 1 : -1) * Math.ceil(step / 2) * size;
      if (dots.every((dot) => Math.hypot(dot.x - x, dot.y - y) >= size)) {
        dots.push({ x, y, published: one });
        break;
      }
    }
  }
  return dots;
}

interface Label {
  dot: Dot;
  x: number;
  y: number;
  anchor: "start" | "end";
}

/** Labels of well-known models above and below the dots, those that do not collide. */
function chooseLabels(dots: readonly Dot[], middle: number, width: number): Label[] {
  const taken: { side: number; row: number; left: number; right: number; leader: number }[] = [];
  const labels: Label[] = [];
  const most = Math.max(...dots.map((dot) => Math.abs(dot.y)), 0);
  const wanted = known.flatMap((name) => dots.filter((dot) => name.test(dot.published.name)).slice(0, 1));
  const rows = [-1, 1].flatMap((side) => [0, 1, 2].map((row) => ({ side, row, y: middle + side * (most + 18 + row * 16) + 4 })));
  for (const dot of wanted) {
    const length = shortName(dot.published.name).length * 6.8;
    const anchor = dot.x + 14 + length > width ? "end" : "start";
    const x = dot.x + (anchor === "start" ? 10 : -10);
    const [left, right] = anchor === "start" ? [x, x + length] : [x - length, x];
    // Neither text over text, nor a line to a far row through the text of a near one.
    const free = rows.find(
      ({ side, row }) =>
        left >= 0 &&
        taken
          .filter((one) => one.side === side)
          .every((one) =>
            one.row === row ? one.left > right + 12 || one.right < left - 22
            : one.row < row ? Math.min(dot.x, x) > one.right + 4 || Math.max(dot.x, x) < one.left - 4
            : one.leader < left - 6 || one.leader > right + 6,
          ),
    );
    if (free === undefined) continue;
    taken.push({ side: free.side, row: free.row, left, right, leader: x });
    labels.push({ dot, x, y: free.y, anchor });
  }
  return labels;
}

/** Height of the row of an open range. */
const openStep = 18;

const shortName = (name: string): string => name.replace(/ \(.*\)$/, "");

function nearest(published: readonly Known[], own: number, name: string): string {
  const gpt = published.find((one) => one.name.startsWith("GPT-3"));
  if (!gpt || own <= 0) return `${sentence(name)} among published trainings`;
  const ratio = gpt.kg / own;
  const text = ratio >= 1 ? spell(ratio) : spell(1 / ratio);
  return ratio >= 1 ? `${shortName(gpt.name)} was published with about ${text} times the emissions of ${name}` : `${sentence(name)}: about ${text} times what ${shortName(gpt.name)} was published with`;
}

const sentence = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function spell(ratio: number): string {
  const rounded = Number(ratio.toPrecision(1));
  for (const [size, word] of [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]] as const) {
    if (rounded >= size) return `${rounded / size} ${word}`;
  }
  return rounded.toLocaleString("en");
}

const publishedTable = ({ published, own, name, year }: PublishedProps): Table => ({
  head: ["Model", "Publisher", "Year", "Emissions", "How known", "Boundary", "Contradicted by"],
  rows: [
    [name, "", year, inWords(own), own.quality, own.boundary, ""],
    ...published.map((one) => [one.name, one.organisation, String(one.year), thin(one.text), one.basis, one.boundary, one.contradiction ?? ""]),
  ],
  numbers: [2, 3],
  texts: [6],
});
