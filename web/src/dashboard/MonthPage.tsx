import { useEffect, useState } from "preact/hooks";
import type { MonthDocument } from "../documents";
import { formatPercent, formatValue, thin } from "../shared/format";
import { DataTable, TableTwin, type Table } from "../shared/section";
import { BudgetRows } from "./BudgetsPage";
import { causesOf, groupFinding, groupings, monthOf, nameOf, shift, signed, type Grouping, type MonthRow } from "./months";
import { capital, describeBoundary, Empty, JsonLink, PageHead, ProblemBox, Skeleton, textOf, WarningLine } from "./parts";
import { useDocument } from "./request";
import { open, withQuery, type Place } from "./router";
import { count, oneLine } from "./text";
import { nameOfGroup } from "./totals";

/** What a centre needs each month: how much, who, what changed and why, nodes, budgets, how sure. */
export function MonthPage({ month, place }: { month: string; place: Place }) {
  const account = place.query.get("account") ?? "";
  const against = place.query.get("against") ?? "";
  const by = (groupings.find(([word]) => word === place.query.get("by"))?.[0] ?? "account") as Grouping;
  const query = new URLSearchParams();
  if (account) query.set("account", account);
  if (against) query.set("against", against);
  const address = `/api/v1/months/${encodeURIComponent(month)}${query.size > 0 ? `?${query}` : ""}`;
  const { data, problem, retry } = useDocument<MonthDocument>(address, { keep: true });
  const isMonth = /^\d{4}-\d{2}$/.test(month);
  const sum = data?.total;
  return (
    <>
      <PageHead
        title={isMonth ? nameOf(month) : "Month"}
        heading={
          data && sum && sum.runs > 0 ? (
            <>
              {nameOf(data.month)}
              {data.account && (
                <>
                  , account <bdi>{oneLine(data.account)}</bdi>
                </>
              )}
              : <b>{figure(sum.emissions_kg.total, "kg CO2e")}</b> from <b>{figure(sum.facility_energy_kwh, "kWh")}</b>
            </>
          ) : isMonth ? (
            nameOf(month)
          ) : (
            "There is no such month"
          )
        }
      >
        {data && sum && (
          <>
            <p class="boundary-line">
              {sum.runs > 0 ? `${capital(describeBoundary(sum.emissions_kg.total.boundary))}; ${formatPercent(sum.facility_energy_kwh.measured_share)} measured; each joule once. ` : ""}
              {data.is_partial && `Until ${data.until.slice(0, 16).replace("T", " ")} UTC. `}
              <JsonLink address={address} of="the report" />
            </p>
            {data.sentences.sum.slice(1).map((line) => (
              <p key={line}>{thin(oneLine(line))}</p>
            ))}
          </>
        )}
      </PageHead>
      {isMonth && <Controls month={month} account={account} against={against} data={data} />}
      {problem && <ProblemBox problem={problem} onRetry={retry} />}
      {!data && !problem && <Skeleton height={400} label="The report" />}
      {data && data.sentences.budget_warnings.length > 0 && (
        <div class="warnings" role="region" aria-label="Budgets that warn">
          {data.sentences.budget_warnings.map((line) => (
            <WarningLine key={line} code="budget" text={line} />
          ))}
        </div>
      )}
      {data && data.total.runs === 0 && (
        <Empty title="No runs in this month">
          <p>
            Choose another month, or look at <a href="/totals">all totals</a>.
          </p>
        </Empty>
      )}
      {data && data.total.runs > 0 && <Report data={data} by={by} />}
      {data && data.budgets.length > 0 && (
        <section id="budgets" aria-labelledby="month-budgets">
          <span class="kicker">Budgets</span>
          <h2 id="month-budgets">{count(data.budgets.length, "budget")}, as they were at the end of what is reported</h2>
          <BudgetRows budgets={data.budgets} level={3} />
        </section>
      )}
      {data && <Sources data={data} />}
    </>
  );
}

function Controls({ month, account, against, data }: { month: string; account: string; against: string; data: MonthDocument | null }) {
  const [names, setNames] = useState<readonly string[]>([]);
  // The report of one account does not have the names of the others.
  useEffect(() => {
    if (data && !data.account) setNames(data.accounts.flatMap((row) => (row.group["account"] ? [row.group["account"]] : [])));
  }, [data]);
  const options = account && !names.includes(account) ? [account, ...names] : names;
  const rest = new URLSearchParams(location.search);
  rest.delete("against");
  const to = (other: string): string => `/months/${other}${rest.size > 0 ? `?${rest}` : ""}`;
  return (
    <div class="row" style={{ marginTop: "20px" }}>
      <nav class="pager" aria-label="Months">
        <a href={to(shift(month, -1))} data-key="before">
          ← {nameOf(shift(month, -1))}
        </a>
        {month < monthOf(new Date()) ? (
          <a href={to(shift(month, 1))} data-key="next">
            {nameOf(shift(month, 1))} →
          </a>
        ) : (
          <span class="off">{nameOf(shift(month, 1))} →</span>
        )}
      </nav>
      {options.length > 0 && (
        <label class="field month-account">
          Account
          <select value={account} onChange={(event) => open(withQuery({ account: event.currentTarget.value }), { replace: true })}>
            <option value="">all</option>
            {options.map((name) => (
              <option key={name} value={name}>
                {oneLine(name)}
              </option>
            ))}
          </select>
        </label>
      )}
      <span class="switch" role="group" aria-label="Compared with">
        {[
          ["", "the month before"],
          [shift(month, -12), "a year before"],
        ].map(([value, name]) => (
          <button key={value} type="button" aria-pressed={against === value} onClick={() => open(withQuery({ against: value }), { replace: true })}>
            {name}
          </button>
        ))}
      </span>
    </div>
  );
}

function Report({ data, by }: { data: MonthDocument; by: Grouping }) {
  const whole = data.total.emissions_kg.total.value;
  const rows = data[groupings.find(([word]) => word === by)![1]];
  const silent = data.nodes.filter((node) => node.is_silent).length;
  return (
    <>
      {data.change && <Change data={data} change={data.change} />}
      <section id="parts" aria-labelledby="parts-finding">
        <span class="kicker">What it was used for</span>
        <h2 id="parts-finding">
          {data.outside_jobs ? `${formatPercent(whole > 0 ? data.outside_jobs.emissions_kg.total.value / whole : 0)} was used by nodes outside jobs` : `${count(data.jobs.runs, "run")}; no agent measured the time of nodes outside jobs`}
        </h2>
        <DataTable name="What it was used for" table={partsTable(data)} />
      </section>
      <section id="groups" aria-labelledby="month-groups">
        <div class="section-head">
          <div>
            <span class="kicker">Who used it</span>
            <h2 id="month-groups">
              <bdi>{oneLine(groupFinding(rows, by, whole))}</bdi>
            </h2>
          </div>
        </div>
        <span class="switch" role="group" aria-label="Runs by">
          {groupings.map(([word]) => (
            <button key={word} type="button" aria-pressed={by === word} onClick={() => open(withQuery({ by: word }), { replace: true })}>
              by {word}
            </button>
          ))}
        </span>
        <DataTable name={`By ${by}`} table={groupTable(rows, by, whole)} />
      </section>
      <section id="runs" aria-labelledby="month-runs">
        <span class="kicker">Largest runs</span>
        <h2 id="month-runs">
          {count(data.largest_runs.length, "run")} emitted {formatPercent(whole > 0 ? data.largest_runs.reduce((all, run) => all + run.emissions_kg.value, 0) / whole : 0)}
        </h2>
        <LargestRuns data={data} whole={whole} />
      </section>
      <section id="zones" aria-labelledby="month-zones">
        <span class="kicker">Grid and facility</span>
        <h2 id="month-zones">{data.zones.length === 1 ? `Zone ${nameOfGroup(data.zones[0]!.zone)}` : count(data.zones.length, "zone")}, as the runs were accounted</h2>
        <DataTable name="Grid and facility" table={zoneTable(data)} />
      </section>
      {data.nodes.length > 0 && (
        <section id="nodes" aria-labelledby="month-nodes">
          <span class="kicker">Nodes</span>
          <h2 id="month-nodes">{silent > 0 ? `${silent} of ${count(data.nodes.length, "node")} ${silent === 1 ? "is" : "are"} silent` : `${count(data.nodes.length, "node")}, none silent`}</h2>
          <DataTable name="Nodes" table={nodeTable(data)} />
        </section>
      )}
    </>
  );
}

function Change({ data, change }: { data: MonthDocument; change: NonNullable<MonthDocument["change"]> }) {
  const { zero, causes } = causesOf(change);
  const table: Table = {
    head: ["Cause", "Change", "kg CO2e"],
    rows: [...causes, { name: "All", kg: change.change_kg, text: signed(change.share, change.change_kg) }].map((one) => [one.name, one.text, thin(formatValue(one.kg, "kg CO2e", 3))]),
    numbers: [1, 2],
  };
  return (
    <section id="change" aria-labelledby="change-finding">
      <span class="kicker">What changed</span>
      <h2 id="change-finding">{thin(data.sentences.change ?? "")}</h2>
      <p class="section-note">
        The parts add up to the change: logarithmic mean Divisia index (Ang 2005) over partitions and processors. From {thin(formatValue(change.before_kg, "kg CO2e", 3))} to {thin(formatValue(change.after_kg, "kg CO2e", 3))}.
      </p>
      <div class="causes" role="img" aria-label={`Causes of the change: ${causes.map((one) => `${one.name} ${one.text}`).join(", ")}.`}>
        {causes.map((one) => (
          <div key={one.name} class="cause">
            <span>{one.name}</span>
            <span class="track">
              <span class={one.kg > 0 ? "cause-bar up" : "cause-bar down"} style={{ left: `${one.from * 100}%`, width: `${Math.max(0, one.to - one.from) * 100}%` }} />
              <span class="zero" style={{ left: `${zero * 100}%` }} />
            </span>
            <span class="n">{one.text}</span>
          </div>
        ))}
      </div>
      <TableTwin table={table} name="Causes of the change" />
    </section>
  );
}

function LargestRuns({ data, whole }: { data: MonthDocument; whole: number }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Largest runs, table">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Account</th>
            <th scope="col">User</th>
            <th scope="col" class="n">
              Emissions
            </th>
            <th scope="col">Interval</th>
            <th scope="col" class="n">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {data.largest_runs.map((run) => {
            const emissions = textOf(run.emissions_kg, "kg CO2e");
            return (
              <tr key={run.id}>
                <td>
                  <a href={`/runs/${run.id}`}>
                    <bdi>{oneLine(run.name)}</bdi>
                  </a>
                </td>
                <td>
                  <bdi>{oneLine(run.account ?? "")}</bdi>
                </td>
                <td>
                  <bdi>{oneLine(run.user ?? "")}</bdi>
                </td>
                <td class="n" title={`${run.emissions_kg.value} kg CO2e`}>
                  {thin(emissions.text)}
                </td>
                <td>{emissions.interval}</td>
                <td class="n">{whole > 0 ? formatPercent(run.emissions_kg.value / whole) : ""}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Sources({ data }: { data: MonthDocument }) {
  return (
    <section id="sources" aria-labelledby="month-sources">
      <span class="kicker">How sure this is</span>
      <h2 id="month-sources">{data.total.runs > 0 ? `${formatPercent(data.total.facility_energy_kwh.measured_share)} of the energy was measured` : "Nothing was counted"}</h2>
      <ul class="assumptions">
        {data.sentences.quality.map((line) => (
          <li key={line}>{thin(oneLine(line))}</li>
        ))}
        {data.factors.map((one) => (
          <li key={`${one.method} ${one.factors_hash}`}>
            {count(one.runs, "run")} accounted by method {oneLine(one.method ?? "unknown")}, factors {oneLine(one.factors_hash ?? "unknown")}
          </li>
        ))}
      </ul>
      <DataTable name="Where the figures come from" table={{ head: ["Figure", "Command"], rows: data.commands.map((one) => [one.part, oneLine(one.command)]), texts: [1] }} />
    </section>
  );
}

const figure = (quantity: MonthRow["facility_energy_kwh"], unit: string): string => {
  const text = textOf(quantity, unit);
  return thin(`${text.text} ${text.interval}`.trim());
};

function partsTable(data: MonthDocument): Table {
  const whole = data.total.emissions_kg.total.value;
  const row = (name: string, part: MonthRow): string[] => {
    const emissions = textOf(part.emissions_kg.total, "kg CO2e");
    return [name, thin(textOf(part.energy_kwh, "kWh").text), thin(textOf(part.facility_energy_kwh, "kWh").text), thin(emissions.text), emissions.interval, whole > 0 ? formatPercent(part.emissions_kg.total.value / whole) : ""];
  };
  const rows = [row("Runs and jobs", data.jobs)];
  if (data.outside_jobs) rows.push(row("Nodes outside jobs", data.outside_jobs));
  rows.push(row("All", data.total));
  if (data.total.idle_energy_kwh.value > 0) {
    const idle = textOf(data.total.idle_emissions_kg, "kg CO2e");
    rows.push(["Idle beside the runs, in no sum", "", thin(textOf(data.total.idle_energy_kwh, "kWh").text), thin(idle.text), idle.interval, ""]);
  }
  return { head: ["Part", "At the plug", "Facility energy", "Emissions", "Interval", "Share"], rows, numbers: [1, 2, 3, 5] };
}

function groupTable(rows: readonly MonthRow[], by: Grouping, whole: number): Table {
  return {
    head: [capital(by), "Emissions", "Interval", "Share", "Facility energy", "Runs", "Not completed"],
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
      ];
    }),
    numbers: [1, 3, 4, 5, 6],
  };
}

function zoneTable(data: MonthDocument): Table {
  return {
    head: ["Zone", "Facility energy", "Operational", "g CO2e/kWh", "PUE"],
    rows: data.zones.map((zone) => [
      nameOfGroup(zone.zone),
      thin(formatValue(zone.facility_energy_kwh, "kWh", 2)),
      thin(formatValue(zone.operational_kg, "kg CO2e", 2)),
      zone.intensity_g_per_kwh === null ? "–" : formatValue(zone.intensity_g_per_kwh, "1", 3),
      zone.pue === null ? "–" : formatValue(zone.pue, "1", 3),
    ]),
    numbers: [1, 2, 3, 4],
  };
}

function nodeTable(data: MonthDocument): Table {
  const hours = (value: number | null): string => (value === null ? "–" : `${Math.round(value).toLocaleString("en")}\u202fh`);
  const nodes = [...data.nodes].sort((a, b) => Number(b.is_silent) - Number(a.is_silent) || b.emissions_kg - a.emissions_kg);
  return {
    head: ["Node", "State", "Facility energy", "Outside jobs", "Measured", "Missing", "Last seen, UTC"],
    rows: nodes.map((node) => [
      oneLine(node.name),
      node.is_silent ? "silent" : "",
      thin(formatValue(node.facility_energy_kwh, "kWh", 2)),
      node.outside_jobs_kwh === null ? "–" : thin(formatValue(node.outside_jobs_kwh, "kWh", 2)),
      hours(node.measured_h),
      hours(node.missing_h),
      node.last_seen_at.slice(0, 16).replace("T", " "),
    ]),
    numbers: [2, 3, 4, 5],
  };
}
