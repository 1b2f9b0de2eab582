import { Definition } from "../answer/Answer";
import { Derivation, Sources } from "../derivation/DerivationTree";
import { Equivalents } from "../lesson/Equivalents";
import { Published } from "../published/Published";
import { formatPercent, thin } from "../shared/format";
import { Footer, Frame } from "../shared/frame";
import { type IntervalRow, Intervals } from "../shared/intervals";
import { QualityLegend } from "../shared/quality";
import { inWords } from "../shared/scale";
import { Section, type Table } from "../shared/section";
import { Warnings } from "../shared/warnings";
import { ofRequest, ofRun, WhatIf } from "../what-if/WhatIf";
import { Frontier } from "./Frontier";
import type { EstimatePage as Document, EstimateRanking } from "./payload";

/** The page of an estimate: the range, what was assumed, and what would change it. */
export function EstimatePage({ estimate }: { estimate: Document }) {
  const headline = estimate.figures[0]!.figure;
  const sections = [
    ["answer", "The answer"],
    ["range", "The range"],
    ["assumptions", "Assumptions"],
    ...(estimate.parts ? [["parts", "Where it goes"] as const] : []),
    ...(estimate.ranking ? [["hardware", "Hardware"] as const] : []),
    ...(estimate.frontier ? [["frontier", "Energy and speed"] as const] : []),
    ["what-if", "What if"],
    ...(estimate.published.length > 0 ? [["published", "Published models"] as const] : []),
    ...(estimate.equivalents.length > 0 ? [["equivalents", "Equivalents"] as const] : []),
    ["derivation", "Where it comes from"],
  ] as const;
  return (
    <Frame
      sections={sections}
      eyebrow={
        <>
          <b>
            <bdi>{estimate.name}</bdi>
          </b>
          <span>estimate</span>
          <time dateTime={estimate.date}>{estimate.date}</time>
        </>
      }
      answer={
        <>
          <div class="headline" id="answer">
            <span class="number" title={`${headline.value} ${headline.unit}`}>
              {thin(headline.text)}
            </span>
            <span class="range">{headline.interval}</span>
            <Definition word={estimate.per || headline.place} text={headline.boundary} />
          </div>
          <h1>{thin(estimate.sentence)}</h1>
          <p class="boundary-line">{estimate.boundary}.</p>
          <dl class="facts">
            {estimate.facts.map((fact) => (
              <div key={fact.name}>
                <dt>{fact.name}</dt>
                <dd>
                  {thin(fact.text)}
                  {fact.note && <small>{fact.note}</small>}
                </dd>
              </div>
            ))}
          </dl>
          <Warnings warnings={estimate.warnings} />
        </>
      }
    >
      {() => <Estimate estimate={estimate} />}
    </Frame>
  );
}

/** Every section of an estimate: the dashboard uses it too. */
export function Estimate({ estimate }: { estimate: Document }) {
  const headline = estimate.figures[0]!.figure;
  const citation = `tonne estimate of ${estimate.name}, ${estimate.date}: ${headline.text} ${headline.interval}${estimate.per ? ` ${estimate.per}` : ""}; ${estimate.boundary}; method ${estimate.method}, factors ${estimate.factors_hash}.`;
  return (
    <>
      <Range estimate={estimate} citation={citation} />
      <section id="assumptions" aria-labelledby="assumptions-finding">
        <span class="kicker">Assumptions</span>
        <h2 id="assumptions-finding">
          {estimate.assumptions.length} {estimate.assumptions.length === 1 ? "thing was" : "things were"} chosen or assumed
        </h2>
        <ol class="remarks picture">
          {estimate.assumptions.map((text) => (
            <li key={text}>{thin(text)}</li>
          ))}
        </ol>
      </section>
      {estimate.parts && (
        <Section id="parts" kicker="Where it goes" finding={estimate.parts.finding} note={estimate.parts.note} table={{ head: ["Part", "Amount", "Share"], rows: estimate.parts.rows.map((row) => [row.name, row.text, formatPercent(row.share)]), numbers: [1, 2] }} json={estimate.parts} citation={citation}>
          <div class="together" role="img" aria-label={estimate.parts.rows.map((row) => `${row.name} ${formatPercent(row.share)}`).join(", ")}>
            {estimate.parts.rows.map((row) => (
              <div key={row.name} class="part-row">
                <span>{row.name}</span>
                <span class="part-bar">
                  <span style={{ width: `${Math.max(0.5, row.share * 100)}%` }} />
                </span>
                <span class="n">
                  <b>{formatPercent(row.share)}</b> <small>{thin(row.text)}</small>
                </span>
              </div>
            ))}
          </div>
        </Section>
      )}
      {estimate.ranking && <Hardware ranking={estimate.ranking} citation={citation} />}
      {estimate.frontier && <Frontier frontier={estimate.frontier} citation={citation} />}
      <WhatIf subject={{ derivation: estimate.derivation, choices: estimate.choices, run: null }} total={headline} figures={estimate.kind === "training" ? ofRun : ofRequest} noun="estimate" citation={citation} />
      {estimate.published.length > 0 && <Published published={estimate.published} own={headline} name="this estimate" year={estimate.date.slice(0, 4)} citation={citation} />}
      {estimate.equivalents.length > 0 && (
        <section id="equivalents" aria-labelledby="equivalents-finding">
          <span class="kicker">Equivalents</span>
          <h2 id="equivalents-finding">The emissions are equivalent to</h2>
          <Equivalents equivalents={estimate.equivalents} />
        </section>
      )}
      <Derivation derivation={estimate.derivation} sources={estimate.sources} command={`tonne estimate ${estimate.kind === "training" ? "training" : "inference"} … --explain`} citation={citation} />
      <Sources sources={estimate.sources} />
      <Footer method={estimate.method} hash={estimate.factors_hash} />
    </>
  );
}

/** Totals of many requests, beside those of one. */
const isCampaign = (name: string): boolean => /^(in_all|per_day|per_year)\./.test(name);

function Range({ estimate, citation }: { estimate: Document; citation: string }) {
  const { figures } = estimate;
  const table: Table = { head: ["Figure", "Value (95 %)", "Boundary", "Quality"], rows: figures.map(({ title, figure }) => [title, inWords(figure), figure.boundary, figure.quality]), numbers: [1], texts: [2] };
  const rows = (unit: string): IntervalRow[] => figures.filter(({ figure }) => figure.unit === unit && !isCampaign(figure.name)).map(({ title, figure }, i) => ({ name: title, figure, isStrong: i === 0, colour: title.startsWith("Embodied") ? "var(--embodied)" : "var(--accent)" }));
  const [mass, energy] = estimate.kind === "training" ? ["kg CO2e", "kWh"] : ["g CO2e", "Wh"];
  const total = figures[0]!.figure;
  const factor = total.low > 0 ? total.high / total.low : 0;
  const others = figures.filter(({ figure }) => figure.unit !== mass && figure.unit !== energy && !isCampaign(figure.name));
  const campaigns = figures.filter(({ figure }) => isCampaign(figure.name));
  return (
    <Section id="range" kicker="The range" finding={factor > 1 ? `The emissions are known within a factor of ${factor < 9.95 ? factor.toFixed(1) : factor.toFixed(0)}` : "The range of the figures"} note="Each figure from low to high with a tick at best, 95 % interval; the bars of one unit have one scale." table={table} json={figures} citation={citation}>
      <h3>Emissions{estimate.per && ` of ${estimate.per}`}</h3>
      <Intervals id="mass" rows={rows(mass!)} unit={mass!} label="Emissions" />
      <h3 style={{ marginTop: "20px" }}>Energy{estimate.per && ` of ${estimate.per}`}</h3>
      <Intervals id="energy" rows={rows(energy!)} unit={energy!} label="Energy" />
      <div class="quality-line">
        <QualityLegend />
      </div>
      <dl class="facts">
        {[...campaigns, ...others].map(({ title, figure }) => (
          <div key={figure.name}>
            <dt>{title}</dt>
            <dd>
              {thin(figure.text)} <span class="quiet">{figure.interval}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Hardware({ ranking, citation }: { ranking: EstimateRanking; citation: string }) {
  const table: Table = { head: ["Hardware", "Facility energy", "Emissions", "Time or energy per token"], rows: ranking.rows.map((row) => [row.name, inWords(row.energy), inWords(row.emissions), row.other]), numbers: [1, 2, 3] };
  return (
    <Section id="hardware" kicker="Hardware" finding={ranking.finding} note={ranking.note} table={table} json={ranking} citation={citation}>
      <Intervals id="hardware" rows={ranking.rows.map((row, i) => ({ name: row.name, note: thin(row.other), figure: row.energy, isStrong: i === 0, colour: i === 0 ? "var(--accent)" : "var(--strong-line)" }))} unit={ranking.rows[0]!.energy.unit} label="Facility energy by hardware" />
    </Section>
  );
}
