import type { TotalDocument } from "../documents";
import { formatPercent, thin } from "../shared/format";
import { DataTable } from "../shared/section";
import { monthOf, nameOf, shift } from "./months";
import { Empty, JsonLink, PageHead, ProblemBox, Skeleton, textOf, WarningLine } from "./parts";
import { useDocument } from "./request";
import { open, withQuery, type Place } from "./router";
import { count, duration } from "./text";
import { dimensions, findingOf, nameOfGroup, sumSentence, TotalsPicture } from "./totals";

const periods: readonly (readonly [string, string])[] = [
  ["", "all time"],
  ["30d", "the last 30 days"],
  ["90d", "the last 90 days"],
  ["365d", "the last year"],
];

/** Sums over all runs, by month and a second dimension. */
export function TotalsPage({ place }: { place: Place }) {
  const by = place.query.get("by") ?? "project";
  const since = place.query.get("since") ?? "";
  const time = since ? `&since=${encodeURIComponent(since)}` : "";
  const byMonth = `/api/v1/totals?by=month,${encodeURIComponent(by)}${time}`;
  const bySelf = `/api/v1/totals?by=${encodeURIComponent(by)}${time}`;
  const months = useDocument<TotalDocument>(byMonth, { keep: true });
  const groups = useDocument<TotalDocument>(bySelf, { keep: true });
  const sentence = months.data ? sumSentence(months.data) : null;
  const word = dimensions.find(([key]) => key === by)?.[1] ?? by;
  const thisMonth = monthOf(new Date());
  const problem = months.problem ?? groups.problem;
  return (
    <>
      <PageHead
        title="Totals"
        heading={
          sentence ? (
            <>
              {sentence.runs} used <b>{sentence.energy}</b> and emitted <b>{sentence.emissions}</b>
            </>
          ) : (
            "Totals"
          )
        }
      >
        <p class="boundary-line">{sentence ? `${sentence.boundary}.` : "\u00a0"}</p>
        <p>
          Report of a month: <a href={`/months/${thisMonth}`}>{nameOf(thisMonth)}</a>, <a href={`/months/${shift(thisMonth, -1)}`}>{nameOf(shift(thisMonth, -1))}</a>
        </p>
      </PageHead>
      <div class="row" style={{ marginTop: "20px" }}>
        <span class="switch" role="group" aria-label="Totals by">
          {dimensions.map(([key, name]) => (
            <button key={key} type="button" aria-pressed={by === key} onClick={() => open(withQuery({ by: key }), { replace: true })}>
              by {name}
            </button>
          ))}
        </span>
        <span class="switch" role="group" aria-label="Period">
          {periods.map(([key, name]) => (
            <button key={key} type="button" aria-pressed={since === key} onClick={() => open(withQuery({ since: key }), { replace: true })}>
              {name}
            </button>
          ))}
        </span>
      </div>
      {problem && <ProblemBox problem={problem} onRetry={months.problem ? months.retry : groups.retry} />}
      {months.data?.total.runs === 0 ? (
        <Empty title="No runs in this period">
          <p>
            Choose a longer one, or record a run: <code>tonne run -- COMMAND</code>.
          </p>
        </Empty>
      ) : (
        <>
          <section id="months" aria-labelledby="months-finding">
            <div class="section-head">
              <div>
                <span class="kicker">Over time</span>
                <h2 id="months-finding">{months.data ? findingOf(months.data, by) : "\u00a0"}</h2>
              </div>
              <JsonLink address={byMonth} of="the totals by month" />
            </div>
            <div class="picture">{months.data ? <TotalsPicture total={months.data} by={by} height={260} /> : <Skeleton height={347} label="The picture of totals" />}</div>
          </section>
          <section id="groups" aria-labelledby="groups-finding">
            <div class="section-head">
              <div>
                <span class="kicker">By {word}</span>
                <h2 id="groups-finding">{groups.data ? count(groups.data.rows.length, word).replace("persons", "people").replace("statuss", "statuses") : "\u00a0"}</h2>
              </div>
              <JsonLink address={bySelf} of={`the totals by ${word}`} />
            </div>
            {groups.data ? <DataTable name={`Totals by ${word}`} table={groupTable(groups.data, by, word)} /> : <Skeleton height={300} label="The table of totals" />}
          </section>
          {(months.data?.warnings.length ?? 0) > 0 && (
            <div class="warnings" role="region" aria-label="Warnings">
              {months.data!.warnings.map((warning) => (
                <WarningLine key={warning.text} {...warning} />
              ))}
            </div>
          )}
        </>
      )}
    </>
  );
}

function groupTable(total: TotalDocument, by: string, word: string) {
  const whole = total.total.emissions_kg.total.value;
  const rows = [...total.rows].sort((a, b) => b.emissions_kg.total.value - a.emissions_kg.total.value);
  return {
    head: [word.charAt(0).toUpperCase() + word.slice(1), "Emissions", "Interval", "Share", "Facility energy", "Runs", "Not completed", "Time", "Quality"],
    rows: rows.map((row) => {
      const emissions = textOf(row.emissions_kg.total, "kg CO2e");
      return [
        nameOfGroup(row.group[by]),
        thin(emissions.text),
        emissions.interval,
        whole > 0 ? formatPercent(row.emissions_kg.total.value / whole) : "",
        thin(textOf(row.facility_energy_kwh, "kWh").text),
        row.runs.toLocaleString("en"),
        (row.failed + row.interrupted).toLocaleString("en"),
        duration(row.duration_s),
        row.emissions_kg.total.quality,
      ];
    }),
    numbers: [1, 2, 3, 4, 5, 6, 7],
  };
}
