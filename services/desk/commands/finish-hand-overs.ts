import type { LeadState } from "../../core/domain/decision/lead-state.ts";
import type { Release } from "../../core/domain/decision/log-record.ts";
import type { ReserveItem, UnfinishedReservation } from "../../core/domain/ledger/reservation.ts";
import type { Ledger } from "../../core/ports/ledger.ts";
import type { CommandDeps } from "./command.ts";
import { handOverRecords } from "./hand-over-records.ts";

export type FinishDeps = Pick<CommandDeps, "reads" | "commitDecisions" | "plans" | "clock"> & {
  readonly ledger: Pick<Ledger, "unfinished">;
};

/** Whoever made a reservation has long given up by then; a desk needs a second at most, recovery included. */
const UNFINISHED_AFTER_MS = 20_000;
const OPEN: ReadonlySet<string> = new Set(["owned", "public", "parked", "released"]);

/**
 * Claims and transfers whose desk died between reservation and append hold a slot that no log knows of. They are rolled
 * forward, as whoever asked for them wanted: anybody may append what the ledger answers, since it is the same record
 * whoever does it. (What a router reserved is finished by the redelivery of its batch.)
 *
 * How old one is counts from when it was first seen here: the clock that dated it may have been an hour ahead of ours.
 *
 * @returns how many were finished
 */
export function createFinishHandOvers(deps: FinishDeps) {
  const { ledger, plans, clock, reads } = deps;
  let firstSeenMs = new Map<string, number>();

  return async function finishHandOvers(): Promise<number> {
    const nowMs = clock();
    const seenMs = new Map<string, number>();
    let finished = 0;
    for (const tenantId of plans.tenantIds()) {
      for (const unfinished of await ledger.unfinished(tenantId)) {
        const name = `${tenantId} ${unfinished.leadId} ${unfinished.cycle}`;
        const sinceMs = Math.min(firstSeenMs.get(name) ?? nowMs, nowMs);
        seenMs.set(name, sinceMs);
        if (nowMs - sinceMs < UNFINISHED_AFTER_MS) continue;
        const isHandOver = unfinished.via === "claimed" || unfinished.via === "transferred";
        const state = isHandOver ? await reads.lead({ tenantId, nodeIds: null }, unfinished.leadId) : null;
        if (state === null || state.cycle + 1 !== unfinished.cycle || !OPEN.has(state.status)) continue;
        if (await finishOne(deps, state, unfinished)) finished += 1;
      }
    }
    firstSeenMs = seenMs;
    return finished;
  };
}

async function finishOne(deps: FinishDeps, state: LeadState, unfinished: UnfinishedReservation): Promise<boolean> {
  const atMs = deps.clock();
  const release = state.repId === null ? null : releaseOf(state, state.repId, atMs);
  const outcome = await deps.commitDecisions([
    {
      tenantId: state.tenantId,
      atMs,
      items: [repetitionOf(state, unfinished)],
      async decide([result], epoch) {
        if (result?.kind !== "decided" || !result.replayed) return [null];
        return [await handOverRecords(deps.plans, { state, result, epoch, operator: "desk", release })];
      },
    },
  ]);
  return outcome.kind === "committed" && outcome.positions[0]?.[0] != null;
}

/** Asks for nothing new: should the reservation be gone meanwhile, there is no list to take another rep from. */
function repetitionOf({ leadId, facts, repId }: LeadState, { cycle, via }: UnfinishedReservation): ReserveItem {
  return {
    leadId,
    cycle,
    identityKeys: [],
    loadMilli: 0,
    channel: facts.source.channel,
    via,
    planVersion: 0,
    lists: [],
    otherwise: { kind: "refuse" },
    transferFromRepId: repId,
  };
}

function releaseOf({ tenantId, leadId, cycle, loadMilli }: LeadState, repId: string, atMs: number): Release {
  const reason = "transferred: finished for a desk that stopped";
  const to = { kind: "reroute" } as const;
  return { type: "release", tenantId, leadId, cycle, atMs, operator: "desk", repId, reason, loadMilli, to };
}
