import { useState } from "preact/hooks";
import type { ReportDerivation, ReportNode, ReportRoot, Source } from "../payload";
import { formatPercent, thin } from "../shared/format";
import { Section, type Table } from "../shared/section";

const symbols: Record<string, string> = { sum: "+", difference: "−", product: "×", quotient: "÷" };
const openLevels = 3;

/** The derivation of a figure: a tree, one line a node, each factor with bounds, year, source and its share of the uncertainty. */
export function Derivation({ derivation, sources, command, citation }: { derivation: ReportDerivation; sources: readonly Source[]; command: string; citation: string }) {
  const [chosen, setChosen] = useState(0);
  const root = derivation.figures[chosen]!;
  const heaviest = root.shares.reduce((best, share, i) => (share > (root.shares[best] ?? 0) ? i : best), 0);
  const factor = derivation.factors[heaviest];
  const finding =
    factor && (root.shares[heaviest] ?? 0) > 0 ? `${formatPercent(root.shares[heaviest]!)} of the uncertainty is one factor: ${factor.label}` : "Every factor of this figure is exact";
  return (
    <Section
      id="derivation"
      kicker="Where the number comes from"
      finding={finding}
      note={`Every figure down to each cited factor. The bars show a factor's share of the uncertainty. The same in the terminal: ${command}`}
      table={factorTable(derivation, root, sources)}
      json={derivation}
      citation={citation}
      tall
    >
      <label class="visually-hidden" for="derived-figure">
        Figure
      </label>
      <select id="derived-figure" class="figure-select" value={chosen} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
        {derivation.figures.map((figure, i) => (
          <option key={i} value={i}>
            {figure.title}: {figure.figure.text}
          </option>
        ))}
      </select>
      <div class="tree" key={chosen}>
        <ul>
          <Branch derivation={derivation} root={root} index={root.root} level={0} isHeaviest sources={sources} shares={sumShares(derivation, root)} />
        </ul>
      </div>
    </Section>
  );
}

/** The share of the uncertainty below each node. A factor that is there several times counts once a node. */
function sumShares(derivation: ReportDerivation, root: ReportRoot): number[] {
  const below: Set<number>[] = [];
  derivation.nodes.forEach((node, i) => {
    const factors = new Set<number>();
    if (node.factor !== undefined) factors.add(node.factor);
    for (const child of node.of ?? []) for (const factor of below[child]!) factors.add(factor);
    below[i] = factors;
  });
  return below.map((factors) => [...factors].reduce((sum, factor) => sum + (root.shares[factor] ?? 0), 0));
}

interface BranchProps {
  derivation: ReportDerivation;
  root: ReportRoot;
  index: number;
  level: number;
  isHeaviest: boolean;
  sources: readonly Source[];
  shares: number[];
  op?: string;
}

function Branch(props: BranchProps) {
  const { derivation, index, level, shares } = props;
  const node = derivation.nodes[index]!;
  const below = node.of ?? [];
  const heaviest = below.reduce((best, child) => (shares[child]! > (shares[best] ?? -1) ? child : best), -1);
  const [open, setOpen] = useState(level < openLevels - 1 || props.isHeaviest);
  if (below.length === 0) {
    return (
      <li>
        <div class="leaf">
          <Line {...props} node={node} />
        </div>
      </li>
    );
  }
  return (
    <li>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <Line {...props} node={node} />
        </summary>
        {open && (
          <ul>
            {below.map((child, i) => (
              <Branch key={i} {...props} index={child} level={level + 1} isHeaviest={props.isHeaviest && child === heaviest} op={i === 0 && node.op !== "product" && node.op !== "sum" ? "" : (symbols[node.op] ?? "")} />
            ))}
          </ul>
        )}
      </details>
    </li>
  );
}

function Line({ derivation, node, shares, index, sources, op, level }: BranchProps & { node: ReportNode }) {
  const factor = node.factor === undefined ? undefined : derivation.factors[node.factor]!;
  const source = factor && sources.find((one) => one.id === factor.source);
  const share = shares[index]!;
  return (
    <span class="line">
      {level > 0 && (
        <span class="op" aria-hidden="true">
          {op}
        </span>
      )}
      <span>{node.label}</span>
      <span class="value" title={`${node.value} ${node.unit}`}>
        {thin(factor ? factor.text : node.text)}
      </span>
      {share >= 0.005 && (
        <span class="weight">
          <span class="share-bar" aria-hidden="true">
            <span style={{ width: `${Math.max(2, share * 100)}%` }} />
          </span>
          <span class="meta">{formatPercent(share)}</span>
        </span>
      )}
      {factor && (
        <span class="meta">
          <span class={`mark q-${factor.quality}`} aria-hidden="true" /> {factor.quality}
          {factor.year !== null && `, ${factor.year}`}
          {" · "}
          <Citation id={factor.source} source={source} />
          {factor.note && ` · ${factor.note}`}
        </span>
      )}
      {node.op === "counted" && <span class="meta">counted, exact</span>}
      {node.scale !== undefined && <span class="meta">× {Number(node.scale.toPrecision(4))} (units)</span>}
    </span>
  );
}

const Citation = ({ id, source }: { id: string; source: Source | undefined }) => (
  <a href={`#source-${encodeURIComponent(id)}`} title={source?.title}>
    {id}
  </a>
);

const factorTable = (derivation: ReportDerivation, root: ReportRoot, sources: readonly Source[]): Table => ({
  head: ["Factor", "Value (95 %)", "Share of uncertainty", "Quality", "Year", "Source"],
  rows: derivation.factors
    .map((factor, i) => ({ factor, share: root.shares[i] ?? 0 }))
    .sort((a, b) => b.share - a.share)
    .map(({ factor, share }) => [
      factor.label,
      factor.text,
      formatPercent(share),
      factor.quality,
      factor.year === null ? "" : String(factor.year),
      `${factor.source}: ${sources.find((one) => one.id === factor.source)?.title ?? ""}`,
    ]),
  numbers: [1, 2],
  texts: [5],
});

/** The sources cited, each with an address on the page. */
export function Sources({ sources }: { sources: readonly Source[] }) {
  return (
    <section id="sources" aria-labelledby="sources-finding">
      <span class="kicker">Sources</span>
      <h2 id="sources-finding">{sources.length} sources are cited</h2>
      <ol class="sources picture">
        {sources.map((source) => (
          <li key={source.id} id={`source-${encodeURIComponent(source.id)}`}>
            <b>{source.id}</b> {source.title}
            {source.year !== null && `, ${source.year}`}
            {source.licence && `, ${source.licence}`}
            {source.link && /^https?:\/\//.test(source.link) && (
              <>
                {", "}
                <a href={source.link} rel="noreferrer noopener">
                  {source.link}
                </a>
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
