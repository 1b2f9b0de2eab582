import type { ReportEquivalent } from "../payload";

/** Everyday equivalents, at most three. */
export function Equivalents({ equivalents }: { equivalents: readonly ReportEquivalent[] }) {
  return (
    <div class="equivalents" style={{ marginTop: "8px" }}>
      {equivalents.map((one) => (
        <div key={one.name} class="equivalent">
          <b>{one.text}</b>
          {one.name} {one.interval}
          <span class="quiet">{one.definition}</span>
        </div>
      ))}
    </div>
  );
}
