import { useState } from "preact/hooks";
import type { Report, ReportBoundary, ReportPlace } from "../payload";
import { formatPercent, thin } from "../shared/format";
import { QualityLegend } from "../shared/quality";
import { DataTable, type Table } from "../shared/section";
import { Warnings } from "../shared/warnings";

/** The answer: the figure, one sentence, its boundary, where the energy went, and what it rests on. */
export function Answer({ report, boundary, onReset }: { report: Report; boundary: ReportBoundary | null; onReset: () => void }) {
  const { answer, run } = report;
  const figure = boundary?.emissions ?? answer.total;
  return (
    <>
      <div class="headline" id="answer">
        <span class="number" title={`${figure.value} ${figure.unit}`}>
          {thin(figure.text)}
        </span>
        <span class="range">{figure.interval}</span>
        <Definition word={figure.place} text={figure.boundary} />
      </div>
      {boundary && (
        <p class="changed" role="status">
          Shown in the boundary “{boundary.name}”: {boundary.definition}{" "}
          <button type="button" class="plain" onClick={onReset}>
            back to the answer
          </button>
        </p>
      )}
      <h1>{thin(answer.sentence)}</h1>
      <p class="boundary-line">{answer.boundary}.</p>
      <Where report={report} />
      <dl class="facts">
        <div>
          <dt>Time</dt>
          <dd>
            {run.duration_text}
            <small>
              {run.samples > 0 ? `${run.samples.toLocaleString("en")} samples` : "no samples"}
              {run.gaps.length > 0 && `, ${run.gaps.length} ${run.gaps.length === 1 ? "gap" : "gaps"}`}
            </small>
          </dd>
        </div>
        <Place name="Grid" place={answer.grid} />
        <Place name="PUE of the facility" place={answer.pue} />
        <div>
          <dt>Hardware</dt>
          <dd>
            {answer.embodied ? thin(answer.embodied.text) : "unknown"}
            <small>{answer.embodied ? "this run's share of manufacturing it, in the answer" : "its manufacturing is left out, not zero"}</small>
          </dd>
        </div>
        {answer.water && (
          <div>
            <dt>Water</dt>
            <dd>
              {thin(answer.water.text)} <span class="quiet">{answer.water.interval}</span>
              <small>on site and in generation</small>
            </dd>
          </div>
        )}
      </dl>
      <Warnings warnings={report.warnings} />
    </>
  );
}

function Place({ name, place }: { name: string; place: ReportPlace }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {place.text}
        <small>
          {place.name && `${place.name}: `}
          {place.how}
        </small>
      </dd>
    </div>
  );
}

/** A small word beside a figure that opens its definition. */
export function Definition({ word, text }: { word: string; text: string }) {
  const [open, setOpen] = useState(false);
  return (
    <span>
      <button type="button" class="definition" aria-expanded={open} onClick={() => setOpen(!open)}>
        {word}
      </button>
      {open && <span class="small quiet"> {text}</span>}
    </span>
  );
}

/** Where the facility energy went: the components, and what the facility adds. */
function Where({ report }: { report: Report }) {
  const { answer } = report;
  const overhead = Math.max(0, answer.energy.value - answer.it_energy.value);
  const pueQuality = answer.pue.quality;
  const parts = [
    ...answer.components
      .filter((part) => part.kwh > 0)
      .map((part) => ({ key: part.component, name: part.name, kwh: part.kwh, quality: part.quality })),
    ...(overhead > 0 ? [{ key: "overhead", name: "facility overhead (PUE)", kwh: overhead, quality: pueQuality }] : []),
  ];
  const total = parts.reduce((sum, part) => sum + part.kwh, 0);
  if (total <= 0) return null;
  const share = (kwh: number): string => formatPercent(kwh / total);
  return (
    <figure class="where">
      <div class="bar-row" role="img" aria-label={`Where the energy went: ${parts.map((part) => `${part.name} ${share(part.kwh)}`).join(", ")}`}>
        {parts.map((part) => (
          <span key={part.name} class={`fill-${part.key} q-${part.quality}`} style={{ flexGrow: part.kwh / total, flexBasis: 0 }} title={`${part.name} ${share(part.kwh)}`} />
        ))}
      </div>
      <figcaption>
        <ul class="legend">
          {parts.map((part) => (
            <li key={part.name}>
              <span class={`swatch fill-${part.key} q-${part.quality}`} aria-hidden="true" />
              {part.name} {share(part.kwh)}
            </li>
          ))}
        </ul>
        <div class="quality-line">
          <QualityLegend />
        </div>
      </figcaption>
      <details class="twin">
        <summary>
          As a table<span class="visually-hidden">: where the energy went</span>
        </summary>
        <DataTable table={componentTable(report)} name="Energy by component" />
      </details>
    </figure>
  );
}

const componentTable = (report: Report): Table => ({
  head: ["Component", "IT energy", "Share", "Quality"],
  rows: [
    ...report.answer.components.map((part) => [part.name, part.text, `${(part.share * 100).toFixed(1)} %`, part.quality]),
    ["IT energy of the job", `${report.answer.it_energy.text} ${report.answer.it_energy.interval}`, "100 %", report.answer.it_energy.quality],
    ["facility energy", `${report.answer.energy.text} ${report.answer.energy.interval}`, "", report.answer.energy.quality],
  ],
  numbers: [1, 2],
});
