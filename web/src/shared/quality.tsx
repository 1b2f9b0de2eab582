/** The three qualities, each with its pattern: shown once on the page. */
export function QualityLegend() {
  return (
    <ul class="legend" aria-label="How a figure is known">
      {(["measured", "modelled", "assumed"] as const).map((quality) => (
        <li key={quality}>
          <span class={`mark q-${quality}`} aria-hidden="true" />
          {quality}
        </li>
      ))}
    </ul>
  );
}

/** The patterns for drawings: `url(#hatch-cpu)` and others, for one colour each. */
export function Patterns({ id, colour }: { id: string; colour: string }) {
  return (
    <defs>
      <pattern id={`${id}-modelled`} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="8" height="8" style={{ fill: colour, fillOpacity: 0.55 }} />
        <rect width="5" height="8" style={{ fill: colour }} />
      </pattern>
    </defs>
  );
}

/** How a shape of a quality is filled and edged. */
export function qualityStyle(id: string, quality: string, colour: string): Record<string, string | number> {
  if (quality === "measured") return { fill: colour };
  if (quality === "modelled") return { fill: `url(#${id}-modelled)` };
  return { fill: colour, fillOpacity: 0.25, stroke: colour, strokeWidth: 1.5, strokeDasharray: "1.5 3", strokeLinecap: "round" };
}
