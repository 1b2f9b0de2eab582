import type { Warning } from "../payload";

/** Warnings, the most important three first and the others on demand. */
export function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  if (warnings.length === 0) return null;
  return (
    <div class="warnings" role="region" aria-label="Warnings">
      {warnings.slice(0, 3).map((warning) => (
        <WarningBox key={warning.text} {...warning} />
      ))}
      {warnings.length > 3 && (
        <details>
          <summary>{warnings.length - 3} more</summary>
          <div class="warnings">
            {warnings.slice(3).map((warning) => (
              <WarningBox key={warning.text} {...warning} />
            ))}
          </div>
        </details>
      )}
    </div>
  );
}

function WarningBox({ code, text, remedy }: Warning) {
  return (
    <p class="warning">
      <b>
        <span aria-hidden="true">⚠ </span>
        {code.replaceAll("-", " ")}
      </b>{" "}
      {text} {remedy && <strong>{remedy}</strong>}
    </p>
  );
}
