import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Decision } from "../../services/core/domain/decision/log-record.ts";
import { applyChange, applyDecision } from "../../services/core/domain/ledger/fold-ledger.ts";
import type { LeadEntry } from "../../services/core/domain/ledger/ledger-state.ts";
import { LedgerImage } from "../../services/core/domain/ledger/ledger-image.ts";
import type { LedgerRow } from "../../services/core/domain/ledger/ledger-row.ts";
import { reserveBatch } from "../../services/core/domain/ledger/reserve.ts";
import type { LedgerChange, ReserveItem } from "../../services/core/domain/ledger/reservation.ts";
import {
  NOW_MS,
  canonical,
  claimsPerDay,
  ended,
  grant,
  intakePerHour,
  item,
  listOf,
  request,
} from "./ledger-builders.ts";
import { ACTS, MOVES, POOL_SIZE, type RaceStep, RaceWorld } from "./ledger-race-world.ts";

const RUNS = Number(process.env["FAIRLEAD_TEST_RUNS"] ?? 500);
const REPS = ["ann", "bob", "cho"].map((repId, index) =>
  grant(repId, { privatePool: 6, fairnessWeight: index + 1, windows: [intakePerHour(4), claimsPerDay(2)] }),
);
const NODES = ["north", "south"].map((nodeId) => listOf(REPS, { nodeId, fits: [1000, 5000, 9000], fairnessBound: 1 }));

type Fact = { readonly decision: Decision } | { readonly change: LedgerChange };

/** One thing that happens to one lead, as far as its state allows it. */
interface Step {
  readonly lead: number;
  readonly act: "open" | "claim" | "transfer" | "release" | "recycle" | "close" | "reopen";
  readonly node: number;
  readonly to: number;
  readonly afterMs: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  lead: fc.nat(7),
  act: fc.constantFrom("open", "open", "claim", "transfer", "release", "recycle", "close", "reopen"),
  node: fc.nat(1),
  to: fc.nat(2),
  afterMs: fc.constantFrom(0, 1000, 1_800_000, 9 * 86_400_000),
});

it("I7: folding the log gives exactly the rows of the ledger, in whatever order its partitions are read", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.infiniteStream(fc.nat()), (steps, picks) => {
      const world = new World();
      for (const one of steps) world.play(one);
      const folded = new LedgerImage();
      for (const fact of interleave(world.facts, picks)) {
        if ("decision" in fact) applyDecision(folded, fact.decision);
        else applyChange(folded, fact.change);
      }
      expect(canonical(folded.rows())).toEqual(canonical(world.image.rows()));
    }),
    { numRuns: RUNS },
  );
});

const refuse = { otherwise: { kind: "refuse" as const } };
const ONLY = REPS.map((rep) => [listOf([rep], { nodeId: "north" })]);

/** Leads 0…3 share keys with leads 4…7. */
const keysOf = (lead: number): readonly string[] => [`phone-${lead % 4}`, `e-mail-${lead}`];

/** A live ledger and the records that it made, by lead. */
class World {
  readonly image = new LedgerImage();
  readonly facts = new Map<string, Fact[]>();
  /** Leads that came back and wait for a decision, to which they bring their keys again. */
  readonly #reopened = new Set<string>();
  #atMs = NOW_MS;

  play(step: Step): void {
    this.#atMs += step.afterMs;
    const leadId = `lead-${step.lead}`;
    const entry = this.image.lead(leadId);
    if (step.act === "open") this.#open(step, entry?.cycle ?? 0);
    else if (entry === undefined) return;
    else if (step.act === "claim") this.#claim(step, entry.cycle + 1);
    else if (step.act === "close") this.#close(step, entry);
    else if (step.act === "reopen") this.#reopen(leadId, entry);
    else if (entry.status !== "owned") return;
    else if (step.act === "transfer") this.#transfer(step, entry);
    else this.#end(leadId, entry, step.act === "recycle" ? { status: "public", poolId: "pool" } : {});
  }

  #open({ lead, node, to }: Step, cycle: number): void {
    const isNew = cycle === 0 || this.#reopened.has(`lead-${lead}`);
    const opening = item(`lead-${lead}`, {
      cycle: cycle + 1,
      via: isNew ? "routed" : "rerouted",
      identityKeys: isNew ? keysOf(lead) : [],
      lists: [NODES[node]!],
      otherwise: to === 0 ? { kind: "public", poolId: "pool" } : { kind: "parked", reason: "no_capacity" },
    });
    this.#note(opening.leadId, this.#decide(opening));
  }

  #claim({ lead, to }: Step, cycle: number): void {
    const claim = item(`lead-${lead}`, { ...refuse, via: "claimed", cycle, lists: ONLY[to]! });
    this.#note(claim.leadId, this.#decide(claim));
  }

  /** The release stands before the decision in the log, and is applied after the reservation. */
  #transfer({ lead, to }: Step, entry: LeadEntry): void {
    const one = {
      ...refuse,
      via: "transferred" as const,
      cycle: entry.cycle + 1,
      lists: ONLY[to]!,
      transferFromRepId: entry.ref,
    };
    const decided = this.#decide(item(`lead-${lead}`, one));
    if (decided === null) return;
    this.#end(`lead-${lead}`, entry, {});
    this.#note(`lead-${lead}`, decided);
  }

  #close({ lead }: Step, entry: LeadEntry): void {
    const isOpen = ["owned", "parked", "public", "released"].includes(entry.status);
    if (isOpen) this.#end(`lead-${lead}`, entry, { status: "closed", identityKeys: keysOf(lead) });
  }

  #reopen(leadId: string, { cycle, status }: LeadEntry): void {
    if (status !== "closed") return;
    this.#reopened.add(leadId);
    this.#apply({ kind: "reopened", leadId, cycle });
  }

  #end(leadId: string, { cycle, status, ref, loadMilli }: LeadEntry, changes: Parameters<typeof ended>[2]): void {
    this.#apply(ended(leadId, status === "owned" ? ref : null, { cycle, loadMilli, ...changes }));
  }

  #apply(change: LedgerChange): void {
    applyChange(this.image, change);
    this.#note(change.leadId, { change });
  }

  #decide(one: ReserveItem): Fact | null {
    const [result] = reserveBatch(this.image, request([one], { atMs: this.#atMs }));
    if (result?.kind !== "decided" || result.replayed) return null;
    const { leadId, cycle, lists, channel } = one;
    this.#reopened.delete(leadId);
    const { outcome, via, planVersion, charge, atMs } = result;
    const nodeId = lists[0]?.nodeId ?? "";
    const facts = {
      identityKeys: keysOf(Number(leadId.slice(5))),
      source: { channel },
    } as unknown as Decision["facts"];
    return {
      decision: { type: "decision", leadId, cycle, atMs, outcome, via, planVersion, nodeId, charge, facts } as Decision,
    };
  }

  #note(leadId: string, fact: Fact | null): void {
    if (fact !== null) this.facts.set(leadId, [...(this.facts.get(leadId) ?? []), fact]);
  }
}

/** Keeps the order within a lead, which is the order within its partition; any other order may be. */
function* interleave(facts: ReadonlyMap<string, Fact[]>, picks: fc.Stream<number>): Generator<Fact> {
  const queues = [...facts.values()].map((queue) => [...queue]);
  for (const pick of picks) {
    const waiting = queues.filter((queue) => queue.length > 0);
    if (waiting.length === 0) return;
    yield waiting[pick % waiting.length]!.shift()!;
  }
}

const LEADS = 4;

const stepOf = (moves: readonly RaceStep["move"][]): fc.Arbitrary<RaceStep> =>
  fc.record({
    move: fc.constantFrom(...moves),
    lead: fc.nat(LEADS - 1),
    pick: fc.nat(11),
    behind: fc.constantFrom(0, 0, 0, 1),
  });

function holdsLimits(world: RaceWorld): void {
  const held = Array.from(world.image.rows(), (row) => (row.kind === "rep" ? row.held : 0));
  expect(Math.max(0, ...held)).toBeLessThanOrEqual(POOL_SIZE);
}

it("I7: ends as the fold of the log, whatever closures, releases and recoveries come between reservation and append", () => {
  fc.assert(
    fc.property(fc.array(stepOf([...ACTS, ...MOVES]), { maxLength: 80, size: "max" }), (steps) => {
      const world = new RaceWorld();
      for (const step of steps) {
        world.play(step);
        holdsLimits(world);
      }
      world.settle();
      expect(world.fold.verdicts.conflict).toBe(0);
      expect(canonical(world.ledger.rows())).toEqual(canonical(world.image.rows()));
    }),
    { numRuns: RUNS },
  );
});

/** Credit, turn and floor as one number per rep, tenant and node; all other rows as they are. */
function split(rows: Iterable<LedgerRow>) {
  const others: LedgerRow[] = [];
  const charges = new Map<string, number>();
  for (const row of rows) {
    if (row.kind === "floor") charges.set(`floor ${row.nodeId}`, row.floor);
    else if (row.kind === "turn") charges.set("turn", row.turn);
    else if (row.kind === "rep") {
      charges.set(`credit ${row.repId}`, row.credit);
      charges.set(`turn ${row.repId}`, row.turn);
      if (row.held > 0) others.push({ ...row, credit: 0, turn: 0 });
    } else others.push(row);
  }
  return { others: canonical(others), charges };
}

it("I7: is ahead of the fold in credit, turn and floor at most, when appends are lost for good", () => {
  fc.assert(
    fc.property(fc.array(stepOf([...ACTS, ...MOVES, "lose"]), { maxLength: 80, size: "max" }), (steps) => {
      const world = new RaceWorld();
      for (const step of steps) world.play(step);
      world.settle(Array.from({ length: LEADS }, (_, lead) => lead));
      expect(world.fold.verdicts.conflict).toBe(0);
      const [live, folded] = [split(world.ledger.rows()), split(world.image.rows())];
      expect(live.others).toEqual(folded.others);
      for (const [name, number] of folded.charges) expect(live.charges.get(name)).toBeGreaterThanOrEqual(number);
    }),
    { numRuns: RUNS },
  );
});
