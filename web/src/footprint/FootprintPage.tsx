import { Derivation, Sources } from "../derivation/DerivationTree";
import { formatPercent, thin } from "../shared/format";
import { Footer, Frame } from "../shared/frame";
import { type IntervalRow, Intervals } from "../shared/intervals";
import { QualityLegend } from "../shared/quality";
import { inWords } from "../shared/scale";
import { Section, type Table } from "../shared/section";
import { Warnings } from "../shared/warnings";
import { Equivalents } from "../lesson/Equivalents";
import { Definition } from "../answer/Answer";
import { OverTime } from "./OverTime";
import type { FootprintFigures, FootprintPage as Document, FootprintPhase } from "./payload";

/** The page of the life cycle of a model. */
export function FootprintPage({ footprint }: { footprint: Document }) {
  const { totals } = footprint;
  const sections = [
    ["answer", "The answer"],
    ["phases", "Phases"],
    ...(footprint.over_time ? [["over-time", "Training and use"] as const] : []),
    ["inputs", "Places and inputs"],
    ...(footprint.equivalents.length > 0 ? [["equivalents", "Equivalents"] as const] : []),
    ["derivation", "Where it comes from"],
  ] as const;
  return (
    <Frame
      sections={sections}
      eyebrow={
        <>
          <b>
            <bdi>{footprint.name}</bdi>
          </b>
          <span>life cycle</span>
          <time dateTime={footprint.date}>{footprint.date}</time>
        </>
      }
      answer={
        <>
          <div class="headline" id="answer">
            <span class="number" title={`${totals.total.value} ${totals.total.unit}`}>
              {thin(totals.total.text)}
            </span>
            <span class="range">{totals.total.interval}</span>
            <Definition word="whole life" text={totals.total.boundary} />
          </div>
          <h1>{thin(footprint.sentence)}</h1>
          <p class="boundary-line">{footprint.boundary}.</p>
          {footprint.description && (
            <p class="boundary-line">
              <bdi>{footprint.description}</bdi>
            </p>
          )}
          <dl class="facts">
            <Fact name="Operational" figure={totals.operational} note="from electricity, location-based" />
            {totals.market_based && <Fact name="Market-based" figure={totals.market_based} note="beside the other, never added" />}
            <Fact name="Embodied" figure={totals.embodied} note="hardware manufacturing" />
            <Fact name="Facility energy" figure={totals.facility_energy} note="PUE included" />
            {totals.water && <Fact name="Water" figure={totals.water} note="on site and in generation" />}
          </dl>
          <Warnings warnings={footprint.warnings} />
        </>
      }
    >
      {() => <Footprint footprint={footprint} />}
    </Frame>
  );
}

function Fact({ name, figure, note }: { name: string; figure: { text: string; interval: string } | null; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {figure ? thin(figure.text) : "not described"} {figure?.interval && <span class="quiet">{figure.interval}</span>}
        <small>{note}</small>
      </dd>
    </div>
  );
}

/** Every section of a life cycle: the dashboard uses it too. */
export function Footprint({ footprint }: { footprint: Document }) {
  const citation = `tonne footprint of ${footprint.name}, ${footprint.date}: ${footprint.totals.total.text} ${footprint.totals.total.interval}; ${footprint.boundary}; method ${footprint.method}, factors ${footprint.factors_hash}.`;
  return (
    <>
      <Phases footprint={footprint} citation={citation} />
      {footprint.over_time && <OverTime overTime={footprint.over_time} citation={citation} />}
      <Inputs footprint={footprint} citation={citation} />
      {footprint.equivalents.length > 0 && (
        <section id="equivalents" aria-labelledby="equivalents-finding">
          <span class="kicker">Equivalents</span>
          <h2 id="equivalents-finding">The emissions of the whole life are equivalent to</h2>
          <Equivalents equivalents={footprint.equivalents} />
        </section>
      )}
      <Derivation derivation={footprint.derivation} sources={footprint.sources} command="tonne footprint FILE --explain total" citation={citation} />
      <Sources sources={footprint.sources} />
      <Footer method={footprint.method} hash={footprint.factors_hash} />
    </>
  );
}

const stepColours: Record<string, string> = { dynamic: "var(--cpu)", idle: "var(--idle)", infrastructure: "var(--memory)", facility: "var(--overhead)", embodied: "var(--embodied)" };

function Phases({ footprint, citation }: { footprint: Document; citation: string }) {
  const { phases, totals } = footprint;
  const rows: IntervalRow[] = [
    ...phases.map((phase) => ({ name: phase.name, note: `${formatPercent(phase.share)} of the life`, figure: phase.figures.total, colour: "var(--accent)" })),
    ...(phases.length > 1 ? [{ name: "whole life", figure: totals.total, isStrong: true, colour: "var(--strong-line)" }] : []),
  ];
  const line = (name: string, figures: FootprintFigures): string[][] => [
    ...figures.steps.map((step, i) => [i === 0 ? name : "", `${i === 0 ? "" : "+ "}${step.name}`, step.energy ? inWords(step.energy) : "", inWords(step.emissions), formatPercent(step.share)]),
    [figures.steps.length === 0 ? name : "", "= all", inWords(figures.facility_energy), inWords(figures.total), ""],
  ];
  const table: Table = {
    head: ["Phase", "Boundary", "Energy", "Emissions", "Share"],
    rows: [...phases.flatMap((phase) => line(phase.name, phase.figures)), ...(phases.length > 1 ? line("whole life", totals) : [])],
    numbers: [2, 3, 4],
  };
  const most = Math.max(1e-300, ...phases.map((phase) => phase.figures.total.value));
  const steps = [...new Map(phases.flatMap((phase) => phase.figures.steps.map((step) => [step.id, step.name] as const)))];
  return (
    <Section id="phases" kicker="Phases" finding={footprint.phases_finding} note="Emissions of each phase with their 95 % intervals, on one scale; below, the boundaries in each." table={table} json={{ phases, totals }} citation={citation}>
      <Intervals id="phase" rows={rows} unit="kg CO2e" label="Emissions by phase" />
      <div class="quality-line">
        <QualityLegend />
      </div>
      <h3 style={{ marginTop: "20px" }}>What each phase consists of</h3>
      <div class="together">
        {phases.map((phase) => (
          <Parts key={phase.id} phase={phase} most={most} />
        ))}
      </div>
      <ul class="legend" aria-label="Boundaries">
        {steps.map(([id, name]) => (
          <li key={id}>
            <span class="swatch" style={{ background: stepColours[id] ?? "var(--other)" }} aria-hidden="true" />
            {name}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Parts({ phase, most }: { phase: FootprintPhase; most: number }) {
  const sum = phase.figures.steps.reduce((total, step) => total + Math.max(0, step.emissions.value), 0);
  return (
    <div class="together-row">
      <h3>
        <bdi>{phase.name}</bdi>
      </h3>
      <div>
        <div class="bar-row" style={{ width: `${Math.max(2, (phase.figures.total.value / most) * 100)}%` }} role="img" aria-label={`${phase.name}: ${phase.figures.steps.map((step) => `${step.name} ${step.emissions.text}`).join(", ")}`}>
          {phase.figures.steps.map((step) => (
            <span key={step.id} style={{ flexGrow: sum > 0 ? Math.max(0, step.emissions.value) / sum : 0, flexBasis: 0, background: stepColours[step.id] ?? "var(--other)" }} title={`${step.name}: ${step.emissions.text}`} />
          ))}
        </div>
        <p class="small quiet">{phase.figures.steps.map((step) => `${step.name} ${thin(step.emissions.text)}`).join(" + ")}</p>
        {phase.rates.map((rate) => (
          <p key={rate} class="small">
            {thin(rate)}
          </p>
        ))}
      </div>
    </div>
  );
}

function Inputs({ footprint, citation }: { footprint: Document; citation: string }) {
  const { phases, given, notes } = footprint;
  const table: Table = { head: ["Number", "Value", "Source"], rows: given.map((one) => [one.name, one.text, one.source]), numbers: [1] };
  const remarks = [...notes, ...phases.flatMap((phase) => phase.notes.map((note) => `${phase.name}: ${note}`))];
  const left = phases.filter((phase) => phase.left_out.length > 0);
  return (
    <Section id="inputs" kicker="Places and inputs" finding={given.length === 0 ? "Every number of the description has bounds" : `${given.length} ${given.length === 1 ? "number was" : "numbers were"} taken as exact, because no bounds are given`} note={given.length === 0 ? undefined : "The intervals do not include the uncertainty of these numbers."} table={given.length > 0 ? table : undefined} json={{ given, notes, phases: phases.map(({ name, places, left_out }) => ({ name, places, left_out })) }} citation={citation}>
      <dl class="pairs">
        {phases.map((phase) => (
          <div key={phase.id}>
            <dt>
              <bdi>{phase.name}</bdi>
            </dt>
            <dd>
              {phase.places.map((place) => (
                <p key={place}>{thin(place)}</p>
              ))}
              {phase.runs > 0 && <p>{phase.runs === 1 ? "one recorded run" : `${phase.runs} recorded runs`}</p>}
              {phase.left_out.length > 0 && <p class="quiet">not described: {phase.left_out.join(", ")}</p>}
            </dd>
          </div>
        ))}
      </dl>
      {left.length > 0 && <p class="small quiet">What is not described is left out of the figures; it is not zero.</p>}
      {remarks.length > 0 && (
        <ul class="remarks small">
          {remarks.map((note) => (
            <li key={note}>{thin(note)}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}
