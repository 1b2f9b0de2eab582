import { Advice } from "../advice/Advice";
import type { AdviceDocument } from "../documents";
import { ProblemBox, Skeleton } from "./parts";
import { useDocument } from "./request";

/** How to reduce the emissions of a run, from the server: its hours are those of now. */
export function RunAdvice({ run, citation }: { run: string; citation: string }) {
  const advice = useDocument<AdviceDocument>(`/api/v1/runs/${encodeURIComponent(run)}/advice`);
  if (advice.data) return <Advice advice={advice.data} times="The times of a plan are those of now." citation={citation} />;
  return (
    <section id="advice" aria-labelledby="advice-finding">
      <span class="kicker">How to reduce it</span>
      <h2 id="advice-finding">{advice.problem ? "The ways to reduce it cannot be shown" : "Ways to reduce it"}</h2>
      <div class="picture">{advice.problem ? <ProblemBox problem={advice.problem} onRetry={advice.retry} /> : <Skeleton height={480} label="The advice" />}</div>
    </section>
  );
}
