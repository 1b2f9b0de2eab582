import type { ReportPrediction } from "../payload";
import { formatPercent, thin } from "../shared/format";
import { Section, type Table } from "../shared/section";
import { useWidth } from "../shared/width";

/** A prediction: layers from left to right, height by operations, shade by energy; the classes as bars, the text above. */
export function Prediction({ prediction, citation }: { prediction: ReportPrediction; citation: string }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const { layers, classes } = prediction;
  const most = Math.max(1, ...layers.map((layer) => layer.operations));
  const dearest = Math.max(1e-300, ...layers.map((layer) => layer.share));
  const [height, top] = [150, 8];
  const gap = layers.length > 30 ? 1 : 3;
  const step = width / layers.length;
  // A layer of few operations is still seen.
  const tall = (operations: number): number => Math.max(3, (operations / most) * height);
  const labelEvery = Math.max(1, Math.ceil(64 / step));
  const likeliest = classes[0];
  const table: Table = {
    head: ["Layer", "Does", "Shape", "Operations", "Time", "Energy", "Share"],
    rows: layers.map((layer) => [layer.name, layer.does, layer.shape, layer.operations_text, layer.time_text, layer.energy_text, formatPercent(layer.share)]),
    numbers: [3, 4, 5, 6],
  };
  return (
    <Section id="prediction" kicker="A prediction" finding={prediction.finding} note={`${prediction.note} A prediction took ${thin(prediction.energy_text)}.`} table={table} json={prediction} citation={citation}>
      <p class="predicted-text">
        {prediction.text === null ? <span class="quiet">the text is left out</span> : <bdi>“{prediction.text}”</bdi>}
      </p>
      <div ref={box}>
        <svg width="100%" height={top + height + 26} viewBox={`0 0 ${width} ${top + height + 26}`} role="img" aria-label={`${layers.length} layers from input to output: ${layers.map((layer) => `${layer.name}, ${layer.shape}, ${layer.operations_text} operations`).join("; ")}. Result: ${likeliest?.name} ${likeliest?.text}.`}>
          <line class="axis" x1="0" x2={width} y1={top + height} y2={top + height} />
          {layers.map((layer, i) => (
            <g key={i}>
              <rect x={i * step + gap / 2} y={top + height - tall(layer.operations)} width={Math.max(1, step - gap)} height={tall(layer.operations)} rx="2" style={{ fill: "var(--accent)", fillOpacity: 0.2 + 0.8 * (layer.share / dearest), stroke: "var(--accent)" }}>
                <title>{`${layer.name}: ${layer.does}, ${layer.shape}, ${layer.operations_text} operations, ${layer.time_text}, ${layer.energy_text}`}</title>
              </rect>
              {i % labelEvery === 0 && (
                <text x={i * step + gap / 2} y={top + height + 17}>
                  {layer.name}
                </text>
              )}
            </g>
          ))}
        </svg>
      </div>
      <ul class="legend" aria-label="Shade">
        <li>
          <span class="swatch" style={{ background: "color-mix(in srgb, var(--accent) 20%, var(--page))", outline: "1px solid var(--accent)" }} aria-hidden="true" /> little energy
        </li>
        <li>
          <span class="swatch" style={{ background: "var(--accent)" }} aria-hidden="true" /> most energy
        </li>
      </ul>
      <h3 style={{ marginTop: "16px" }}>Softmax: a probability for each class</h3>
      <div class="together" style={{ gap: "4px" }} role="img" aria-label={classes.map((one) => `${one.name} ${one.text}`).join(", ")}>
        {classes.map((one) => (
          <div key={one.name} class="part-row">
            <span>
              <bdi>{one.name}</bdi>
            </span>
            <span class="part-bar">
              <span style={{ width: `${one.probability * 100}%` }} />
            </span>
            <span class="n">
              <b>{one.text}</b>
            </span>
          </div>
        ))}
      </div>
    </Section>
  );
}
