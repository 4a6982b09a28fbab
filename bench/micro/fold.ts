/**
 * The log folded into leads and ledger, as recovery, verification and every embedded start do it: one pass over records
 * that change what they add to. Against the obvious way: keep the records of each lead and replay them when one comes,
 * and make a new ledger of plain objects with each record. Both must end with the same leads.
 * Writes bench/results/fold.json. Run: `node bench/micro/fold.ts`.
 */
import { writeFileSync } from "node:fs";
import { decisionId } from "../../services/core/domain/decision/decision-id.ts";
import { foldLead } from "../../services/core/domain/decision/fold.ts";
import type { LeadState } from "../../services/core/domain/decision/lead-state.ts";
import { createLogFold } from "../../services/core/domain/decision/log-fold.ts";
import type { LeadRecord } from "../../services/core/domain/decision/log-record.ts";
import { createLogRecordCodec } from "../../services/core/wire/log-record-codec.ts";
import { describeMachine } from "../pipeline/report.ts";
import { round, spread } from "../pipeline/summary.ts";
import { closure, decision, FACTS, followUp, release } from "../../services/core/domain/decision/records.fixture.ts";
import { threadMicros } from "./thread-micros.ts";

const LEADS = 50_000;
/** The obvious ledger copies what all reps hold with each record. */
const OBVIOUS_LEADS = 2_000;
const REPS = 1_000;
const ROUNDS = 7;
const codec = createLogRecordCodec();

/** Given, worked on, given back, given again, sold: six records a lead, those of many leads mixed as on a real log. */
function recordsOf(leads: number): readonly LeadRecord[] {
  const histories = Array.from({ length: leads }, (_, index): LeadRecord[] => {
    const leadId = `lead-${index}`;
    const [first, second] = [`rep-${index % REPS}`, `rep-${(index + 1) % REPS}`];
    const own = { leadId, facts: { ...FACTS, leadId } };
    return [
      decision(1, first, { ...own, decisionId: decisionId(FACTS.tenantId, leadId, 1) }),
      { ...followUp(1, first), leadId },
      { ...release(1, first), leadId },
      decision(2, second, { ...own, decisionId: decisionId(FACTS.tenantId, leadId, 2) }),
      { ...followUp(2, second), leadId },
      ...(index % 2 === 0 ? [{ ...closure(2, second), leadId }] : []),
    ];
  });
  return [0, 1, 2, 3, 4, 5].flatMap((step) => histories.flatMap((history) => history[step] ?? []));
}

function foldOurs(records: readonly LeadRecord[]): ReadonlyMap<string, LeadState> {
  const fold = createLogFold();
  for (const record of records) fold.add(0, record);
  return fold.tenant(FACTS.tenantId).leads;
}

function foldObviously(records: readonly LeadRecord[]): ReadonlyMap<string, LeadState> {
  const histories = new Map<string, LeadRecord[]>();
  const leads = new Map<string, LeadState>();
  let held: Readonly<Record<string, number>> = {};
  for (const record of records) {
    const history = histories.get(record.leadId) ?? [];
    history.push(record);
    histories.set(record.leadId, history);
    let state: LeadState | undefined;
    for (const past of history) state = foldLead(state, past, 0).state ?? state;
    const [before, after] = [leads.get(record.leadId)?.repId ?? null, state?.repId ?? null];
    if (before !== after) {
      if (before !== null) held = { ...held, [before]: (held[before] ?? 0) - 1 };
      if (after !== null) held = { ...held, [after]: (held[after] ?? 0) + 1 };
    }
    if (state !== undefined) leads.set(record.leadId, state);
  }
  return leads;
}

const records = recordsOf(LEADS);
const few = recordsOf(OBVIOUS_LEADS);
const encoded = records.map((record) => codec.encode(record));
const texts = records.map((record) => Buffer.from(JSON.stringify(record)));
const isEqual = JSON.stringify([...foldOurs(few)]) === JSON.stringify([...foldObviously(few)]);
const rounds = Array.from({ length: ROUNDS + 1 }, () => ({
  fold: micros(records, foldOurs),
  obvious: micros(few, foldObviously),
  decodeAndFold: micros(encoded, (bytes) => foldOurs(bytes.map(decode))),
  parseAndFold: micros(texts, (parts) => foldOurs(parts.map((part) => JSON.parse(part.toString()) as LeadRecord))),
})).slice(1);
const result = {
  bench: "micro/fold",
  unit: "µs of CPU of the thread per record",
  ...describeMachine(),
  setup: { leads: LEADS, records: records.length, obviousLeads: OBVIOUS_LEADS, reps: REPS, rounds: ROUNDS },
  fold: spread(rounds.map(({ fold }) => fold)),
  obvious: spread(rounds.map(({ obvious }) => obvious)),
  obviousByOurs: spread(rounds.map(({ obvious, fold }) => obvious / fold)),
  decodeAndFold: spread(rounds.map(({ decodeAndFold }) => decodeAndFold)),
  parseJsonAndFold: spread(rounds.map(({ parseAndFold }) => parseAndFold)),
  isEqual,
};
writeFileSync(new URL("../results/fold.json", import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));
if (!isEqual) process.exitCode = 1;

function decode(bytes: Uint8Array): LeadRecord {
  const decoded = codec.decode(bytes);
  if (!decoded.ok || decoded.value.type === "barrier" || decoded.value.type === "plan_published") {
    throw new Error("Not a record of a lead");
  }
  return decoded.value;
}

function micros<T>(input: readonly T[], fold: (input: readonly T[]) => unknown): number {
  const start = threadMicros();
  fold(input);
  return round((threadMicros() - start) / input.length);
}
