import { useState } from "preact/hooks";
import { FootprintPage as Footprint } from "../footprint/FootprintPage";
import type { FootprintPage as Document } from "../footprint/payload";
import { IsPart } from "../shared/frame";
import { PageHead, ProblemBox, Skeleton } from "./parts";
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
  const [state, setState] = useState<{ data: Document | null; problem: Problem | null; isLoading: boolean }>({ data: null, problem: null, isLoading: false });
  const [isOver, setOver] = useState(false);
  // Each answer begins anew, with its first choices.
  const [number, setNumber] = useState(0);
  const send = async (description: string): Promise<void> => {
    setState({ data: null, problem: null, isLoading: true });
    try {
      const data = await ask<Document>("/api/v1/footprint/report", { method: "POST", headers: { "Content-Type": "application/yaml" }, body: description });
      setNumber((old) => old + 1);
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
      <PageHead title="Footprint of a life" heading="Footprint of a model's whole life" isQuiet={life !== null}>
        <p class="boundary-line">Paste a description, or drop its file: data, trainings, experiments, deployment. Nothing of it is kept, and files that it names are not read.</p>
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
          {life && (
            <div class="run-page part">
              <IsPart.Provider value={true}>
                <Footprint key={number} footprint={life} />
              </IsPart.Provider>
            </div>
          )}
          {!life && !state.problem && !state.isLoading && (
            <p class="quiet">
              As JSON it is the answer of <code>POST /api/v1/footprint</code>, which <code>tonne footprint FILE --json</code> prints; docs/formats/footprint.md has every key, and examples/footprints has whole lives.
            </p>
          )}
        </div>
      </div>
    </>
  );
}
