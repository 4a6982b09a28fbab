import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldLead, type RecordVerdict } from "./fold.ts";
import type { LeadState } from "./lead-state.ts";
import { closure, decision, followUp, release, reopening } from "./records.fixture.ts";
import type { LeadRecord, Outcome } from "./log-record.ts";

/** Folds records one after the other. Numbers among them are barriers. */
function foldAll(records: readonly (LeadRecord | number)[]): {
  state: LeadState | undefined;
  verdicts: RecordVerdict[];
} {
  let state: LeadState | undefined;
  let barrierEpoch = 0;
  const verdicts: RecordVerdict[] = [];
  for (const record of records) {
    if (typeof record === "number") {
      barrierEpoch = Math.max(barrierEpoch, record);
      continue;
    }
    const folded = foldLead(state, record, barrierEpoch);
    state = folded.state;
    verdicts.push(folded.verdict);
  }
  return { state, verdicts };
}

describe("foldLead", () => {
  it("takes the first decision of a cycle and names later ones by their outcome", () => {
    const { state, verdicts } = foldAll([decision(1, "ann"), decision(1, "ann"), decision(1, "bob")]);
    expect(verdicts).toEqual(["effective", "duplicate", "conflict"]);
    expect(state).toMatchObject({ status: "owned", repId: "ann", cycle: 1 });
  });

  it("voids decisions of a lost epoch behind its barrier, not before it", () => {
    expect(foldAll([decision(1, "ann", { epoch: 1 }), 2]).verdicts).toEqual(["effective"]);
    const { state, verdicts } = foldAll([2, decision(1, "ann", { epoch: 1 }), decision(1, "bob", { epoch: 2 })]);
    expect(verdicts).toEqual(["void", "effective"]);
    expect(state?.repId).toBe("bob");
  });

  it("never assigns an owned lead again without a release", () => {
    const { state, verdicts } = foldAll([decision(1, "ann"), decision(2, "bob")]);
    expect(verdicts).toEqual(["effective", "conflict"]);
    expect(state?.repId).toBe("ann");
  });

  it("remembers every former owner with the time of his release", () => {
    const { state } = foldAll([
      decision(1, "ann"),
      release(1, "ann", { atMs: 10 }),
      decision(2, "bob", { via: "claimed" }),
      release(2, "bob", { atMs: 20 }),
    ]);
    expect(state).toMatchObject({ status: "public", poolId: "pool", repId: null });
    expect(state?.formerOwners).toEqual([
      { repId: "ann", releasedAtMs: 10 },
      { repId: "bob", releasedAtMs: 20 },
    ]);
  });

  it("lets log order arbitrate: the second of two releases, or a recycle of a lead released meanwhile, is stale", () => {
    const { state, verdicts } = foldAll([
      decision(1, "ann"),
      release(1, "ann"),
      release(1, "ann"),
      decision(2, "bob"),
      release(1, "ann"),
    ]);
    expect(verdicts).toEqual(["effective", "effective", "stale", "effective", "stale"]);
    expect(state?.repId).toBe("bob");
  });

  it("keeps a converted lead with the rep who won it, and gives it to nobody (D1)", () => {
    const { state, verdicts } = foldAll([decision(1, "ann"), closure(1, "ann"), decision(2, "bob")]);
    expect(verdicts).toEqual(["effective", "effective", "stale"]);
    expect(state).toMatchObject({ status: "converted", repId: "ann" });
  });

  it("opens a new round for a reopened lead, with its history", () => {
    const { state, verdicts } = foldAll([decision(1, "ann"), closure(1, "ann"), reopening(1), decision(3, "bob")]);
    expect(verdicts).toEqual(["effective", "effective", "effective", "effective"]);
    expect(state).toMatchObject({ status: "owned", repId: "bob", cycle: 3 });
    expect(state?.formerOwners.map(({ repId }) => repId)).toEqual(["ann"]);
  });

  it("opens a new round for a dead lead that is reopened, and for no other that was never owned", () => {
    const given = (outcome: Outcome) => [decision(1, "", { outcome }), reopening(1), decision(3, "bob")];
    const dead = foldAll(given({ kind: "dead", reason: "RECORD_KILLER" }));
    expect(dead.verdicts).toEqual(["effective", "effective", "effective"]);
    expect(dead.state).toMatchObject({ status: "owned", repId: "bob", cycle: 3, formerOwners: [] });
    for (const outcome of [
      { kind: "rejected", reason: "unreachable_number" },
      { kind: "duplicate", ofLeadId: "first" },
      { kind: "parked", reason: "no_territory" },
      { kind: "public", poolId: "pool" },
    ] as const) {
      expect(foldAll(given(outcome)).verdicts.slice(0, 2)).toEqual(["effective", "stale"]);
    }
  });

  it("keeps out a decision that was reserved before the closure and comes behind the reopening", () => {
    const late = [decision(1, "ann"), closure(1, "ann"), reopening(1), decision(2, "bob")];
    expect(foldAll(late)).toMatchObject({ verdicts: ["effective", "effective", "effective", "stale"] });
    expect(foldAll(late).state).toMatchObject({ status: "released", repId: null, cycle: 2 });
  });

  it("takes a follow-up of the owner only", () => {
    expect(foldAll([decision(1, "ann"), followUp(1, "bob"), followUp(1, "ann")]).verdicts).toEqual([
      "effective",
      "stale",
      "effective",
    ]);
  });

  it("gives the same state however often a prefix of the log is repeated (I5)", () => {
    const anyRecord: fc.Arbitrary<LeadRecord> = fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom("ann", "bob")).map(([c, rep]) => decision(c, rep)),
      fc.integer({ min: 1, max: 3 }).map((cycle) => release(cycle, "ann")),
      fc.integer({ min: 1, max: 3 }).map((cycle) => closure(cycle, "ann")),
    );
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 12 }), (records) => {
        const once = foldAll(records).state;
        // A redelivered batch can only repeat what was already there when it was sent.
        const repeated = records.flatMap((record): LeadRecord[] =>
          record.type === "decision" ? [record, record] : [record],
        );
        expect(foldAll(repeated).state).toEqual(once);
      }),
    );
  });
});
