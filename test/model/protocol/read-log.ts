import { PARKED, REPS, SLOTS, type Model } from "./state.ts";

/** What the reader rules make of one partition. */
export interface Reading {
  /** The effective decision by lead. */
  readonly effective: ReadonlyMap<number, { readonly rep: number; readonly at: number }>;
  /** When a lead was released. */
  readonly released: ReadonlyMap<number, number>;
  /** Decisions that contradict the effective one. */
  readonly conflicts: number;
}

/** Rules V1 and V2 over the records below `end`. */
export function readLog({ log, guards }: Model, partition: number, end = Infinity): Reading {
  const effective = new Map<number, { rep: number; at: number }>();
  const released = new Map<number, number>();
  let barrier = 0;
  let conflicts = 0;
  for (const [offset, record] of log[partition]!.entries()) {
    if (offset >= end) break;
    if (record.type === "barrier") {
      barrier = Math.max(barrier, record.epoch);
      continue;
    }
    const decided = effective.get(record.lead);
    if (record.type === "release") {
      if (decided !== undefined && !released.has(record.lead)) released.set(record.lead, record.at);
    } else if (!guards.barrierRule || record.epoch >= barrier) {
      if (decided === undefined) effective.set(record.lead, { rep: record.rep, at: record.at });
      else if (decided.rep !== record.rep) conflicts += 1;
    }
  }
  return { effective, released, conflicts };
}

/** I4: an offset was committed behind an input that has no outcome. */
export function checkCommit(model: Model, partition: number): void {
  const { effective } = readLog(model, partition);
  const lost = model.input[partition]!.slice(0, model.committed[partition]).find((lead) => !effective.has(lead));
  if (lost !== undefined) model.violations.push(`I4 lead lost: input ${lost} of partition ${partition} is committed`);
}

/** I1 to I3 at the end: nothing lost, no second outcome, no rep beyond his slots at any instant of log time. */
export function checkLog(model: Model, isDrained: boolean): void {
  const changes: { at: number; rep: number; by: number }[] = [];
  for (const [partition, leads] of model.input.entries()) {
    const { effective, released, conflicts } = readLog(model, partition);
    if (conflicts > 0) model.violations.push(`I2 conflict: ${conflicts} contradicting decisions in ${partition}`);
    if (isDrained) {
      for (const lead of new Set(leads)) if (!effective.has(lead)) model.violations.push(`I1 lead lost: ${lead}`);
    }
    for (const [lead, { rep, at }] of effective) {
      if (rep === PARKED) continue;
      changes.push({ at, rep, by: 1 });
      const releasedAt = released.get(lead);
      if (releasedAt !== undefined) changes.push({ at: releasedAt, rep, by: -1 });
    }
  }
  const held = Array.from({ length: REPS }, () => 0);
  for (const { rep, by } of changes.sort((a, b) => a.at - b.at)) {
    held[rep]! += by;
    if (held[rep]! > SLOTS) model.violations.push(`I3 limit exceeded: rep ${rep} holds ${held[rep]}`);
  }
}
