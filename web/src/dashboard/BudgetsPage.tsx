import type { BudgetDocument } from "../documents";
import { formatPercent, formatValue, thin } from "../shared/format";
import { Empty, JsonLink, PageHead, ProblemBox, Skeleton, textOf } from "./parts";
import { useDocument } from "./request";
import { count, oneLine } from "./text";

/** Budgets and what is used of them in the current period. */
export function BudgetsPage() {
  const budgets = useDocument<BudgetDocument>("/api/v1/budgets", { every: 30_000 });
  const { data } = budgets;
  const over = data?.budgets.filter((one) => one.exceeded).length ?? 0;
  return (
    <>
      <PageHead title="Budgets" heading={!data ? "Budgets" : data.budgets.length === 0 ? "No budgets yet" : over > 0 ? `${count(over, "budget")} exceeded` : "Every budget is kept"}>
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
      {data?.budgets.map((one, i) => {
        const used = textOf(one.used, one.unit);
        return (
          <section key={i} aria-labelledby={`budget-${i}`}>
            <h2 id={`budget-${i}`}>
              {oneLine([one.project && `project ${one.project}`, one.account && `account ${one.account}`, one.user && one.user].filter(Boolean).join(", ") || "All runs")}, {one.period}
            </h2>
            <p>
              {thin(used.text)} {used.interval} of {thin(formatValue(one.limit, one.unit, 3))}: {formatPercent(one.share)}
              {one.exceeded && <b> — exceeded</b>}
            </p>
            <div class={one.exceeded ? "budget-bar over" : "budget-bar"} role="img" aria-label={`${formatPercent(one.share)} used`}>
              <span style={{ width: `${Math.min(100, one.share * 100)}%` }} />
            </div>
            <p class="fact-note">
              {count(one.runs, "run")}; {formatPercent(one.chance_exceeded)} chance that the limit is exceeded already
              {one.projected !== null && `; ${thin(formatValue(one.projected, one.unit, 2))} by the end of the period at this pace`}.
            </p>
          </section>
        );
      })}
    </>
  );
}
