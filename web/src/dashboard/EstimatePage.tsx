import { useEffect, useRef, useState } from "preact/hooks";
import type { InferenceEstimateDocument, QuantityDocument, Source, TaskEstimateDocument, TrainingEstimateDocument, Warning } from "../documents";
import { formatValue, thin } from "../shared/format";
import { DataTable } from "../shared/section";
import { capital, describeQuantity, Empty, Intervals, JsonLink, PageHead, ProblemBox, Skeleton, SourceList, textOf, WarningLine } from "./parts";
import { useDocument } from "./request";
import { open, type Place } from "./router";
import { oneLine } from "./text";

interface Field {
  name: string;
  label: string;
  hint?: string;
  example?: string;
  /** Catalog whose rows are suggested. */
  suggest?: "models" | "zones" | "hardware";
  options?: readonly (readonly [string, string])[];
}

const where: Field[] = [
  { name: "zone", label: "Grid zone", suggest: "zones", example: "FR or France", hint: "without one the mean of the world" },
  { name: "pue", label: "PUE of the facility", example: "1.2", hint: "facility energy ÷ IT energy; without one an industry mean" },
];

const forms: Record<"training" | "inference", { first: Field[]; more: Field[] }> = {
  training: {
    first: [
      { name: "model", label: "Model", suggest: "models", example: "llama-3.1-8b", hint: "or give its parameters below" },
      { name: "tokens", label: "Tokens to train on", example: "300B" },
      { name: "hardware", label: "Accelerators", suggest: "hardware", example: "h100, a100", hint: "several, with commas, are compared" },
      ...where,
    ],
    more: [
      { name: "parameters", label: "Parameters", example: "7B", hint: "in the place of the model" },
      { name: "active-parameters", label: "Parameters used per token", example: "all", hint: "for a mixture of experts" },
      { name: "chips", label: "Number of accelerators", example: "64" },
      { name: "hours", label: "Hours of one run", example: "100" },
      { name: "runs", label: "Number of runs", example: "1", hint: "failed runs and experiments too" },
      { name: "tune", label: "Fine-tuning", options: [["", "no, from the start"], ["lora", "LoRA"], ["full", "of all parameters"]] },
      { name: "precision", label: "Number format", example: "bf16" },
      { name: "like", label: "Repeats the training of", suggest: "models", example: "Llama 3.1 8B", hint: "narrows the bounds" },
    ],
  },
  inference: {
    first: [
      { name: "model", label: "Model", suggest: "models", example: "llama-3.1-70b", hint: "or give its parameters below" },
      { name: "output-tokens", label: "Tokens of an answer", example: "400" },
      { name: "requests-per-day", label: "Requests per day", example: "10000", hint: "adds the time in which the hardware waits" },
      { name: "hardware", label: "Accelerators", suggest: "hardware", example: "h100", hint: "several, with commas, are compared" },
      ...where,
    ],
    more: [
      { name: "parameters", label: "Parameters", example: "7B", hint: "in the place of the model" },
      { name: "prompt-tokens", label: "Tokens of a prompt", example: "300" },
      { name: "reasoning-tokens", label: "Tokens written to reason", example: "2000" },
      { name: "cached-tokens", label: "Prompt tokens from a cache", example: "0" },
      { name: "batch", label: "Requests served together", example: "32" },
      { name: "gpus", label: "GPUs per copy of the model", example: "the fewest that hold it" },
      { name: "requests", label: "Number of requests, for a total", example: "1000000" },
      { name: "task", label: "Another task than text", example: "image-generation" },
    ],
  },
};

/** Energy and emissions before they are spent: a form whose address is a permanent link to the answer. */
export function EstimatePage({ kind, place }: { kind: "training" | "inference"; place: Place }) {
  const form = forms[kind];
  const names = [...form.first, ...form.more].map((field) => field.name);
  const query = new URLSearchParams([...place.query].filter(([, value]) => value.trim() !== ""));
  const address = query.size > 0 ? `/api/v1/estimates/${kind}?${query}` : null;
  const answer = useDocument<TrainingEstimateDocument & InferenceEstimateDocument & TaskEstimateDocument>(address, { keep: true });
  const [values, setValues] = useState<Record<string, string>>({});
  useEffect(() => setValues(Object.fromEntries(names.map((name) => [name, place.query.get(name) ?? ""]))), [place.query.toString(), kind]);
  const submit = (event: Event): void => {
    event.preventDefault();
    const next = new URLSearchParams();
    for (const name of names) {
      const value = (values[name] ?? "").trim();
      if (value !== "") next.set(name, value);
    }
    // What the form does not have, such as a region, stays in the address.
    for (const [name, value] of place.query) if (!names.includes(name)) next.append(name, value);
    open(`/estimate/${kind}?${next}`);
  };
  const set = (name: string, value: string): void => setValues({ ...values, [name]: value });
  const field = (one: Field) => <FormField key={one.name} field={one} value={values[one.name] ?? ""} onChange={(value) => set(one.name, value)} />;
  const hasMore = form.more.some((one) => place.query.has(one.name));
  return (
    <>
      <PageHead title={`Estimate of ${kind}`} heading={`Estimate of ${kind}, before it runs`}>
        <p class="boundary-line">The address of this page is a permanent link: it holds the whole question.</p>
      </PageHead>
      <nav class="switch" aria-label="What is estimated" style={{ marginTop: "16px" }}>
        {(["training", "inference"] as const).map((one) => (
          <a key={one} href={`/estimate/${one}`} aria-current={kind === one ? "page" : undefined}>
            {one}
          </a>
        ))}
      </nav>
      <div class="split">
        <form class="form" onSubmit={submit} aria-label="Question">
          {form.first.map(field)}
          <details class="twin" open={hasMore}>
            <summary>More</summary>
            <div class="form" style={{ marginTop: "12px" }}>
              {form.more.map(field)}
            </div>
          </details>
          <div class="row">
            <button type="submit" class="button">
              Estimate
            </button>
            {query.size > 0 && <a href={`/estimate/${kind}`}>Clear</a>}
          </div>
        </form>
        <div class="result" aria-live="polite" aria-busy={answer.isLoading}>
          {answer.problem ? (
            <ProblemBox problem={answer.problem} />
          ) : address === null ? (
            <Example kind={kind} />
          ) : answer.data ? (
            kind === "training" ? (
              <TrainingResult document={answer.data} json={address} />
            ) : (
              <InferenceResult document={answer.data} json={address} />
            )
          ) : (
            <Skeleton height={420} label="The estimate" />
          )}
        </div>
      </div>
    </>
  );
}

function Example({ kind }: { kind: "training" | "inference" }) {
  const examples: readonly (readonly [string, string])[] =
    kind === "training"
      ? [
          ["Llama 3.1 8B on one trillion tokens, H100 or A100, in France", "model=llama-3.1-8b&tokens=1T&hardware=h100,a100&zone=FR"],
          ["Fine-tuning of a model of 7 billion parameters with LoRA on one A100", "parameters=7B&tokens=50M&hardware=a100&tune=lora&zone=SE"],
        ]
      : [
          ["Llama 3.1 70B, answers of 400 tokens, 10,000 requests a day", "model=llama-3.1-70b&hardware=h100&output-tokens=400&requests-per-day=10000&zone=FR"],
          ["The same on H100 and on A100", "model=llama-3.1-70b&hardware=h100,a100&output-tokens=400"],
        ];
  return (
    <Empty title="Fill in the form, or begin with an example">
      {examples.map(([text, query]) => (
        <p key={query}>
          <a href={`/estimate/${kind}?${query}`}>{text}</a>
        </p>
      ))}
      <p class="quiet">
        At the command line: <code>tonne estimate {kind} --help</code>
      </p>
    </Empty>
  );
}

interface CatalogRow {
  id: string;
  name: string;
  unit: string;
}

function FormField({ field, value, onChange }: { field: Field; value: string; onChange: (value: string) => void }) {
  const [isTouched, setTouched] = useState(false);
  const rows = useDocument<{ rows: CatalogRow[] }>(field.suggest && isTouched ? `/api/v1/catalogs/${field.suggest}` : null);
  const id = useRef(`of-${field.name}`);
  if (field.options) {
    return (
      <label class="field">
        {field.label}
        <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {field.options.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <label class="field">
      {field.label}
      <input
        name={field.name}
        value={value}
        placeholder={field.example}
        autocomplete="off"
        spellcheck={false}
        list={field.suggest ? id.current : undefined}
        onFocus={() => setTouched(true)}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {field.hint && <small>{field.hint}</small>}
      {field.suggest && (
        <datalist id={id.current}>
          {suggestions(field.suggest, rows.data?.rows ?? [], value).map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </label>
  );
}

/** Names that an estimate understands, from the rows of a catalog. In a list with commas the last word is completed. */
export function suggestions(kind: "models" | "zones" | "hardware", rows: readonly CatalogRow[], value: string): string[] {
  if (kind === "models") return unique(rows.filter((row) => row.id.startsWith("model/") || row.unit === "parameters").map((row) => row.name));
  if (kind === "zones") return unique(rows.map((row) => row.name.replace(/^[A-Z-]+ /, "").trim() || row.name));
  const before = value.includes(",") ? value.slice(0, value.lastIndexOf(",") + 1) : "";
  return unique(rows.filter((row) => row.id.startsWith("gpu/")).map((row) => row.name.replace(/, [^,]*$/, ""))).map((name) => before + name);
}

const unique = (names: readonly string[]): string[] => [...new Set(names)].slice(0, 400);

function Headline({ emissions, unit, energy, energyUnit, what }: { emissions: QuantityDocument; unit: string; energy: QuantityDocument; energyUnit: string; what: string }) {
  const [emitted, used] = [textOf(emissions, unit), textOf(energy, energyUnit)];
  return (
    <>
      <div class="headline">
        <span class="number" title={`${emissions.value} ${unit}`}>
          {thin(emitted.text)}
        </span>
        <span class="range">{emitted.interval}</span>
      </div>
      <p>
        {what} would use {thin(used.text)} {used.interval} and emit {thin(emitted.text)} {emitted.interval}.
      </p>
      <p class="boundary-line">
        {capital(describeQuantity(emissions))}; interval of 95 %.
      </p>
    </>
  );
}

function TrainingResult({ document, json }: { document: TrainingEstimateDocument; json: string }) {
  const all = (document.estimates ?? [document]) as unknown as TrainingEstimateDocument[];
  const choice = document.efficient_choice;
  const chips = textOf(document.chip_hours, "h");
  return (
    <>
      <Headline emissions={document.emissions_kg.total!} unit="kg CO2e" energy={document.facility_energy_kwh} energyUnit="kWh" what={`${document.runs > 1 ? `${document.runs} runs` : "This training"} on ${document.hardware}`} />
      <p>
        <JsonLink address={json} of="this estimate" />
      </p>
      {choice && (
        <p class="callout">
          {oneLine(choice.hardware)} needs the least energy: the next one {Number(choice.second_over_first.value.toPrecision(3))} times as much ({Number(choice.second_over_first.low.toPrecision(2))}–
          {Number(choice.second_over_first.high.toPrecision(2))}){choice.clear ? "" : ", which is not certain: the interval has 1 in it"}.
        </p>
      )}
      {all.length > 1 && (
        <section>
          <h2>Emissions by accelerator</h2>
          <Intervals name="Emissions by accelerator" unit="kg CO2e" rows={all.map((one) => ({ name: one.hardware, quantity: one.emissions_kg.total! }))} />
        </section>
      )}
      <section>
        <h2>What it is made of</h2>
        <DataTable
          name="What the estimate is made of"
          table={{
            head: ["", "Value", "Interval", "Boundary"],
            rows: [
              ...(document.flops_per_run ? [["Operations", formatValue(document.flops_per_run, "1", 3), "", "floating-point operations of a run"]] : []),
              ...(document.utilisation ? [["Utilisation", `${(document.utilisation.value * 100).toFixed(0)} %`, `(${(document.utilisation.low * 100).toFixed(0)}–${(document.utilisation.high * 100).toFixed(0)})`, "of the 16-bit peak, as similar trainings"]] : []),
              ["Accelerator-hours", chips.text, chips.interval, describeQuantity(document.chip_hours)],
              row("IT energy", document.energy_kwh, "kWh"),
              row("Facility energy", document.facility_energy_kwh, "kWh"),
              row("Operational emissions", document.emissions_kg.operational!, "kg CO2e"),
              ...(document.emissions_kg.embodied ? [row("Embodied emissions", document.emissions_kg.embodied, "kg CO2e")] : []),
              ...(document.water_l ? [row("Water", document.water_l, "L")] : []),
              row("Carbon intensity", document.grid.intensity_g_per_kwh, "g CO2e/kWh"),
            ],
            numbers: [1, 2],
            texts: [3],
          }}
        />
      </section>
      <Rest assumptions={document.assumptions} sources={document.sources} warnings={document.warnings} />
    </>
  );
}

const row = (name: string, quantity: QuantityDocument, unit: string): string[] => {
  const { text, interval } = textOf(quantity, unit);
  return [name, thin(text), interval, describeQuantity(quantity)];
};

function InferenceResult({ document, json }: { document: InferenceEstimateDocument & TaskEstimateDocument; json: string }) {
  // The fields of the best hardware stand at the top of the document as well; a measured task has only these.
  const best = (document.estimates?.[0] ?? document) as unknown as TaskEstimateDocument & InferenceEstimateDocument["estimates"][number];
  const emissions = inKilograms(best.emissions_g_per_request);
  const energy = inKilowattHours(best.facility_energy_wh_per_request);
  const names: Record<string, string> = { in_all: "in all", per_day: "per day", per_year: "per year" };
  return (
    <>
      <Headline emissions={emissions} unit="kg CO2e" energy={energy} energyUnit="kWh" what={`One request on ${best.gpus && best.gpus > 1 ? `${best.gpus} × ` : ""}${best.hardware}`} />
      <p>
        <JsonLink address={json} of="this estimate" />
      </p>
      {document.estimates && document.estimates.length > 1 && (
        <section>
          <h2>Emissions of a request by accelerator</h2>
          <Intervals name="Emissions of a request by accelerator" unit="kg CO2e" rows={document.estimates.map((one) => ({ name: one.hardware, quantity: inKilograms(one.emissions_g_per_request as QuantityDocument) }))} />
        </section>
      )}
      <section>
        <h2>What it is made of</h2>
        <DataTable
          name="What the estimate is made of"
          table={{
            head: ["", "Value", "Interval", "Boundary"],
            rows: [
              ...(best.gpu_energy_j_per_output_token ? [row("GPU energy per output token", best.gpu_energy_j_per_output_token as QuantityDocument, "J")] : []),
              ...(best.gpu_energy_wh_per_request ? [row("GPU energy per request", inKilowattHours(best.gpu_energy_wh_per_request as QuantityDocument), "kWh")] : []),
              ...(best.waiting_energy_wh_per_request ? [row("Energy while it waits, per request", inKilowattHours(best.waiting_energy_wh_per_request as QuantityDocument), "kWh")] : []),
              row("IT energy per request", inKilowattHours(best.it_energy_wh_per_request as QuantityDocument), "kWh"),
              row("Facility energy per request", energy, "kWh"),
              row("Operational emissions per request", inKilograms(best.operational_g_per_request as QuantityDocument), "kg CO2e"),
              row("Embodied emissions per request", inKilograms(best.embodied_g_per_request as QuantityDocument), "kg CO2e"),
              ...best.totals.flatMap((total) => [
                row(`Facility energy ${names[total.name] ?? total.name}`, total.facility_energy_kwh as QuantityDocument, "kWh"),
                row(`Emissions ${names[total.name] ?? total.name}`, total.emissions_kg as QuantityDocument, "kg CO2e"),
              ]),
            ],
            numbers: [1, 2],
            texts: [3],
          }}
        />
      </section>
      <Rest assumptions={best.assumptions as string[]} sources={best.sources as Source[]} warnings={[]} />
    </>
  );
}

const scaled = (quantity: QuantityDocument, factor: number): QuantityDocument => ({ ...quantity, value: quantity.value * factor, low: quantity.low * factor, high: quantity.high * factor });
const inKilograms = (grams: QuantityDocument): QuantityDocument => scaled(grams, 1e-3);
const inKilowattHours = (wattHours: QuantityDocument): QuantityDocument => scaled(wattHours, 1e-3);

function Rest({ assumptions, sources, warnings }: { assumptions: readonly string[]; sources: readonly Source[]; warnings: readonly Warning[] }) {
  return (
    <section>
      <h2>What is assumed</h2>
      <ul class="assumptions">
        {assumptions.map((text) => (
          <li key={text}>{oneLine(text)}</li>
        ))}
      </ul>
      {warnings.length > 0 && (
        <div class="warnings">
          {warnings.map((warning) => (
            <WarningLine key={warning.text} {...warning} />
          ))}
        </div>
      )}
      <SourceList sources={sources} />
    </section>
  );
}
