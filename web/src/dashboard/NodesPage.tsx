import { useEffect, useState } from "preact/hooks";
import type { FleetDocument } from "../documents";
import { adviceOf, age, headingOf, kindOf, needsAttention, sortNodes, sumOf, type FleetNode } from "./nodes";
import { Empty, JsonLink, PageHead, ProblemBox, Skeleton } from "./parts";
import { useDocument } from "./request";
import { open, withQuery, type Place } from "./router";
import { count, localTime, oneLine } from "./text";

const address = "/api/v1/fleet/nodes";
const most = 500;
const searchAbove = 20;

/** Whether the server has a database, to which nodes push. The server writes it into the document of the page. */
export const hasNodes = (): boolean => document.body.dataset["store"] === "database";

/** The nodes of the fleet: those that need attention first. */
export function NodesPage({ place }: { place: Place }) {
  return hasNodes() ? <Nodes place={place} /> : <NoDatabase />;
}

function NoDatabase() {
  return (
    <>
      <PageHead title="Nodes" heading="This server has the runs of one machine" />
      <Empty title="Keep the runs of many machines">
        <p>With a database, other machines push their runs to this server, and this page shows how each of them is:</p>
        <pre>{"tonne fleet init --database-file FILE\ntonne serve --database-file FILE"}</pre>
        <p>docs/fleet.md describes it from nothing to the first node.</p>
      </Empty>
    </>
  );
}

function Nodes({ place }: { place: Place }) {
  const fleet = useDocument<FleetDocument>(address, { every: 10_000 });
  const nodes = fleet.data?.nodes;
  return (
    <>
      <PageHead title="Nodes" heading={nodes ? headingOf(nodes) : "Nodes"}>
        {nodes && nodes.length > 0 && (
          <p class="boundary-line">
            <Sum nodes={nodes} /> <JsonLink address={address} of="the nodes" />
          </p>
        )}
      </PageHead>
      {fleet.problem && <ProblemBox problem={fleet.problem} onRetry={fleet.retry} />}
      {fleet.isLoading && <Skeleton height={240} label="The nodes" />}
      {nodes?.length === 0 && (
        <Empty title="Enrol the first one">
          <p>Here, make a code for one node. It can be used once, within an hour:</p>
          <pre>tonne fleet code</pre>
          <p>On the node:</p>
          <pre>{`tonne fleet enroll --server ${location.origin} --code CODE\ntonne agent run`}</pre>
        </Empty>
      )}
      {fleet.data && fleet.data.nodes.length > 0 && <Listing fleet={fleet.data} place={place} />}
    </>
  );
}

function Sum({ nodes }: { nodes: readonly FleetNode[] }) {
  const { waiting, at, since, dropped, unknown } = sumOf(nodes);
  return (
    <>
      {waiting === 0 ? "No lines wait at the nodes" : `${count(waiting, "line")} wait${waiting === 1 ? "s" : ""} at ${count(at, "node")}`}
      {since !== null && `, the oldest since ${localTime(since)}`}
      {unknown > 0 && `; of ${count(unknown, "node")} it is not known`}
      {dropped > 0 ? `; ${count(dropped, "run")} dropped unsent.` : "; no run was dropped."}
    </>
  );
}

function Listing({ fleet, place }: { fleet: FleetDocument; place: Place }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => setNow(Date.now()), [fleet]);
  const words = (place.query.get("q") ?? "").toLowerCase().split(" ").filter((word) => word !== "");
  const found = sortNodes(fleet.nodes).filter((node) => words.every((word) => `${node.name} ${node.state} ${node.version ?? ""}`.toLowerCase().includes(word)));
  const isAll = place.query.get("all") === "true";
  const shown = isAll ? found : found.slice(0, most);
  return (
    <>
      {(fleet.nodes.length > searchAbove || words.length > 0) && (
        <search>
          <div class="filters">
            <label class="field search">
              Search
              <input
                data-key="search"
                type="search"
                value={place.query.get("q") ?? ""}
                placeholder="name, state, version"
                autocomplete="off"
                spellcheck={false}
                onInput={(event) => open(withQuery({ q: event.currentTarget.value, all: null }), { replace: true })}
              />
            </label>
          </div>
        </search>
      )}
      <div class="listing">
        <div class="scroll" tabIndex={0} role="region" aria-label="Nodes, table">
          <table class="node-list">
            <thead>
              <tr>
                <th scope="col">Node</th>
                <th scope="col">State</th>
                <th scope="col" class="medium">
                  Last heard of
                </th>
                <th scope="col" class="n medium">
                  Waiting lines
                </th>
                <th scope="col" class="n medium">
                  Dropped runs
                </th>
                <th scope="col" class="n medium">
                  Runs here
                </th>
                <th scope="col" class="medium">
                  Version
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((node) => (
                <Row key={node.name} node={node} now={now} />
              ))}
            </tbody>
          </table>
        </div>
        {found.length === 0 && <p class="fact-note">No node matches.</p>}
        {shown.length < found.length && (
          <p class="fact-note">
            The first {most.toLocaleString("en")} of {count(found.length, "node")}; those that need attention come first.{" "}
            <button type="button" class="plain" onClick={() => open(withQuery({ all: "true" }), { replace: true })}>
              Show all
            </button>
          </p>
        )}
        <p class="fact-note">
          A node keeps its lines until the server has them, so what waits is not lost. Dropped are runs whose traces a node removed unsent because its disk was full. This server has version {oneLine(fleet.version)}.
        </p>
      </div>
    </>
  );
}

const additions: Record<string, string> = { problem: ", with a problem", dropped: ", dropped runs" };

function Row({ node, now }: { node: FleetNode; now: number }) {
  const attention = needsAttention(node);
  const kind = kindOf(node);
  const isLost = node.state === "expired" || node.state === "implausible";
  const advice = adviceOf(node);
  const number = (value: number | null): string => (value === null ? "–" : value.toLocaleString("en"));
  return (
    <tr data-kind={kind}>
      <td class="name">
        <b>{oneLine(node.name)}</b>
        {node.problem && <small>Reported by the node: {oneLine(node.problem)}</small>}
        {advice && <small>{advice}</small>}
        <small class="narrow">{describe(node, now)}</small>
      </td>
      <td>
        <span class={attention ? (isLost ? "status damaged" : "status failed") : "status"}>
          {attention && <span aria-hidden="true">⚠ </span>}
          <span data-figure="state">{node.state}</span>
          {node.state !== kind && additions[kind]}
        </span>
      </td>
      <td class="medium">{node.last_seen_at === null ? "never" : <When iso={node.last_seen_at} now={now} />}</td>
      <td class="n medium">
        <span data-figure="waiting">{number(node.waiting)}</span>
        {node.waiting_since !== null && (
          <small class="quiet interval-below">
            since <When iso={node.waiting_since} now={now} isShort />
          </small>
        )}
      </td>
      <td class="n medium" data-figure="dropped">
        {number(node.dropped)}
      </td>
      <td class="n medium" data-figure="runs">
        {number(node.runs)}
      </td>
      <td class="medium version" data-figure="version">
        {node.version === null ? "–" : oneLine(node.version)}
      </td>
    </tr>
  );
}

/** The other columns in words, for a screen that has no space for them. */
function describe(node: FleetNode, now: number): string {
  const parts = [node.last_seen_at === null ? "Never heard of" : `Heard of: ${age(node.last_seen_at, now)} (${localTime(node.last_seen_at)})`];
  if (node.waiting !== null) parts.push(`${count(node.waiting, "line")} wait${node.waiting === 1 ? "s" : ""}${node.waiting_since === null ? "" : ` since ${localTime(node.waiting_since)}`}`);
  if (node.dropped !== null) parts.push(`${count(node.dropped, "run")} dropped`);
  parts.push(`${count(node.runs, "run")} here`);
  if (node.version !== null) parts.push(`version ${oneLine(node.version)}`);
  return `${parts.join("; ")}.`;
}

function When({ iso, now, isShort = false }: { iso: string; now: number; isShort?: boolean }) {
  return (
    <time dateTime={iso} title={iso}>
      {isShort ? (
        localTime(iso)
      ) : (
        <>
          {age(iso, now)} <small class="quiet interval-below">{localTime(iso)}</small>
        </>
      )}
    </time>
  );
}
