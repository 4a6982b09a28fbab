import * as fc from "fast-check";
import type { Decision, LeadRecord, LogRecord, Outcome } from "../../services/core/domain/decision/log-record.ts";
import {
  closure,
  decision,
  FACTS,
  followUp,
  release,
  reopening,
} from "../../services/core/domain/decision/records.fixture.ts";

/** A record for one partition of the log. */
export interface Pour {
  readonly partition: number;
  readonly record: LogRecord;
}

export const PARTITIONS = 3;
const REPS = ["ann", "bob"];

/**
 * Records in any order and of any sense: duplicates, conflicts, records of cycles that never were, late decisions behind
 * barriers. A lead stays in its partition, as in a real log; leads of different partitions share customers.
 */
export const soup: fc.Arbitrary<readonly Pour[]> = fc
  .array(
    fc.record({
      lead: fc.nat(5),
      dice: fc.nat(19),
      cycle: fc.integer({ min: 1, max: 4 }),
      by: fc.nat(1),
      n: fc.nat(9),
    }),
    { maxLength: 80 },
  )
  .map((throws) => throws.map(pourOf));

interface Throw {
  readonly lead: number;
  readonly dice: number;
  readonly cycle: number;
  readonly by: number;
  readonly n: number;
}

function pourOf(thrown: Throw, index: number): Pour {
  const partition = thrown.lead % PARTITIONS;
  if (thrown.dice === 0) return { partition, record: { type: "barrier", epoch: 1 + (thrown.n % 3) } };
  const record = recordOf(thrown, index);
  const ids = { leadId: `lead-${thrown.lead}`, atMs: index * 1000 };
  return { partition, record: { ...record, ...ids } };
}

function recordOf(thrown: Throw, index: number): LeadRecord {
  const { dice, cycle, by } = thrown;
  const repId = REPS[by]!;
  if (dice < 11) return decisionOf(thrown, index);
  if (dice < 14) return release(cycle, repId, by === 0 ? { to: { kind: "reroute" } } : {});
  if (dice < 17) return { ...closure(cycle, repId), identityKeys: keysOf(thrown) };
  return dice < 19 ? reopening(cycle) : followUp(cycle, repId);
}

function decisionOf(thrown: Throw, index: number): Decision {
  const { dice, cycle, by, n } = thrown;
  const repId = REPS[by]!;
  const outcomes: readonly Outcome[] = [
    { kind: "assigned", repId },
    { kind: "parked", reason: "no_capacity" },
    { kind: "public", poolId: "pool" },
    { kind: "duplicate", ofLeadId: "lead-0" },
  ];
  return decision(cycle, repId, {
    epoch: 1 + (n % 3),
    outcome: outcomes[dice < 8 ? 0 : dice - 7] ?? outcomes[0]!,
    via: cycle === 1 ? "routed" : n < 5 ? "claimed" : "transferred",
    charge: { loadMilli: 500, credit: index / 4, turn: index, floor: index / 8 },
    facts: { ...FACTS, leadId: `lead-${thrown.lead}`, identityKeys: keysOf(thrown) },
  });
}

const keysOf = ({ lead }: Throw): readonly string[] => [`phone-${lead % 2}`, `mail-${lead}`];
