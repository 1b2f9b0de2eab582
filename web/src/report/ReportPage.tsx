import type { ComponentChildren } from "preact";
import { useContext, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { Answer } from "../answer/Answer";
import { Boundaries } from "../boundaries/Boundaries";
import { Derivation, Sources } from "../derivation/DerivationTree";
import { Epochs } from "../epochs/Epochs";
import { Lesson } from "../lesson/Lesson";
import type { Report, ReportBoundary } from "../payload";
import { Power } from "../power/Power";
import { Prediction } from "../prediction/Prediction";
import { Published } from "../published/Published";
import { Footer, Frame, IsPart } from "../shared/frame";
import { Stages } from "../stages/Stages";
import { WhatIf } from "../what-if/WhatIf";

interface ReportPageProps {
  report: Report;
  above?: ComponentChildren;
  /** The section with the ways to reduce the emissions, with the citation of the run. Default: none. */
  advice?: ((citation: string) => ComponentChildren) | undefined;
}

/**
 * The page of a run: contents, answer, and every section that the run has. In the dashboard it is a part of a page that has
 * skip link, keys, theme and the element main itself; `above` stands before the answer there, and `advice` before the question what if.
 */
export function ReportPage(props: ReportPageProps) {
  const isPart = useContext(IsPart);
  return !isPart && location.hash === "#summary" ? <Summary report={props.report} /> : <Whole {...props} />;
}

/** What a picture of the page has: the answer, the stages and the boundaries. The root element states the height of all. */
function Summary({ report }: { report: Report }) {
  const citation = "";
  useLayoutEffect(() => {
    document.documentElement.dataset["theme"] = "light";
    const state = (): void => void (document.documentElement.dataset["height"] = String(Math.ceil(document.getElementById("page")!.getBoundingClientRect().height)));
    state();
    const observer = new ResizeObserver(state);
    observer.observe(document.getElementById("page")!);
    return () => observer.disconnect();
  }, []);
  return (
    <main class="summary">
      <div class="eyebrow">
        <Eyebrow report={report} />
      </div>
      <Answer report={report} boundary={null} onReset={() => undefined} />
      {report.stages && <Stages report={report} stages={report.stages} citation={citation} />}
      <Boundaries boundaries={report.boundaries} chosen={null} onChoose={() => undefined} citation={citation} />
      <p class="small quiet" style={{ marginTop: "24px" }}>
        Run {report.run.id} · method {report.method} · factors {report.factors_hash} · tonne, the carbon ledger for AI
      </p>
    </main>
  );
}

function Whole({ report, above, advice }: ReportPageProps) {
  const [chosen, setChosen] = useState<string | null>(() => new URLSearchParams(location.hash.split("?")[1] ?? "").get("boundary"));
  const boundary = report.boundaries.steps.find((step) => step.id === chosen && !step.is_headline) ?? null;
  const citation = useMemo(() => cite(report), [report]);
  const sections = [
    ["answer", "The answer"],
    ...(report.stages ? [["stages", "Stages"]] : []),
    ...(report.epochs ? [["epochs", "Epochs"]] : []),
    ["power", "Power over time"],
    ["boundaries", "Boundaries"],
    ...(report.prediction ? [["prediction", "A prediction"]] : []),
    ...(advice ? [["advice", "How to reduce it"]] : []),
    ["what-if", "What if"],
    ["published", "Published models"],
    ["derivation", "Where it comes from"],
    ["lesson", "The lesson"],
  ] as [string, string][];
  return (
    <Frame
      sections={sections}
      keys={keys}
      above={above}
      eyebrow={<Eyebrow report={report} />}
      answer={<Answer report={report} boundary={boundary} onReset={() => setChosen(null)} />}
    >
      {() => <Rest report={report} boundary={boundary} onChoose={setChosen} citation={citation} advice={advice} />}
    </Frame>
  );
}

function Eyebrow({ report }: { report: Report }) {
  const { run } = report;
  return (
    <>
      <b>
        <bdi>{run.name}</bdi>
      </b>
      {run.project && run.project !== run.name && <bdi>{run.project}</bdi>}
      <time dateTime={run.started_at}>{run.started_at.slice(0, 16).replace("T", " ")} UTC</time>
      <span>{run.failure ?? run.status}</span>
    </>
  );
}

function Rest(props: ReportPageProps & { boundary: ReportBoundary | null; onChoose: (id: string | null) => void; citation: string }) {
  const { report, citation } = props;
  const { run } = report;
  return (
    <>
      {report.stages && <Stages report={report} stages={report.stages} citation={citation} />}
      {report.epochs && <Epochs epochs={report.epochs} citation={citation} />}
      {report.power ? (
        <Power report={report} power={report.power} citation={citation} />
      ) : (
        <section id="power" aria-labelledby="power-finding">
          <span class="kicker">Power over time</span>
          <h2 id="power-finding">The power over time is not known</h2>
          <p class="section-note">{report.power_missing}</p>
        </section>
      )}
      <Boundaries boundaries={report.boundaries} chosen={props.boundary?.id ?? null} onChoose={props.onChoose} citation={citation} />
      {report.prediction && <Prediction prediction={report.prediction} citation={citation} />}
      {props.advice?.(citation)}
      <WhatIf subject={report} total={report.answer.total} citation={citation} />
      <Published published={report.published} own={report.answer.total} name="this run" year={run.started_at.slice(0, 4)} citation={citation} />
      <Derivation derivation={report.derivation} sources={report.sources} command={`tonne explain ${run.id}`} citation={citation} />
      <Sources sources={report.sources} />
      <Lesson lesson={report.lesson} />
      {run.details && <Details report={report} />}
      <Footer run={run.id} method={report.method} hash={report.factors_hash}>
        {!run.details && <p>Command, arguments, user, machine, paths and notes are left out.</p>}
      </Footer>
    </>
  );
}

function Details({ report }: { report: Report }) {
  const details = report.run.details!;
  const rows: [string, string | null][] = [
    ["Command", details.command],
    ["User", details.user],
    ["Machine", details.node],
    ["Hardware", details.hardware],
    ["Operating system", details.operating_system],
    ["Tags", details.tags.join(", ")],
    ["Notes", details.notes.join(" · ")],
  ];
  return (
    <section id="details" aria-labelledby="details-finding">
      <h2 id="details-finding">Details of the run</h2>
      <dl class="facts">
        {rows.map(([name, text]) =>
          text ? (
            <div key={name} style={{ overflowWrap: "anywhere" }}>
              <dt>{name}</dt>
              <dd style={{ fontWeight: 400 }}>
                <bdi>{text}</bdi>
              </dd>
            </div>
          ) : null,
        )}
      </dl>
    </section>
  );
}

const keys: [string, string][] = [
  ["← →", "move in the chart of power, when it has the focus"],
  ["+ −", "zoom in it"],
  ["0", "show all of it"],
];

function cite(report: Report): string {
  const { run, answer } = report;
  return `tonne run ${run.id} (${run.name}), ${run.started_at.slice(0, 10)}: ${answer.total.text} ${answer.total.interval}, ${answer.energy.text} ${answer.energy.interval} facility energy; ${answer.total.boundary}; ${answer.total.quality}; method ${report.method}, factors ${report.factors_hash}.`;
}
