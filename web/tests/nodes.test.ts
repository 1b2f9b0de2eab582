import { describe, expect, it } from "vitest";
import { adviceOf, age, headingOf, kindOf, sortNodes, sumOf, type FleetNode } from "../src/dashboard/nodes";

const node = (name: string, state: string, other: Partial<FleetNode> = {}): FleetNode => ({
  name,
  state,
  enrolled_at: "2026-11-01T00:00:00Z",
  key_expires_at: "2027-12-06T00:00:00Z",
  revoked_at: null,
  last_seen_at: "2026-11-30T12:00:00Z",
  version: "0.1.0",
  factors_hash: null,
  waiting: 0,
  waiting_since: null,
  dropped: 0,
  runs: 1,
  problem: null,
  reasons: [],
  ...other,
});

describe("the nodes of a fleet", () => {
  it("that are implausible show why", () => {
    expect(adviceOf(node("a", "implausible", { reasons: ["Draws 3.1 x its 12 peers.", "Set its clock."] }))).toBe("Draws 3.1 x its 12 peers. Set its clock.");
    expect(adviceOf(node("a", "implausible"))).toContain("Set its clock");
  });

  it("come in the order in which they need attention, then by name", () => {
    const nodes = [
      node("b", "ok"),
      node("a", "revoked"),
      node("c", "too old"),
      node("d", "ok", { dropped: 1 }),
      node("e", "ok", { problem: "no meter" }),
      node("f", "silent"),
      node("g", "implausible"),
      node("h", "expired"),
      node("a2", "ok"),
      node("i", "a state of a later version"),
    ];

    expect(sortNodes(nodes).map((one) => one.name)).toEqual(["h", "g", "f", "e", "i", "d", "c", "a2", "b", "a"]);
    expect(nodes[0]!.name).toBe("b");
    expect(kindOf(node("x", "too old", { dropped: 2 }))).toBe("dropped");
  });

  it("are summed up in a sentence", () => {
    expect(headingOf([])).toBe("No nodes yet");
    expect(headingOf([node("a", "ok")])).toBe("The node is well");
    expect(headingOf([node("a", "revoked")])).toBe("The only node is revoked");
    expect(headingOf([node("a", "revoked"), node("b", "revoked")])).toBe("All 2 nodes are revoked");
    expect(headingOf([node("a", "ok"), node("b", "ok"), node("c", "revoked")])).toBe("All 2 nodes are well; 1 is revoked");
    expect(headingOf([node("a", "silent"), node("b", "ok"), node("c", "revoked")])).toBe("1 of 2 nodes needs attention; 1 is revoked");
    expect(headingOf([node("a", "silent"), node("b", "expired")])).toBe("2 of 2 nodes need attention");
  });

  it("have sums of what can be", () => {
    const nodes = [
      node("a", "ok", { waiting: 5, waiting_since: "2026-11-30T10:00:00Z", dropped: 2 }),
      node("b", "silent", { waiting: 7, waiting_since: "2026-11-30T08:00:00+02:00" }),
      node("c", "silent", { last_seen_at: null, waiting: null, dropped: null, version: null }),
      node("d", "implausible", { waiting: -1, waiting_since: "2026-12-02T00:00:00Z" }),
      node("e", "revoked", { waiting: 100, waiting_since: "2026-01-01T00:00:00Z", dropped: 3 }),
    ];

    // 08:00 at UTC+2 is 06:00 UTC, before 10:00.
    expect(sumOf(nodes)).toEqual({ waiting: 12, at: 2, since: "2026-11-30T08:00:00+02:00", dropped: 2, unknown: 1 });
  });

  it("have a remedy where one is needed", () => {
    expect(adviceOf(node("a", "ok"))).toBeNull();
    expect(adviceOf(node("a", "ok", { last_seen_at: null }))).toContain("tonne agent run");
    expect(adviceOf(node("a", "expired"))).toContain("tonne fleet code");
    expect(adviceOf(node("a", "silent"))).toContain("tonne agent status");
    expect(adviceOf(node("a", "silent", { last_seen_at: null }))).toContain("pushed nothing yet");
  });

  it("were heard of as the command line says", () => {
    // FleetCommands.FormatAge.
    const now = Date.parse("2026-11-30T12:00:00Z");
    const ages = [0, 0.9, 1, 59.9, 60, 1439, 1440, 5000].map((minutes) => age(new Date(now - minutes * 60_000).toISOString(), now));

    expect(ages).toEqual(["now", "now", "1 min ago", "59 min ago", "1 h ago", "23 h ago", "1 d ago", "3 d ago"]);
    expect(age("2026-12-01T00:00:00Z", now)).toBe("in the future");
  });
});
