import { DECISION_VIAS } from "../../services/core/domain/decision/log-record.ts";
import * as fc from "fast-check";
import type {
  CandidateList,
  LedgerChange,
  Otherwise,
  RepGrant,
  ReserveItem,
  ReserveRequest,
  WindowLimit,
} from "../../services/core/domain/ledger/reservation.ts";
import { STRATEGIES } from "../../services/core/domain/matching/policy.ts";
import { NOW_MS, confirmed, ended } from "./ledger-builders.ts";

/** What can be done with a ledger. Small worlds, so that leads, reps and keys meet often. */
export type LedgerCommand =
  | { readonly kind: "reserve"; readonly items: readonly ReserveItem[]; readonly afterMs: number }
  /** An earlier batch once more, as after a crash. */
  | { readonly kind: "repeat"; readonly which: number }
  | { readonly kind: "apply"; readonly changes: readonly LedgerChange[] }
  /** The decisions of an earlier batch come out of the log, with closures of the cycles before ahead of or behind them. */
  | { readonly kind: "log"; readonly which: number; readonly closures: "none" | "ahead" | "behind" }
  /** Recovery from the rows that the ledger itself has. */
  | { readonly kind: "reseed" };

const REPS = ["ann", "bob", "cho", "dee", "eve"];
const CHANNELS = ["web", "web|ads", "phone"];
const LENGTHS_MS = [0, 60_000, 3_600_000, 40 * 86_400_000];

const leadId = fc.integer({ min: 0, max: 11 }).map((n) => `lead-${n}`);
const channel = fc.constantFrom(...CHANNELS);
const scope = fc.constantFrom("intake" as const, "claim" as const);
const cycle = fc.oneof(
  { weight: 5, arbitrary: fc.constant(1) },
  { weight: 4, arbitrary: fc.constant(2) },
  fc.constant(3),
  fc.constant(4),
);
const loadMilli = fc.constantFrom(0, 333, 1000, 2500);

const window: fc.Arbitrary<WindowLimit> = fc.record({
  scope,
  channel: fc.option(channel),
  lengthMs: fc.constantFrom(...LENGTHS_MS),
  limit: fc.integer({ min: 0, max: 3 }),
});

const grantOf = (repId: string): fc.Arbitrary<RepGrant> =>
  fc.record({
    repId: fc.constant(repId),
    repIndex: fc.constant(REPS.indexOf(repId)),
    privatePool: fc.constantFrom(0, 1, 3, 50),
    loadMilli: fc.constantFrom(0, 1000, 5000, Infinity),
    fairnessWeight: fc.constantFrom(0.7, 1, 2, 3),
    windows: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(window, { maxLength: 2 })),
  });

/** Two plans' worth of grants, so that one batch may know a rep under different limits. */
const roster = fc.tuple(...[...REPS, ...REPS].map(grantOf));

function listArbitrary(grants: readonly RepGrant[]): fc.Arbitrary<CandidateList> {
  const byRep = fc.subarray(grants.map((_, index) => index)).map((chosen) => {
    const unique = new Map(chosen.map((index) => [grants[index]!.repId, grants[index]!]));
    return [...unique.values()].sort((a, b) => (a.repId < b.repId ? -1 : 1));
  });
  return fc.record({
    nodeId: fc.constantFrom("north", "south"),
    candidates: fc
      .tuple(byRep, fc.array(fc.constantFrom(0, 4000, 10_000), { minLength: 5, maxLength: 5 }))
      .map(([chosen, fits]) => chosen.map((one, index) => ({ grant: one, fit: fits[index]! }))),
    present: byRep,
    strategy: fc.constantFrom(...STRATEGIES),
    fairnessBound: fc.constantFrom(0, 0.5, 2),
    filtered: fc.constantFrom([], [{ repIndex: REPS.length, verdict: "absent" as const, fit: 0, gap: 0 }]),
  });
}

const otherwise: fc.Arbitrary<Otherwise> = fc.constantFrom<Otherwise>(
  { kind: "parked", reason: "no_capacity" },
  { kind: "public", poolId: "pool" },
  { kind: "rejected", reason: "unreachable" },
  { kind: "dead", reason: "LEAD_INVALID" },
  { kind: "refuse" },
);

function itemArbitrary(lists: readonly CandidateList[]): fc.Arbitrary<ReserveItem> {
  return fc.record({
    leadId,
    cycle,
    identityKeys: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.subarray(["k1", "k2", "k3", "k4"])),
    loadMilli,
    channel,
    via: fc.constantFrom(...DECISION_VIAS),
    planVersion: fc.constantFrom(1, 2),
    lists: fc.array(fc.constantFrom(...lists), { maxLength: 3 }),
    otherwise,
    transferFromRepId: fc.option(fc.constantFrom(...REPS), { freq: 3 }),
  });
}

const change: fc.Arbitrary<LedgerChange> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("ended" as const),
      leadId,
      cycle: fc.integer({ min: 1, max: 3 }),
      repId: fc.option(fc.constantFrom(...REPS), { freq: 6 }),
      loadMilli,
      status: fc.constantFrom("public" as const, "released" as const, "closed" as const),
      poolId: fc.constantFrom("", "pool"),
      identityKeys: fc.subarray(["k1", "k2", "k3", "k4"]),
    }),
  },
  fc.record({ kind: fc.constant("reopened" as const), leadId, cycle: fc.integer({ min: 1, max: 3 }) }),
);

const logged = fc.record({
  kind: fc.constant("log" as const),
  which: fc.nat(),
  closures: fc.constantFrom("none" as const, "ahead" as const, "behind" as const),
});

/** What the applier reads of a batch's decisions. */
export function loggedChanges({ items, epoch }: ReserveRequest, closures: "none" | "ahead" | "behind"): LedgerChange[] {
  return items.flatMap(({ leadId: id, cycle: of, identityKeys, transferFromRepId }): LedgerChange[] => {
    if (of === 1) return [];
    const decision = confirmed(id, of, { epoch });
    const closure = ended(id, transferFromRepId, { cycle: of - 1, status: "closed", identityKeys });
    if (closures === "none") return [decision];
    return closures === "ahead" ? [closure, decision] : [decision, closure];
  });
}

const afterMs = fc.constantFrom(-60_000, 0, 1, 30_000, 1_800_000, 20 * 86_400_000);

function commandArbitrary(lists: readonly CandidateList[]): fc.Arbitrary<LedgerCommand> {
  const items = fc.array(itemArbitrary(lists), { minLength: 1, maxLength: 8 });
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("reserve" as const), items, afterMs }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("repeat" as const), which: fc.nat() }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("apply" as const), changes: fc.array(change, { maxLength: 6 }) }),
    },
    { weight: 2, arbitrary: logged },
    { weight: 1, arbitrary: fc.constant({ kind: "reseed" as const }) },
  );
}

export const ledgerCommands: fc.Arbitrary<readonly LedgerCommand[]> = roster
  .chain((grants) => fc.array(listArbitrary(grants), { minLength: 1, maxLength: 4 }))
  .chain((lists) => fc.array(commandArbitrary(lists), { minLength: 1, maxLength: 14 }));

export const START_MS = NOW_MS;
