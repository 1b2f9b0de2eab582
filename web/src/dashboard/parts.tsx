import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { QuantityDocument } from "../documents";
import { describeBoundary } from "../shared/boundary";
import { formatBounds, thin } from "../shared/format";
import type { Problem } from "./request";
import { oneLine } from "./text";

/**
 * The heading of a page; it names the window, and gets the focus when the page is opened from another. Where an answer below has
 * the heading of the first level, it is quiet.
 */
export function PageHead({ title, heading, isQuiet = false, children }: { title: string; heading?: ComponentChildren; isQuiet?: boolean; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${oneLine(title)} · tonne`;
  }, [title]);
  return (
    <header class="page-head">
      {isQuiet ? (
        <p id="top" tabIndex={-1} class="kicker">
          {heading ?? title}
        </p>
      ) : (
        <h1 id="top" tabIndex={-1} class={typeof (heading ?? title) === "string" ? undefined : "sentence"}>
          {heading ?? title}
        </h1>
      )}
      {children}
    </header>
  );
}

/** What prevents an answer: what, where, what to do. */
export function ProblemBox({ problem, onRetry }: { problem: Problem; onRetry?: (() => void) | undefined }) {
  return (
    <div class={problem.isOffline ? "warning" : "warning lost"} role="alert">
      <p>
        <b>
          <span aria-hidden="true">⚠ </span>
          {capital(problem.title)}
        </b>
      </p>
      <p>
        Where: <code>{problem.where}</code>
      </p>
      <p>{problem.status === 401 ? "Open the address that 'tonne serve' printed: it signs this browser in." : problem.remedy}</p>
      {onRetry && (
        <p>
          <button type="button" class="plain" onClick={onRetry}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Holds the place of something that is on its way, so that nothing jumps. */
export function Skeleton({ height, label }: { height: number; label: string }) {
  return (
    <div class="skeleton" style={{ height: `${height}px` }} role="status">
      <span class="visually-hidden">{label} is loading</span>
    </div>
  );
}

/** Nothing here yet, and what to type to fill it. */
export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** The address where what is shown is JSON. */
export function JsonLink({ address, of }: { address: string; of?: string }) {
  return (
    <a class="json" href={address}>
      JSON{of && <span class="visually-hidden"> of {of}</span>}
    </a>
  );
}

export interface Bounded {
  value: number;
  low: number;
  high: number;
}

export const textOf = (quantity: Bounded, unit: string, like?: number): { text: string; interval: string } =>
  formatBounds({ best: quantity.value, low: quantity.low, high: quantity.high }, unit, like);

/** A figure as text with its interval; the full value on hover. */
export function Figure({ quantity, unit, like }: { quantity: Bounded; unit: string; like?: number }) {
  const { text, interval } = textOf(quantity, unit, like);
  return (
    <span class="figure" title={`${quantity.value} ${unit} (${quantity.low} to ${quantity.high})`}>
      <b>{thin(text)}</b> <span class="quiet">{interval}</span>
    </span>
  );
}

/** Quality in words and as its pattern. */
export function QualityMark({ quality }: { quality: string }) {
  return (
    <span class="nowrap">
      <span class={`mark q-${quality}`} aria-hidden="true" /> {quality}
    </span>
  );
}

export { describeBoundary };

/** Boundary and quality of a quantity in a line. */
export const describeQuantity = (quantity: QuantityDocument): string => `${describeBoundary(quantity.boundary)}; ${quantity.quality}`;

/** A warning as the report shows it. */
export function WarningLine({ code, text, remedy }: { code: string; text: string; remedy?: string | null | undefined }) {
  return (
    <p class="warning">
      <b>
        <span aria-hidden="true">⚠ </span>
        {code.replaceAll("-", " ")}
      </b>{" "}
      {oneLine(text)} {remedy && <strong>{oneLine(remedy)}</strong>}
    </p>
  );
}
