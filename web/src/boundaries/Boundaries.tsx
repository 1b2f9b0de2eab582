import type { ReportBoundaries, ReportBoundary } from "../payload";
import { thin } from "../shared/format";
import { spaced, tickText } from "../shared/intervals";
import { Patterns, qualityStyle } from "../shared/quality";
import { inWords, scaleFor } from "../shared/scale";
import { Section, type Table } from "../shared/section";
import { useWidth } from "../shared/width";

/** The boundaries, each within the next: bars from low to high with a tick at best. One can be chosen for the page. */
export function Boundaries(props: { boundaries: ReportBoundaries; chosen: string | null; onChoose: (id: string | null) => void; citation: string }) {
  const { steps, finding } = props.boundaries;
  const scale = scaleFor(steps.map((step) => step.emissions));
  const like = steps.find((step) => step.is_headline)?.emissions.value;
  const [box, width] = useWidth<HTMLFieldSetElement>();
  const narrow = width < 620;
  const track = Math.max(80, narrow ? width - 18 : width - 132 - 176 - 24 - 18);
  return (
    <Section
      id="boundaries"
      kicker="Boundaries"
      finding={finding}
      note={`Emissions in each boundary, with their 95 % intervals${scale.isLog ? ", on a logarithmic scale" : ""}. Each contains the one above it. Choose one to see the answer in it.`}
      table={boundaryTable(steps)}
      json={props.boundaries}
      citation={props.citation}
    >
      <fieldset class="ladder" ref={box}>
        <legend class="visually-hidden">Boundary of the page</legend>
        {steps.map((step) => {
          const isChosen = props.chosen === null ? step.is_headline : props.chosen === step.id;
          const { emissions } = step;
          const colour = isChosen ? "var(--accent)" : "var(--strong-line)";
          const [from, to, best] = [emissions.low, emissions.high, emissions.value].map((value) => scale.at(value) * track) as [number, number, number];
          return (
            <button key={step.id} type="button" class="rung" aria-pressed={isChosen} title={step.definition} onClick={() => props.onChoose(step.is_headline ? null : step.id)}>
              <span>
                {step.name}
                {step.is_headline && <small>the answer</small>}
              </span>
              <span class="track-cell">
                <svg class="track" viewBox={`0 0 ${track} 28`} preserveAspectRatio="none" aria-hidden="true">
                  <Patterns id={`rung-${step.id}`} colour={colour} />
                  {scale.ticks.map((tick) => (
                    <line key={tick} class="axis" x1={scale.at(tick) * track} x2={scale.at(tick) * track} y1="0" y2="28" />
                  ))}
                  {!scale.isLog && <rect x="0" y="8" width={best} height="12" rx="2" style={{ fill: colour, fillOpacity: 0.16 }} />}
                  <rect x={from} y="8" width={Math.max(3, to - from)} height="12" rx="2" style={qualityStyle(`rung-${step.id}`, emissions.quality, colour)} />
                  <line x1={best} x2={best} y1="3" y2="25" style={{ stroke: "var(--text)", strokeWidth: 2.5 }} />
                </svg>
              </span>
              <span class="n">
                <b>{thin(emissions.text)}</b>
                <small>{emissions.interval}</small>
              </span>
            </button>
          );
        })}
        <div class="rung" style={{ cursor: "default", paddingTop: 0 }} aria-hidden="true">
          {!narrow && <span />}
          <span class="track-cell">
            <svg class="track" style={{ height: "18px" }} viewBox={`0 0 ${track} 18`}>
              {spaced(scale.ticks, (tick) => scale.at(tick) * track).map((tick, i) => {
                const at = scale.at(tick) * track;
                return (
                  <text key={tick} x={at} y="13" text-anchor={i === 0 && at < 30 ? "start" : at > track - 24 ? "end" : "middle"}>
                    {tickText(tick, "kg CO2e", like)}
                  </text>
                );
              })}
            </svg>
          </span>
        </div>
      </fieldset>
    </Section>
  );
}

const boundaryTable = (steps: readonly ReportBoundary[]): Table => ({
  head: ["Boundary", "Energy", "Emissions", "Quality", "What it includes"],
  rows: steps.map((step) => [step.name, step.energy ? inWords(step.energy) : "as above", inWords(step.emissions), step.emissions.quality, step.definition]),
  numbers: [1, 2],
  texts: [4],
});
