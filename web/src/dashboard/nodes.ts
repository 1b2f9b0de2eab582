import type { FleetDocument } from "../documents";
import { count } from "./text";

export type FleetNode = FleetDocument["nodes"][number];

// The most urgent first; a revoked node is as somebody wanted it.
const order = ["expired", "implausible", "silent", "problem", "dropped", "too old", "ok", "revoked"] as const;

type Kind = (typeof order)[number];

/** Why a node needs attention, or that it does not: its state, and of a node that is `ok` whether it reports a problem or dropped runs. */
export function kindOf(node: FleetNode): Kind {
  if (node.state !== "ok" && node.state !== "too old") return order.find((one) => one === node.state) ?? "problem";
  if (node.problem) return "problem";
  if ((node.dropped ?? 0) > 0) return "dropped";
  return node.state;
}

export const needsAttention = (node: FleetNode): boolean => !["ok", "revoked"].includes(kindOf(node));

/** Those that need attention first, then by name. */
export const sortNodes = (nodes: readonly FleetNode[]): FleetNode[] =>
  [...nodes].sort((a, b) => order.indexOf(kindOf(a)) - order.indexOf(kindOf(b)) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

/** What to do at a node, a sentence; null where nothing is. */
export function adviceOf(node: FleetNode): string | null {
  switch (node.state) {
    case "expired":
      return "Its key has expired. A new code enrols it again: tonne fleet code, then tonne fleet enroll on the node.";
    case "revoked":
      return "Its key was revoked. What it pushed stays; a new code enrols it again.";
    case "implausible":
      return node.reasons.length > 0 ? node.reasons.join(" ") : "It reports what cannot be, such as runs that wait since tomorrow. Set its clock.";
    case "silent":
      return node.last_seen_at === null
        ? "It is enrolled and has pushed nothing yet. On the node: tonne agent run."
        : "Not heard of for more than 15 minutes. On the node: tonne agent status.";
    case "too old":
      return "Its minor version is older than the server's. What it pushes is taken; upgrade it.";
    default:
      return node.last_seen_at === null ? "It is enrolled and has pushed nothing yet. On the node: tonne agent run." : null;
  }
}

/** The sentence of the page. */
export function headingOf(nodes: readonly FleetNode[]): string {
  if (nodes.length === 0) return "No nodes yet";
  const attention = nodes.filter(needsAttention).length;
  const revoked = nodes.filter((node) => node.state === "revoked").length;
  const used = nodes.length - revoked;
  const rest = revoked === 0 ? "" : `; ${revoked.toLocaleString("en")} ${revoked === 1 ? "is" : "are"} revoked`;
  if (used === 0) return nodes.length === 1 ? "The only node is revoked" : `All ${count(nodes.length, "node")} are revoked`;
  if (attention > 0) return `${attention.toLocaleString("en")} of ${count(used, "node")} need${attention === 1 ? "s" : ""} attention${rest}`;
  return `${used === 1 ? "The node is well" : `All ${count(used, "node")} are well`}${rest}`;
}

/** What waits at nodes and what was dropped, of those that are not revoked. What cannot be is left out. */
export function sumOf(nodes: readonly FleetNode[]): { waiting: number; at: number; since: string | null; dropped: number; unknown: number } {
  const used = nodes.filter((node) => node.state !== "revoked" && (node.state !== "implausible" || ((node.waiting ?? 0) >= 0 && node.reasons.length > 0)));
  const waiting = used.filter((node) => (node.waiting ?? 0) > 0);
  const since = waiting.flatMap((node) => (node.waiting_since === null ? [] : [node.waiting_since])).sort((a, b) => Date.parse(a) - Date.parse(b));
  return {
    waiting: waiting.reduce((sum, node) => sum + node.waiting!, 0),
    at: waiting.length,
    since: since[0] ?? null,
    dropped: used.reduce((sum, node) => sum + (node.dropped ?? 0), 0),
    unknown: used.filter((node) => node.waiting === null).length,
  };
}

/** How long ago, as `tonne fleet status` writes it. */
export function age(iso: string, now: number): string {
  const minutes = (now - Date.parse(iso)) / 60_000;
  if (minutes < -1) return "in the future";
  if (minutes < 1) return "now";
  if (minutes < 60) return `${Math.floor(minutes)} min ago`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} d ago`;
}
