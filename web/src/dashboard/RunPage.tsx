import { useEffect } from "preact/hooks";
import type { Report } from "../payload";
import { ReportPage } from "../report/ReportPage";
import { IsPart } from "../shared/frame";
import { ProblemBox, Skeleton } from "./parts";
import { RunAdvice } from "./RunAdvice";
import { useDocument } from "./request";
import type { Place } from "./router";
import { oneLine } from "./text";

/** One run: all sections of its report, and the addresses of its documents. A running run is shown as far as it is. */
export function RunPage({ run, place }: { run: string; place: Place }) {
  const address = `/api/v1/runs/${encodeURIComponent(run)}/report`;
  const report = useDocument<Report>(address);
  const isRunning = report.data?.run.status === "running";
  useEffect(() => {
    if (report.data) document.title = `${oneLine(report.data.run.name)} · tonne`;
  }, [report.data]);
  if (report.problem) {
    return (
      <>
        <header class="page-head">
          <h1 id="top" tabIndex={-1}>
            This run cannot be shown
          </h1>
        </header>
        <ProblemBox problem={report.problem} onRetry={report.retry} />
      </>
    );
  }
  if (!report.data) {
    return (
      <div class="run-page">
        <h1 id="top" tabIndex={-1} class="visually-hidden">
          Run {oneLine(run)}
        </h1>
        <Skeleton height={84} label="The run" />
        <div style={{ height: "16px" }} />
        <Skeleton height={480} label="The run" />
      </div>
    );
  }
  const { id, status } = report.data.run;
  return (
    <div class="run-page">
      <span id="top" tabIndex={-1} />
      <IsPart.Provider value={true}>
        <ReportPage
          key={`${id} ${place.query.get("boundary") ?? ""}`}
          report={report.data}
          advice={isRunning ? undefined : (citation) => <RunAdvice run={id} citation={citation} />}
          above={
            <>
              {isRunning && (
                <p class="callout">
                  This run is still recorded: these are its figures so far. <a href={`/runs/${id}/live`}>Watch it live</a>, or{" "}
                  <button type="button" class="plain" onClick={report.retry}>
                    read the newest
                  </button>
                </p>
              )}
              {status === "interrupted" && (
                <p class="warning">
                  <b>
                    <span aria-hidden="true">⚠ </span>interrupted
                  </b>{" "}
                  The recorder ended before the run did: what came after its last sample is in no figure.
                </p>
              )}
              <p class="row documents">
                <a href="/">All runs</a>
                <span class="quiet">JSON:</span>
                {!isRunning && <a href={`/api/v1/runs/${id}`}>run</a>}
                <a href={address}>report</a>
                {!isRunning && <a href={`/api/v1/runs/${id}/advice`}>advice</a>}
                {!isRunning && <a href={`/api/v1/runs/${id}/explain`}>derivation of the emissions</a>}
                {!isRunning && <a href={`/api/v1/runs/${id}/explain?figure=energy`}>of the energy</a>}
                {!isRunning && <a href={`/compare?run=${id}`}>Compare with another run</a>}
              </p>
            </>
          }
        />
      </IsPart.Provider>
    </div>
  );
}
