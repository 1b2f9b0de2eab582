import { useState } from "preact/hooks";
import type { LifeCycleDocument, QuantityDocument } from "../documents";
import { formatPercent, thin } from "../shared/format";
import { DataTable } from "../shared/section";
import { capital, describeQuantity, Intervals, PageHead, ProblemBox, Skeleton, SourceList, textOf, WarningLine } from "./parts";
import { ask, Problem } from "./request";
import { oneLine } from "./text";

const maxBytes = 1024 * 1024;

const example = `# The numbers are made up; the factors come from the catalogs.
format: tonne.life/1
name: a model of seven billion parameters

place:
  region: gcp:europe-west9

phases:
  - name: experiments
    dynamic: {chip_hours: 52000, hardware: h100}
    hardware: [{item: h100}, {item: gpu server, chips_per_item: 8}]

  - name: training
    dynamic:
      hours: 620
      devices: 128
      power: {best: 940 W, low: 900 W, high: 985 W, quality: measured}
      hardware: h100
    hardware: [{item: h100}, {item: gpu server, chips_per_item: 8}]
    duration: 620 h

  - name: serving
    kind: deployment
    place: {zone: DE}
    dynamic:
      hours: 720
      devices: 16
      power: {best: 520 W, low: 430 W, high: 640 W}
      hardware: h100
    duration: 30 d
`;

/** The footprint of a whole life from a description; nothing of it is kept. */
export function FootprintPage() {
  const [text, setText] = useState("");
  const [state, setState] = useState<{ data: LifeCycleDocument | null; problem: Problem | null; isLoading: boolean }>({ data: null, problem: null, isLoading: false });
  const [isOver, setOver] = useState(false);
  const send = async (description: string): Promise<void> => {
    setState({ data: null, problem: null, isLoading: true });
    try {
      const data = await ask<LifeCycleDocument>("/api/v1/footprint", { method: "POST", headers: { "Content-Type": "application/yaml" }, body: description });
      setState({ data, problem: null, isLoading: false });
    } catch (error) {
      setState({ data: null, problem: error instanceof Problem ? error : new Problem(-1, String(error), "body", "Please report it."), isLoading: false });
    }
  };
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    if (file.size > maxBytes) {
      setState({ data: null, problem: new Problem(413, `the file has ${Math.round(file.size / 1024)} KiB`, oneLine(file.name), "A description has at most 1 MiB."), isLoading: false });
      return;
    }
    const content = await file.text();
    setText(content);
    await send(content);
  };
  const life = state.data;
  return (
    <>
      <PageHead title="Footprint of a life" heading={life ? oneLine(life.name) : "Footprint of a model's whole life"}>
        <p class="boundary-line">
          {life?.description ? oneLine(life.description) : "Paste a description, or drop its file: data, trainings, experiments, deployment. Nothing of it is kept, and files that it names are not read."}
        </p>
      </PageHead>
      <div class="split">
        <form
          class={isOver ? "form drop over" : "form drop"}
          aria-label="Description"
          onSubmit={(event) => {
            event.preventDefault();
            void send(text);
          }}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            void take(event.dataTransfer?.files[0]);
          }}
        >
          <label class="field">
            Description (YAML or JSON)
            <textarea rows={20} spellcheck={false} value={text} placeholder="format: tonne.life/1" onInput={(event) => setText(event.currentTarget.value)} />
          </label>
          <label class="field">
            or a file
            <input type="file" accept=".yaml,.yml,.json,text/plain" onChange={(event) => void take(event.currentTarget.files?.[0])} />
          </label>
          <div class="row">
            <button type="submit" class="button" disabled={text.trim() === ""}>
              Account
            </button>
            <button type="button" class="plain" onClick={() => setText(example)}>
              Take the example
            </button>
          </div>
        </form>
        <div class="result" aria-live="polite" aria-busy={state.isLoading}>
          {state.problem && <ProblemBox problem={state.problem} />}
          {state.isLoading && <Skeleton height={420} label="The footprint" />}
          {life && <Result life={life} />}
          {!life && !state.problem && !state.isLoading && (
            <p class="quiet">
              The result is the JSON of <code>POST /api/v1/footprint</code>, as <code>tonne footprint FILE --json</code> prints it; docs/formats/footprint.md has every key, and examples/footprints has whole lives.
            </p>
          )}
        </div>
      </div>
    </>
  );
}

const share = (value: number): string => formatPercent(value);

function Result({ life }: { life: LifeCycleDocument }) {
  const total = life.life.emissions_kg.total!;
  const [emitted, used] = [textOf(total, "kg CO2e"), textOf(life.life.facility_energy_kwh, "kWh")];
  const download = (): void => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(life, null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "footprint.json";
    link.click();
    URL.revokeObjectURL(url);
  };
  const line = (name: string, part: string, quantity: QuantityDocument, unit: string): string[] => {
    const { text, interval } = textOf(quantity, unit);
    return [name, part, thin(text), interval, quantity.quality];
  };
  return (
    <>
      <div class="headline">
        <span class="number" title={`${total.value} kg CO2e`}>
          {thin(emitted.text)}
        </span>
        <span class="range">{emitted.interval}</span>
      </div>
      <p>
        Its whole life used {thin(used.text)} {used.interval} and emitted {thin(emitted.text)} {emitted.interval}.
      </p>
      <p class="boundary-line">
        {capital(describeQuantity(total))}; interval of 95 %.
      </p>
      {life.dominates && (
        <p class="callout">
          {oneLine(life.phases.find((phase) => phase.id === life.dominates!.phase)?.name ?? life.dominates.phase)} is {share(life.dominates.share)} of it, and {oneLine(life.dominates.step)} is {share(life.dominates.step_share)} of that.
        </p>
      )}
      <p>
        <button type="button" class="plain" onClick={download}>
          Save the JSON
        </button>
      </p>
      <section>
        <h2>By phase</h2>
        <Intervals name="Emissions by phase" unit="kg CO2e" rows={life.phases.map((phase) => ({ name: `${oneLine(phase.name)} (${share(phase.share)})`, quantity: phase.figures.emissions_kg.total! }))} />
        <DataTable
          name="Figures by phase"
          table={{
            head: ["Phase", "Figure", "Value", "Interval", "Quality"],
            rows: life.phases.flatMap((phase) => [
              line(oneLine(phase.name), "facility energy", phase.figures.facility_energy_kwh, "kWh"),
              line("", "operational", phase.figures.emissions_kg.operational, "kg CO2e"),
              ...(phase.figures.emissions_kg.embodied ? [line("", "embodied", phase.figures.emissions_kg.embodied, "kg CO2e")] : []),
              line("", "in all", phase.figures.emissions_kg.total, "kg CO2e"),
            ]),
            numbers: [2, 3],
          }}
        />
      </section>
      <section>
        <h2>Boundaries, from the narrowest outwards</h2>
        <DataTable
          name="Boundaries"
          table={{
            head: ["Boundary", "Adds", "Emissions up to here", "Interval", "Quality"],
            rows: life.life.boundaries.map((step) => {
              const { text, interval } = textOf(step.emissions_kg, "kg CO2e");
              return [oneLine(step.step), thin(textOf(step.added_emissions_kg, "kg CO2e").text), thin(text), interval, step.emissions_kg.quality];
            }),
            numbers: [1, 2, 3],
          }}
        />
      </section>
      {life.outgrows.length > 0 && (
        <section>
          <h2>Break-even: use exceeds training</h2>
          <ul class="assumptions">
            {life.outgrows.map((one) => (
              <li key={one.by}>
                by {oneLine(one.by)}: after {Number(one.days.toPrecision(3))} days ({Number(one.low.toPrecision(2))}–{Number(one.high.toPrecision(2))}); {oneLine(one.counted)}
              </li>
            ))}
          </ul>
        </section>
      )}
      {(life.warnings.length > 0 || life.notes.length > 0 || life.taken_as_exact.length > 0) && (
        <section>
          <h2>What to know</h2>
          <div class="warnings" style={{ marginTop: "8px" }}>
            {life.warnings.map((warning) => (
              <WarningLine key={warning.text} {...warning} />
            ))}
          </div>
          <ul class="assumptions">
            {life.notes.map((note) => (
              <li key={note}>{oneLine(note)}</li>
            ))}
            {life.taken_as_exact.length > 0 && (
              <li>Taken as exact, because no bounds are given: {life.taken_as_exact.map((one) => `${oneLine(one.label)} (${`${Number(one.value.toPrecision(6))} ${one.unit === "1" ? "" : one.unit}`.trim()})`).join("; ")}.</li>
            )}
          </ul>
        </section>
      )}
      <SourceList sources={life.sources} />
    </>
  );
}
