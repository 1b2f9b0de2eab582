import type { ComponentChildren } from "preact";
import { useContext } from "preact/hooks";
import { duration, oneLine } from "../dashboard/text";
import type { ServiceDocument, ServiceDocumentAmountsPart } from "../documents";
import { describeBoundary } from "../shared/boundary";
import { formatPercent, formatValue, thin } from "../shared/format";
import { Footer, Frame, IsPart } from "../shared/frame";
import { type IntervalRow, Intervals } from "../shared/intervals";
import { DataTable, Section, type Table } from "../shared/section";
import { Days } from "./Days";
import { capital, describeChange, describePercentiles, headlinePeriod, ifKnown, inGrams, inKilograms, inKilowattHours, inLine, inWattHours, number, percentile, type ServiceFigure, utc } from "./figures";

interface ServicePageProps {
  service: ServiceDocument;
  above?: ComponentChildren;
}

/** The page of a service: the answer, its energy by day, its models, and what is not known. `above` stands before the answer in the dashboard. */
export function ServicePage({ service, above }: ServicePageProps) {
  const hasFigures = service.days.length > 0;
  const sections = [
    ["answer", "The answer"],
    ...(hasFigures ? [["energy", "Energy by day"], ["periods", "Today, 7 days, all"], ["days", "Days"]] : []),
    ...(service.models.length > 0 ? [["models", "Models"]] : []),
    ["gaps", "What is not known"],
    ...(service.runs.length > 0 ? [["runs", "Runs"]] : []),
  ] as [string, string][];
  return (
    <Frame
      sections={sections}
      above={above}
      eyebrow={
        <>
          <b>
            <bdi>{service.name}</bdi>
          </b>
          <span>service</span>
          {service.is_recorded ? (
            <span>
              <span class="dot" aria-hidden="true" />
              recorded now
            </span>
          ) : (
            <span>not recorded now</span>
          )}
          <time dateTime={service.at}>as of {utc(service.at)} UTC</time>
        </>
      }
      answer={<Answer service={service} />}
    >
      {() => <Rest service={service} />}
    </Frame>
  );
}

function Answer({ service }: { service: ServiceDocument }) {
  if (service.days.length === 0) {
    return (
      <div id="answer">
        <h1>No hour of this service is computed yet</h1>
        <p class="boundary-line">{service.is_recorded ? "It is recorded now: the first figures follow about a minute after the start." : "Its recorder ended before the first figures."}</p>
        <Alerts service={service} />
      </div>
    );
  }
  const { amounts, words } = headlinePeriod(service);
  const request = ifKnown(amounts.wh_per_request, inWattHours);
  const [energy, emissions] = [inKilowattHours(amounts.facility_energy_kwh), inKilograms(amounts.emissions_kg)];
  return (
    <>
      <div class="headline" id="answer">
        <span class="number" {...exact(request ?? energy)}>
          {(request ?? energy).text}
        </span>
        <span class="range">{(request ?? energy).interval}</span>
        <span class="quiet">{request ? "for each request" : "facility energy"}</span>
      </div>
      <h1>
        {capital(words)}, {amounts.requests > 0 ? `${number(amounts.requests)} request${amounts.requests === 1 ? "" : "s"}` : "no known request"} used {inLine(energy)} and emitted {inLine(emissions)}
      </h1>
      <p class="boundary-line">
        {capital(describeBoundary(service.boundary ?? ""))}; {service.quality}; idle power included.
      </p>
      <dl class="facts service-facts">
        <Fact name="Energy per request" figure={request} note="with its part of idle" />
        <Fact name="Emissions per request" figure={ifKnown(amounts.g_per_request, inGrams)} note="with its part of idle" />
        <Fact name="Energy per 1,000 tokens" figure={ifKnown(amounts.wh_per1000_tokens, inWattHours)} note="prompts and answers" />
        <Fact name="Emissions per 1,000 tokens" figure={ifKnown(amounts.g_per1000_tokens, inGrams)} note="prompts and answers" />
        <Fact name="Emissions a day" figure={ifKnown(service.kg_per_day, inKilograms)} note={service.kg_per_day ? "mean of the recorded time" : "known after an hour"} />
        <div>
          <dt>Idle share</dt>
          <dd title={amounts.idle_share === null ? undefined : String(amounts.idle_share)}>
            {amounts.idle_share === null ? "–" : formatPercent(amounts.idle_share)}
            <small>of the energy, on no request</small>
          </dd>
        </div>
      </dl>
      {ifKnown(describeChange(service), (text) => (
        <p class="first">{text}</p>
      ))}
      <BreakEven service={service} />
      <Alerts service={service} />
    </>
  );
}

/** When use exceeds the training, if its emissions were given. */
function BreakEven({ service }: { service: ServiceDocument }) {
  if (service.break_even_days === null || !service.training_kg) return null;
  const [days, recorded] = [number(Math.ceil(service.break_even_days)), service.all.seconds / 86_400];
  const training = inKilograms(service.training_kg).text;
  return (
    <p class="first">
      {service.break_even_days <= recorded
        ? `Use has exceeded the training (${training}) after ${days} days.`
        : `At this rate use exceeds the training (${training}) after ${days} days; ${formatValue(recorded, "1", 2)} are recorded.`}
    </p>
  );
}

const exact = (known: ServiceFigure): { title: string } => ({ title: `${known.value} ${known.unit} (${known.low} to ${known.high})` });

function Fact({ name, figure, note }: { name: string; figure: ServiceFigure | null; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd {...(figure ? exact(figure) : {})}>
        {figure ? figure.text : "–"} {figure && <span class="quiet">{figure.interval}</span>}
        <small>{note}</small>
      </dd>
    </div>
  );
}

/** What is unusual, and what could not be read. */
function Alerts({ service }: { service: ServiceDocument }) {
  const lines = [...service.alerts.map((text) => ["unusual", text] as const), ...service.problems.map((text) => ["not read", text] as const)];
  if (lines.length === 0) return null;
  return (
    <div class="warnings" role="region" aria-label="Alerts">
      {lines.map(([kind, text]) => (
        <p class="warning" key={text}>
          <b>
            <span aria-hidden="true">⚠ </span>
            {kind}
          </b>{" "}
          {thin(oneLine(text))}
        </p>
      ))}
    </div>
  );
}

function Rest({ service }: { service: ServiceDocument }) {
  const citation = cite(service);
  return (
    <>
      {service.days.length > 0 && (
        <>
          <Days service={service} citation={citation} />
          <Periods service={service} citation={citation} />
          <DayTable service={service} citation={citation} />
        </>
      )}
      {service.models.length > 0 && <Models service={service} citation={citation} />}
      <Gaps service={service} citation={citation} />
      {service.runs.length > 0 && <Runs service={service} />}
      <Footer method={service.method ?? "–"}>
        <p>
          The report as text: <code>tonne service report {service.name}</code>. The hours as a table: <code>tonne service report {service.name} -o hours.csv</code>.
        </p>
      </Footer>
    </>
  );
}

const rows: readonly (readonly [string, (amounts: ServiceDocumentAmountsPart) => string])[] = [
  ["recorded time", (one) => duration(one.seconds)],
  ["requests", (one) => number(one.requests)],
  ["of these failed", (one) => number(one.failed)],
  ["prompt tokens", (one) => number(one.prompt_tokens)],
  ["of these from a cache", (one) => number(one.cached_tokens)],
  ["output tokens", (one) => number(one.output_tokens)],
  ["facility energy", (one) => inLine(inKilowattHours(one.facility_energy_kwh))],
  ["of this idle", (one) => (one.idle_share === null ? "–" : formatPercent(one.idle_share))],
  ["emissions", (one) => inLine(inKilograms(one.emissions_kg))],
  ["energy per request", (one) => inLine(ifKnown(one.wh_per_request, inWattHours))],
  ["50 % of requests, at most", (one) => percentile(one, "p50")],
  ["95 % of requests, at most", (one) => percentile(one, "p95")],
  ["99 % of requests, at most", (one) => percentile(one, "p99")],
  ["emissions per request", (one) => inLine(ifKnown(one.g_per_request, inGrams))],
  ["energy per 1,000 tokens", (one) => inLine(ifKnown(one.wh_per1000_tokens, inWattHours))],
  ["emissions per 1,000 tokens", (one) => inLine(ifKnown(one.g_per1000_tokens, inGrams))],
  ["computing a prompt token", (one) => (one.j_per_prompt_token === null ? "–" : `${formatValue(one.j_per_prompt_token, "1", 3)} J`)],
  ["computing an output token", (one) => (one.j_per_output_token === null ? "–" : `${formatValue(one.j_per_output_token, "1", 3)} J`)],
];

function Periods({ service, citation }: { service: ServiceDocument; citation: string }) {
  const periods = ([["today", service.today], ["7 days", service.week], ["all", service.all]] as const).filter(([, amounts]) => amounts.seconds > 0 || amounts.requests > 0);
  const table: Table = {
    head: ["Figure", ...periods.map(([name]) => capital(name))],
    rows: rows.map(([name, format]) => [name, ...periods.map(([, amounts]) => thin(format(amounts)))]).filter(([, ...cells]) => cells.some((cell) => cell !== "–" && cell !== "0")),
    numbers: periods.map((_, i) => i + 1),
  };
  const drawn: IntervalRow[] = periods.flatMap(([name, amounts]) =>
    amounts.wh_per_request ? [{ name, note: `${number(amounts.requests)} request${amounts.requests === 1 ? "" : "s"}`, figure: { ...inWattHours(amounts.wh_per_request), quality: service.quality ?? "assumed" }, colour: "var(--accent)" }] : [],
  );
  const all = ifKnown(service.all.wh_per_request, inWattHours);
  return (
    <Section
      id="periods"
      kicker="Today, seven days and all"
      finding={all ? `A request took ${inLine(all)} in all` : "No request is known"}
      note={`Days begin at midnight UTC. ${all ? describePercentiles(service) : "Without requests all energy is idle: give a source with --metrics, --access-log or --otlp."}`}
      table={table}
      hasTwin={false}
      json={{ today: service.today, week: service.week, week_before: service.week_before, all: service.all }}
      citation={citation}
    >
      {drawn.length > 0 && <Intervals id="periods" rows={drawn} unit="Wh" label="Facility energy for each request" />}
      <DataTable table={table} name="Today, seven days and all" />
    </Section>
  );
}

function DayTable({ service, citation }: { service: ServiceDocument; citation: string }) {
  const days = [...service.days].reverse();
  const most = days.reduce((a, b) => (b.amounts.emissions_kg.value > a.amounts.emissions_kg.value ? b : a));
  const table: Table = {
    head: ["Day (UTC)", "Requests", "Prompt tokens", "Output tokens", "Facility energy", "Idle", "Emissions", "95 %", "Per request", "95 %"],
    rows: days.map(({ day, amounts }) => {
      const [emissions, request] = [inKilograms(amounts.emissions_kg), ifKnown(amounts.wh_per_request, inWattHours)];
      return [day, number(amounts.requests), number(amounts.prompt_tokens), number(amounts.output_tokens), inKilowattHours(amounts.facility_energy_kwh).text, amounts.idle_share === null ? "–" : formatPercent(amounts.idle_share), emissions.text, emissions.interval, request?.text ?? "–", request?.interval ?? ""];
    }),
    numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  };
  const finding = days.length === 1 ? `One day is recorded: ${inLine(inKilograms(most.amounts.emissions_kg))}` : `${number(days.length)} days are recorded; ${most.day} emitted most: ${inLine(inKilograms(most.amounts.emissions_kg))}`;
  return (
    <Section id="days" kicker="Days" finding={finding} table={table} hasTwin={false} json={service.days} citation={citation}>
      <DataTable table={table} name="Days" />
    </Section>
  );
}

function Models({ service, citation }: { service: ServiceDocument; citation: string }) {
  const { models } = service;
  const name = (model: string): string => (model === "" ? "not named" : oneLine(model));
  const whole = models.reduce((sum, one) => sum + Math.max(0, one.amounts.energy_uj), 0);
  const share = (microjoules: number): string => (whole > 0 ? formatPercent(Math.max(0, microjoules) / whole) : "–");
  const table: Table = {
    head: ["Model", "Requests", "Prompt tokens", "Output tokens", "Facility energy", "Share", "Emissions", "Prompt token", "Output token"],
    rows: models.map(({ model, amounts }) => [
      name(model), number(amounts.requests), number(amounts.prompt_tokens), number(amounts.output_tokens), inLine(inKilowattHours(amounts.facility_energy_kwh)), share(amounts.energy_uj), inLine(inKilograms(amounts.emissions_kg)),
      amounts.j_per_prompt_token === null ? "–" : `${formatValue(amounts.j_per_prompt_token, "1", 3)} J`, amounts.j_per_output_token === null ? "–" : `${formatValue(amounts.j_per_output_token, "1", 3)} J`,
    ]),
    numbers: [1, 2, 3, 4, 5, 6, 7, 8],
  };
  const [first] = models;
  const finding = models.length === 1 ? `One model: ${name(first!.model)}` : `${name(first!.model)} took ${share(first!.amounts.energy_uj)} of the energy of requests`;
  return (
    <Section id="models" kicker="Models" finding={finding} note="Without the energy that fell on no request." table={table} hasTwin={false} json={models} citation={citation}>
      <DataTable table={table} name="Models" />
    </Section>
  );
}

function Gaps({ service, citation }: { service: ServiceDocument; citation: string }) {
  const { all, gaps } = service;
  const table: Table = {
    head: ["From (UTC)", "To (UTC)", "Reason"],
    rows: [...gaps].reverse().map((gap) => [utc(gap.from), utc(gap.to), oneLine(gap.reason)]),
    texts: [2],
  };
  const finding = gaps.length === 0 ? "No gap in what is known of requests" : all.unknown_seconds > 0 && all.seconds > 0
    ? `Requests of ${formatPercent(all.unknown_seconds / all.seconds)} of the recorded time are not known` : "At times requests are not known completely";
  return (
    <Section id="gaps" kicker="What is not known" finding={finding} note="Energy of a time of which no requests are known counts as idle." table={gaps.length > 0 ? table : undefined} hasTwin={false} json={gaps} citation={citation}>
      {all.requests_without_energy > 0 && <p class="fact-note">{number(all.requests_without_energy)} requests came while nothing was measured: they are counted without energy.</p>}
      {gaps.length > 0 && <DataTable table={table} name="Gaps" />}
    </Section>
  );
}

function Runs({ service }: { service: ServiceDocument }) {
  const isPart = useContext(IsPart);
  const runs = [...service.runs].reverse();
  const item = (id: string) => <li key={id}>{isPart ? <a href={`/runs/${id}`}>{id}</a> : <code>{id}</code>}</li>;
  return (
    <section id="runs" aria-labelledby="runs-finding">
      <span class="kicker">Runs</span>
      <h2 id="runs-finding">
        {runs.length === 1 ? "One run" : `${number(runs.length)} runs`} of the ledger {runs.length === 1 ? "has" : "have"} the energy
      </h2>
      <p class="section-note">One for each day and start. Each has its meters, its place and the derivation of its figures.</p>
      <ul class="service-runs">{runs.slice(0, 14).map(item)}</ul>
      {runs.length > 14 && (
        <details>
          <summary>{number(runs.length - 14)} earlier</summary>
          <ul class="service-runs">{runs.slice(14).map(item)}</ul>
        </details>
      )}
    </section>
  );
}

function cite(service: ServiceDocument): string {
  const { amounts, words } = headlinePeriod(service);
  const request = ifKnown(amounts.wh_per_request, inWattHours);
  return `tonne service ${service.name}, ${service.at.slice(0, 10)}: ${request ? `${inLine(request)} facility energy for each request` : `${inLine(inKilowattHours(amounts.facility_energy_kwh))} facility energy`} ${words}; ${service.boundary ?? "no figures"}; ${service.quality ?? "–"}; method ${service.method ?? "–"}.`;
}
