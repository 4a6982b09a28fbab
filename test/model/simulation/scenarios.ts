import type { CompiledPlan } from "../../../services/core/domain/plan/compiled-plan.ts";
import { leadRequest, type Command } from "./clients.ts";
import { TENANT, simulatedPlan, partitionOf } from "./plans.ts";
import type { Fate } from "./scheduler.ts";
import { TO_POOL, closeOwned, fail, mustBe, once, put, stateOf, statusOf, sweep } from "./story.ts";
import type { World } from "./world.ts";

/** A short story with a known end. Crashes are put into what happens from `play` on. */
export interface Scenario {
  readonly name: string;
  readonly plans?: readonly CompiledPlan[];
  /** Processes hear of the tenant when the story says so. */
  readonly isTenantNew?: boolean;
  readonly prepare?: (world: World) => void;
  /** Commands that are done before the story begins. */
  readonly before?: readonly Command[];
  readonly play?: (world: World) => void;
  /** Sent at once, by one person each. */
  readonly commands?: readonly Command[];
  /** When all that has come to rest. */
  readonly afterwards?: (world: World) => void;
  /** Before each call of a process. */
  readonly onCall?: (world: World, label: string) => void;
  /** What becomes of a call, unless it just happens. */
  readonly fateOf?: (world: World, label: string) => Fate | undefined;
  /** As `expect`, but before the end, at which leads are helped to the router. */
  readonly expectAtRest?: (world: World) => void;
  /** Adds a violation if the story did not end as it must. */
  readonly expect?: (world: World) => void;
}

const ONE_SLOT = [simulatedPlan(1, { privatePool: 1 }, { repIds: ["ann"] })];
const A = "lead-a";
const B = "lead-b";
const ownedOf = (world: World): string => (statusOf(world, A) === "owned" ? A : B);

/** As on a cluster, where the roster is on another master. */
export const NEW_TENANT_LOST: Scenario = {
  name: "the ledger of a new tenant is lost, and the roster is not",
  isTenantNew: true,
  play(world) {
    world.isTenantKnown = true;
    put(world, A);
    put(world, B);
  },
  onCall: once("append decisions", (world) => world.redis.primary.loseTenants()),
  expect: (world) => [A, B].forEach((leadId) => mustBe(world, leadId, ["owned"])),
};

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "assign",
    play: (world) => [A, B, "lead-c"].forEach((leadId) => put(world, leadId)),
    expect: (world) => [A, B, "lead-c"].forEach((leadId) => mustBe(world, leadId, ["owned"])),
  },
  {
    name: "duplicate delivery in two partitions at once",
    play(world) {
      for (const partition of [0, 1, 0]) world.leads.append(partition, [leadRequest(A)]);
    },
    expect: (world) => mustBe(world, A, ["owned"]),
  },
  {
    name: "claim against assign for the last slot",
    plans: ONE_SLOT,
    prepare: (world) => put(world, A, TO_POOL),
    play: (world) => put(world, B),
    commands: [{ kind: "claim", leadId: A, repId: "ann" }],
    expect(world) {
      mustBe(world, A, ["owned", "public"]);
      mustBe(world, B, ["owned", "parked"]);
      if (statusOf(world, A) === statusOf(world, B)) fail(world, "both leads have the one slot");
    },
  },
  {
    name: "release against claim",
    prepare: (world) => put(world, A, TO_POOL),
    before: [{ kind: "claim", leadId: A, repId: "ann" }],
    commands: [
      { kind: "release", leadId: A },
      { kind: "claim", leadId: A, repId: "bob" },
    ],
    expect: (world) => mustBe(world, A, ["owned", "public"]),
  },
  {
    name: "park and free",
    plans: ONE_SLOT,
    prepare: (world) => [A, B].forEach((leadId) => put(world, leadId)),
    play: (world) => closeOwned(world, ownedOf(world)),
    afterwards: sweep,
    expect(world) {
      const statuses = [A, B].map((leadId) => statusOf(world, leadId)).sort();
      if (statuses.join() !== "closed,owned") fail(world, `the leads are ${statuses.join(" and ")}`);
    },
  },
  {
    name: "plan change between match and reserve",
    plans: [
      simulatedPlan(1, { privatePool: 2 }, { repIds: ["ann"] }),
      simulatedPlan(2, { privatePool: 1 }, { repIds: ["ann"] }),
    ],
    play: (world) => [A, B, "lead-c"].forEach((leadId) => put(world, leadId)),
    // The heartbeat is between the two.
    onCall(world, label) {
      if (label === "heartbeat leads") for (const service of world.services) world.publishPlan(service);
    },
  },
  {
    name: "recovery between reserve and append",
    play: (world) => [A, B].forEach((leadId) => put(world, leadId)),
    onCall: once("append decisions", (world) => world.redis.inject("flush")),
    expect: (world) => [A, B].forEach((leadId) => mustBe(world, leadId, ["owned"])),
  },
  {
    name: "failover to a stale replica with the old primary alive",
    prepare(world) {
      put(world, A);
      world.redis.replicate();
    },
    play: (world) => [B, "lead-c"].forEach((leadId) => put(world, leadId)),
    onCall: once("append decisions", (world) => {
      world.redis.inject("stale_failover");
      // One process notices; the other goes on with the old primary.
      world.services[1]!.ledger.reconnect();
      put(world, "lead-d");
      put(world, "lead-e");
    }),
    expect: (world) => [A, B, "lead-c", "lead-d", "lead-e"].forEach((leadId) => mustBe(world, leadId, ["owned"])),
  },
  {
    name: "transfer",
    prepare: (world) => put(world, A, TO_POOL),
    before: [{ kind: "claim", leadId: A, repId: "ann" }],
    commands: [{ kind: "transfer", leadId: A, repId: "bob" }],
    expect(world) {
      mustBe(world, A, ["owned"]);
      if (stateOf(world, A)?.repId !== "bob") fail(world, "the transfer was not done");
    },
  },
  {
    name: "close against release",
    prepare: (world) => put(world, A),
    commands: [
      { kind: "close", leadId: A },
      { kind: "release", leadId: A },
    ],
    expect: (world) => mustBe(world, A, ["closed"]),
  },
  {
    name: "two claims for one lead",
    prepare: (world) => put(world, A, TO_POOL),
    commands: [
      { kind: "claim", leadId: A, repId: "ann" },
      { kind: "claim", leadId: A, repId: "bob" },
    ],
    expect: (world) => mustBe(world, A, ["owned"]),
  },
  {
    name: "reroute of a parked lead by two stewards",
    plans: [simulatedPlan(1, { privatePool: 0 }), simulatedPlan(2, { privatePool: 1 })],
    prepare: (world) => put(world, A),
    play(world) {
      world.publishPlan(undefined);
      for (const service of world.services) service.plan = world.plan;
      sweep(world);
    },
    afterwards: sweep,
    expect: (world) => mustBe(world, A, ["owned"]),
  },
  {
    name: "identity duplicate in two partitions at once",
    play: (world) => [A, B].forEach((leadId) => put(world, leadId, { identityKeys: ["phone"] })),
    expect(world) {
      const statuses = [A, B].map((leadId) => statusOf(world, leadId)).sort();
      if (statuses.join() !== "duplicate,owned") fail(world, `one customer has ${statuses.join(" and ")}`);
    },
  },
  {
    name: "poison among leads",
    play(world) {
      put(world, A);
      world.leads.appendPoison(partitionOf(TENANT, A));
      world.leads.append(partitionOf(TENANT, A), [leadRequest(B)]);
    },
    expect: (world) => [A, B].forEach((leadId) => mustBe(world, leadId, ["owned"])),
  },
  {
    name: "reopen and reroute",
    prepare: (world) => put(world, A),
    before: [{ kind: "close", leadId: A }],
    commands: [{ kind: "reopen", leadId: A }],
    afterwards: sweep,
    expect: (world) => mustBe(world, A, ["owned"]),
  },
  {
    name: "a tenant that is new",
    isTenantNew: true,
    play(world) {
      world.isTenantKnown = true;
      [A, B, "lead-c"].forEach((leadId) => put(world, leadId));
    },
    expect: (world) => [A, B, "lead-c"].forEach((leadId) => mustBe(world, leadId, ["owned"])),
  },
  NEW_TENANT_LOST,
];
