import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decision, release } from "../../core/domain/decision/records.fixture.ts";
import type { LeadRecord } from "../../core/domain/decision/log-record.ts";
import { createOrgTree } from "../../core/domain/organisation/org-tree.ts";
import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import type { Principal } from "../../core/http/principal.ts";
import type { LeadEvent } from "../../core/ports/store.ts";
import { changeOf } from "../reads/history-view.ts";
import { Audience } from "./audience.ts";
import { isVisibleTo } from "./visible-to.ts";

const NODES = ["hq", "north", "north-a", "north-b", "south", "south-a"];
const REPS = ["ana", "bo"];
const tree = createOrgTree(
  NODES.map((nodeId) => {
    const parentId = nodeId === "hq" ? null : nodeId.includes("-") ? nodeId.slice(0, -2) : "hq";
    return { nodeId, parentId, name: nodeId };
  }),
);
const pools = new Map(["north", "south-a"].map((nodeId) => [`pool-${nodeId}`, { nodeId, name: nodeId }]));
/** The parts of a plan that say who sees what. */
function planOf(teams: Readonly<Record<string, readonly string[]>>): CompiledPlan {
  const rep = (repId: string) =>
    teams[repId] === undefined ? undefined : { rep: { name: "", nodeIds: teams[repId] } };
  return { tree, pool: (poolId: string) => pools.get(poolId), rep } as unknown as CompiledPlan;
}

const before = planOf({ ana: ["north-a"], bo: ["south-a", "north-b"] });
const after = planOf({ ana: ["south-a"] });

function plansFrom(first: CompiledPlan) {
  const held = { now: first };
  return {
    held,
    current: (tenantId: string) => (tenantId === "lost" ? null : held.now),
    tenantIds: () => ["t"],
    version: () => Promise.resolve(held.now),
  };
}

const repId = fc.option(fc.constantFrom(...REPS), { nil: null });
const principals: fc.Arbitrary<Principal> = fc.record({
  principalId: fc.constant("p"),
  tenantId: fc.constantFrom("t", "u", "lost"),
  nodeId: fc.option(fc.constantFrom(...NODES, "gone"), { nil: null }),
  role: fc.constant("rep"),
  repId,
});
const records: fc.Arbitrary<LeadRecord> = fc.oneof(
  fc.constantFrom(...REPS).map((rep) => decision(1, rep)),
  fc
    .constantFrom("pool-north", "pool-south-a", "pool-gone")
    .map((poolId) => release(1, "ana", { to: { kind: "public", poolId } })),
);
const events: fc.Arbitrary<LeadEvent> = fc.record({
  tenantId: fc.constantFrom("t", "u", "lost"),
  leadId: fc.constant("lead"),
  partition: fc.constant(0),
  offset: fc.nat(),
  nodeId: fc.constantFrom(...NODES, ""),
  record: records,
  fromRepId: repId,
  toRepId: repId,
  statusAfter: fc.constant("owned"),
});

describe("an audience", () => {
  it("hears exactly what each of its members may see, also once a plan moves them, and nothing after leaving", () => {
    fc.assert(
      fc.property(fc.array(principals, { maxLength: 12 }), fc.array(events, { maxLength: 8 }), (members, told) => {
        const plans = plansFrom(before);
        const audience = new Audience(plans);
        const heard = members.map((): LeadEvent[] => []);
        const leaves = members.map((principal, at) => audience.add(principal, (_, event) => heard[at]?.push(event)));
        for (const plan of [before, after]) {
          plans.held.now = plan;
          for (const event of told) audience.tell(event, () => "0:1");
          for (const [at, principal] of members.entries()) {
            const visible = told.filter(
              (event) =>
                event.tenantId !== "lost" && isVisibleTo(principal, event, { change: changeOf(event, plan), plan }),
            );
            expect(heard[at]?.splice(0)).toEqual(visible);
          }
        }
        expect(audience.size).toBe(members.length);
        for (const leave of [...leaves, ...leaves]) leave();
        expect(audience.size).toBe(0);
        for (const event of told) audience.tell(event, () => expect.unreachable());
      }),
    );
  });

  it("writes one frame for all who hear an event", () => {
    const audience = new Audience(plansFrom(before));
    const frames: string[] = [];
    const everyone = { principalId: "p", tenantId: "t", nodeId: null, role: "admin", repId: null } as const;
    for (let member = 0; member < 3; member += 1) audience.add(everyone, (frame) => frames.push(frame));
    let asked = 0;
    const place = { tenantId: "t", leadId: "lead", partition: 1, offset: 7, nodeId: "north" };
    const effect = { fromRepId: null, toRepId: "ana", statusAfter: "owned" } as const;
    audience.tell({ ...place, ...effect, record: decision(1, "ana") }, () => `0:3,1:${(asked += 7)}`);
    expect(frames).toEqual([frames[0], frames[0], frames[0]]);
    expect(frames[0]).toMatch(/^id: 0:3,1:7\nevent: assigned\ndata: \{.*"leadId":"lead".*\}\n\n$/);
  });
});
