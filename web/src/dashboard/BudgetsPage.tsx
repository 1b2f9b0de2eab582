import type { BudgetDocument } from "../documents";
import { formatPercent, formatValue, thin } from "../shared/format";
import { Empty, JsonLink, PageHead, ProblemBox, Skeleton, textOf } from "./parts";
import { useDocument } from "./request";
import { count, oneLine } from "./text";

type BudgetPart = BudgetDocument["budgets"][number];

/** Budgets and what is used of them in the current period. */
export function BudgetsPage() {
  const budgets = useDocument<BudgetDocument>("/api/v1/budgets", { every: 30_000 });
  const { data } = budgets;
  return (
    <>
      <PageHead title="Budgets" heading={data ? headingOf(data.budgets) : "Budgets"}>
        {data && data.budgets.length > 0 && (
          <p class="boundary-line">
            Of the current period. <JsonLink address="/api/v1/budgets" of="the budgets" />
          </p>
        )}
      </PageHead>
      {budgets.problem && <ProblemBox problem={budgets.problem} onRetry={budgets.retry} />}
      {budgets.isLoading && <Skeleton height={160} label="The budgets" />}
      {data?.budgets.length === 0 && (
        <Empty title="Set one">
          <p>A limit of energy or emissions for a project, a person, an account or all, in a period:</p>
          <pre>tonne budget set --project vision 50kg/month</pre>
          <p>
            <code>tonne budget --help</code> has the options.
          </p>
        </Empty>
      )}
      {data && <BudgetRows budgets={data.budgets} level={2} />}
    </>
  );
}

function headingOf(budgets: readonly BudgetPart[]): string {
  if (budgets.length === 0) return "No budgets yet";
  const over = budgets.filter((one) => one.exceeded).length;
  if (over > 0) return `${count(over, "budget")} exceeded`;
  const warned = budgets.filter((one) => one.warning !== null).length;
  return warned > 0 ? `Every budget is kept; ${warned.toLocaleString("en")} ${warned === 1 ? "has" : "have"} reached a warning` : "Every budget is kept";
}

/** Each budget with what is used, its warning, and what is expected at the end of the period. */
export function BudgetRows({ budgets, level }: { budgets: readonly BudgetPart[]; level: 2 | 3 }) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <>
      {budgets.map((one, i) => {
        const used = textOf(one.used, one.unit);
        const kind = one.exceeded ? " over" : one.warning !== null ? " warned" : "";
        const forecast = one.forecast && textOf(one.forecast, one.unit);
        return (
          <section key={i} aria-labelledby={`budget-${i}`} class={level === 3 ? "budget" : undefined}>
            <Heading id={`budget-${i}`}>
              {oneLine([one.project && `project ${one.project}`, one.account && `account ${one.account}`, one.user && one.user].filter(Boolean).join(", ") || "All runs")}, {one.period}
            </Heading>
            <p>
              {thin(used.text)} {used.interval} of {thin(formatValue(one.limit, one.unit, 3))}: {formatPercent(one.share)}
              {one.exceeded ? <b> — exceeded</b> : one.warning !== null && <b> — above {formatPercent(one.warning)}</b>}
            </p>
            <div class={`budget-bar${kind}`} role="img" aria-label={`${formatPercent(one.share)} used; warnings at ${one.warn_at.map(formatPercent).join(", ")}`}>
              <span style={{ width: `${Math.min(100, one.share * 100)}%` }} />
            </div>
            <p class="fact-note">
              {count(one.runs, "run")}; {formatPercent(one.chance_exceeded)} chance that the limit is exceeded already
              {forecast
                ? `; ${thin(forecast.text)} ${forecast.interval} expected by the end of the period, from the days so far`
                : one.projected !== null && one.projected !== one.used.value && `; ${thin(formatValue(one.projected, one.unit, 2))} by the end of the period at this pace`}
              .
            </p>
          </section>
        );
      })}
    </>
  );
}
