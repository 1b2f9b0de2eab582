import { useEffect, useRef, useState } from "preact/hooks";
import { EstimatePage as Estimate } from "../estimate/EstimatePage";
import type { EstimatePage as Document } from "../estimate/payload";
import { IsPart } from "../shared/frame";
import { Empty, JsonLink, PageHead, ProblemBox, Skeleton } from "./parts";
import { useDocument } from "./request";
import { open, type Place } from "./router";

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
  const answer = useDocument<Document>(address && address.replace("?", "/report?"), { keep: true });
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
      <PageHead title={`Estimate of ${kind}`} heading={`Estimate of ${kind}, before it runs`} isQuiet={answer.data !== null && answer.problem === null}>
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
            <div class="run-page part">
              <p>
                <JsonLink address={address} of="this estimate" />
              </p>
              <IsPart.Provider value={true}>
                <Estimate key={address} estimate={answer.data} />
              </IsPart.Provider>
            </div>
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
