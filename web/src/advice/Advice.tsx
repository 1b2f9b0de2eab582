import { useState } from "preact/hooks";
import type { AdviceDocument, AdviceDocumentLeverPart, AdviceDocumentSavingPart } from "../documents";
import { formatBounds, thin } from "../shared/format";
import { Patterns, qualityStyle } from "../shared/quality";
import { niceStep } from "../shared/scale";
import { copyText, Section, type Table } from "../shared/section";

/** Least expected saving of a lever that is not certain and has a line of its own, as at the command line. */
const leastShown = 0.01;

/** How to reduce the emissions of a run: the levers ranked, what they give together, what is not certain, and what is not known. */
export function Advice({ advice, times, citation }: { advice: AdviceDocument; times: string; citation: string }) {
  const uncertain = advice.not_certain.filter((lever) => lever.saving.value >= leastShown);
  const scale = scaleOf([...advice.levers, ...uncertain].map((lever) => lever.saving));
  const hidden = advice.not_certain.length - uncertain.length;
  return (
    <Section
      id="advice"
      kicker="How to reduce it"
      finding={findingOf(advice)}
      note={`Savings are shares of the operational, location-based emissions of this run; hardware manufacturing is not in them. Savings do not add up: what is left is multiplied. ${times}`}
      table={advice.levers.length + advice.not_certain.length > 0 ? tableOf(advice) : undefined}
      json={advice}
      citation={citation}
      tall
    >
      {advice.levers.length > 0 && (
        <ol class="levers">
          {advice.levers.map((lever, i) => (
            <Lever key={i} id={`lever-${i}`} rank={`${i + 1}`} lever={lever} advice={advice} scale={scale} />
          ))}
        </ol>
      )}
      {advice.combined && (
        <p class="callout">
          Together: <b>{percent(advice.combined.saving)}</b> {interval(advice.combined.saving)}, {kilograms(advice, advice.combined.saving)}, with {listed(advice.combined.levers)}.
        </p>
      )}
      {uncertain.length > 0 && (
        <>
          <h3 class="levers-head">Not certain: the interval includes zero</h3>
          <ul class="levers">
            {uncertain.map((lever, i) => (
              <Lever key={i} id={`lever-uncertain-${i}`} rank="?" lever={lever} advice={advice} scale={scale} />
            ))}
          </ul>
        </>
      )}
      {hidden > 0 && <p class="fact-note">{hidden} more, of less than 1 % each, are in the table and in the JSON.</p>}
      {advice.not_known.length > 0 && (
        <>
          <h3 class="levers-head">Not known for this work</h3>
          <ul class="levers unknown">
            {advice.not_known.map((one, i) => (
              <li key={i}>
                <p>
                  <b>
                    <bdi>{capital(one.name)}</bdi>
                  </b>
                  <span class="quiet">
                    : <bdi>{one.why}</bdi>. Try:
                  </span>
                </p>
                <Command text={one.command_text} />
              </li>
            ))}
          </ul>
        </>
      )}
      {advice.market_based.map((sentence, i) => (
        <p key={i} class="fact-note">
          Market-based: {sentence}
        </p>
      ))}
    </Section>
  );
}

function Lever({ id, rank, lever, advice, scale }: { id: string; rank: string; lever: AdviceDocumentLeverPart; advice: AdviceDocument; scale: SavingScale }) {
  const { saving } = lever;
  return (
    <li>
      <div class="lever-head">
        <p class="lever-name">
          <span class="quiet" aria-hidden="true">
            {rank}
          </span>{" "}
          <b>
            <bdi>{capital(lever.part_share < 1 ? `${lever.part}: ${lever.name}` : lever.name)}</bdi>
          </b>
        </p>
        <p class="lever-saving">
          <data value={String(saving.value)} title={`${saving.value} (${saving.low} to ${saving.high})`}>
            {percent(saving)}
          </data>{" "}
          <span class="quiet">
            {interval(saving)} · {kilograms(advice, saving)}
          </span>
        </p>
      </div>
      <SavingBar id={id} lever={lever} scale={scale} />
      <p class="lever-facts">
        <span>
          <span class={`mark q-${qualityOf(lever.basis)}`} aria-hidden="true" /> {lever.basis}
        </span>
        <span>effort: {lever.effort}</span>
      </p>
      <p class="small">{lever.sentence}</p>
      <Command text={lever.command_text} />
      {!isSame(lever.saving_by_command, saving) && (
        <p class="fact-note">
          The command gives {percent(lever.saving_by_command)} {interval(lever.saving_by_command)} of what it is about.
        </p>
      )}
      <details>
        <summary>
          Basis<span class="visually-hidden"> of: {lever.name}</span>
        </summary>
        <p class="small">
          {capital(lever.basis)}: {lever.basis_text}. <a href="#derivation">The derivation of this run</a>
        </p>
        {lever.sources.length > 0 && (
          <ul class="lever-sources">
            {lever.sources.map((source) => (
              <li key={source.id}>
                {source.link ? (
                  <a href={source.link} rel="noreferrer noopener" target="_blank">
                    {source.title}
                  </a>
                ) : (
                  source.title
                )}
                {source.year ? ` (${source.year})` : ""}
                {source.licence ? `, ${source.licence}` : ""}
              </li>
            ))}
          </ul>
        )}
      </details>
    </li>
  );
}

/** What is typed, with a button that copies it. */
function Command({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await copyText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <p class="lever-command">
      <code>{text}</code>
      <button type="button" class="plain" onClick={copy}>
        {isCopied ? "Copied" : "Copy"}
        <span class="visually-hidden">: {text}</span>
      </button>
      <span class="visually-hidden" role="status">
        {isCopied ? "Command copied" : ""}
      </span>
    </p>
  );
}

/** One scale of all savings: from the least to the most, with zero. */
export interface SavingScale {
  from: number;
  to: number;
  ticks: number[];
}

export function scaleOf(savings: readonly AdviceDocumentSavingPart[]): SavingScale {
  // A loss of more than all is not drawn further: only that it is possible matters.
  const least = Math.max(-1, Math.min(0, ...savings.map((saving) => saving.low)));
  const most = Math.max(0.01, ...savings.map((saving) => saving.high));
  const step = niceStep((most - least) / 5);
  const [from, to] = [Math.floor(least / step + 1e-9) * step, Math.ceil(most / step - 1e-9) * step];
  const ticks: number[] = [];
  for (let i = Math.round(from / step); i <= Math.round(to / step); i++) ticks.push(i * step);
  return { from, to, ticks };
}

const barWidth = 600;

function SavingBar({ id, lever, scale }: { id: string; lever: AdviceDocumentLeverPart; scale: SavingScale }) {
  const { saving } = lever;
  const at = (share: number): number => ((Math.min(scale.to, Math.max(scale.from, share)) - scale.from) / (scale.to - scale.from)) * barWidth;
  const [low, best, high] = [at(saving.low), at(saving.value), at(saving.high)];
  return (
    <div class="lever-bar" role="img" aria-label={`${lever.name}: saves ${percent(saving)} ${interval(saving)}, on a scale from ${percentOf(scale.from)} to ${percentOf(scale.to)}`}>
      <svg viewBox={`0 0 ${barWidth} 20`} preserveAspectRatio="none">
        <Patterns id={id} colour="var(--accent)" />
        {scale.ticks.map((tick) => (
          <line key={tick} class="axis" x1={at(tick)} x2={at(tick)} y1="0" y2="20" />
        ))}
        <line x1={at(0)} x2={at(0)} y1="0" y2="20" style={{ stroke: "var(--strong-line)", strokeWidth: 1.5 }} />
        <rect x={low} y="4" width={Math.max(3, high - low)} height="12" rx="2" style={qualityStyle(id, qualityOf(lever.basis), "var(--accent)")} />
        <line x1={best} x2={best} y1="0" y2="20" style={{ stroke: "var(--text)", strokeWidth: 2.5 }} />
      </svg>
      <span class="lever-ticks" aria-hidden="true">
        <span>{percentOf(scale.from)}</span>
        <span>{percentOf(scale.to)}</span>
      </span>
    </div>
  );
}

/** The finding: the best lever and its saving, or that nothing is worth doing. */
export function findingOf(advice: AdviceDocument): string {
  const best = advice.levers[0];
  return advice.nothing_worth_doing || !best ? "Nothing worth doing here: no lever is certain to save 3 %" : `${capital(best.name)} saves ${percent(best.saving)} ${interval(best.saving)}`;
}

function tableOf(advice: AdviceDocument): Table {
  return {
    head: ["Lever", "Saving, %", "Low, %", "High, %", "Saving", "Effort", "Basis", "Command"],
    rows: [...advice.levers, ...advice.not_certain].map((lever) => [
      lever.name,
      ...[lever.saving.value, lever.saving.low, lever.saving.high].map((share) => number(share * 100)),
      formatBounds(massOf(advice, lever.saving), "kg CO2e").text,
      lever.effort,
      lever.basis,
      lever.command_text,
    ]),
    numbers: [1, 2, 3, 4],
    texts: [7],
  };
}

/** Cited figures are drawn as those that were not measured or modelled here. */
const qualityOf = (basis: string): string => (basis === "cited" ? "assumed" : basis);

const isSame = (one: AdviceDocumentSavingPart, other: AdviceDocumentSavingPart): boolean => one.value === other.value && one.low === other.low && one.high === other.high;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// As `tonne advise` writes them: at most one decimal, halves away from zero.
const number = (value: number): string => {
  const rounded = (Math.sign(value) * Math.round(Math.abs(value) * 10)) / 10;
  return (Object.is(rounded, -0) ? 0 : rounded).toString().replace("-", "−");
};

const percentOf = (share: number): string => `${number(share * 100)}\u202f%`;

/** A saving in per cent of the emissions. */
export const percent = (saving: AdviceDocumentSavingPart): string => percentOf(saving.value);

/** Its interval of 95 %; "to" stands between the ends, as they may be negative. */
export const interval = (saving: AdviceDocumentSavingPart): string => `(${number(saving.low * 100)} to ${number(saving.high * 100)}\u202f%)`;

const massOf = (advice: AdviceDocument, saving: AdviceDocumentSavingPart) => {
  const whole = advice.operational_emissions_kg.value;
  return { low: saving.low * whole, best: saving.value * whole, high: saving.high * whole };
};

/** A saving as mass, of the best value of the emissions. */
function kilograms(advice: AdviceDocument, saving: AdviceDocumentSavingPart): string {
  const { text, interval: bounds } = formatBounds(massOf(advice, saving), "kg CO2e");
  return thin(`${text} ${bounds.replace("–", " to ")}`.trim());
}

const listed = (names: readonly string[]): string => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);
