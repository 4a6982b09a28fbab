import type { LedgerCharge, Outcome } from "../decision/log-record.ts";
import { admit } from "./admit.ts";
import { NO_CHARGE, chargeFill, chargeWinner, nextFloor } from "./charge.ts";
import { type Standing, choose } from "./choose.ts";
import { type Explained, type Placement, UNEXPLAINED, explain } from "./explain.ts";
import { entryOf, keepsIdentity } from "./lead-entry.ts";
import type { LedgerState } from "./ledger-state.ts";
import { slotOf } from "./rep-holdings.ts";
import type { ReserveItem, ReserveRefusal, ReserveRequest, ReserveResult } from "./reservation.ts";
import { type CountWindow, shortageOf } from "./room.ts";
import { Standings } from "./standings.ts";
import { isCharged, windowOf } from "./via.ts";

/**
 * What a reservation means. Every ledger gives exactly these answers: the memory ledger by calling this, the Redis one
 * by a script whose every batch is checked against it.
 */
export function reserveBatch(state: LedgerState, request: ReserveRequest): ReserveResult[] {
  const batch = openBatch(state, request);
  return request.items.map((item) => reserveOne(batch, item));
}

interface ReserveBatch {
  readonly state: LedgerState;
  readonly epoch: number;
  readonly atMs: number;
  readonly count: CountWindow;
  readonly standings: Standings;
}

function openBatch(state: LedgerState, { epoch, atMs }: ReserveRequest): ReserveBatch {
  const count: CountWindow = (repId, window) => state.windowCount(repId, window, atMs);
  return { state, epoch, atMs, count, standings: new Standings(state, count) };
}

function reserveOne(batch: ReserveBatch, item: ReserveItem): ReserveResult {
  const answer = admit(batch.state.lead(item.leadId), item);
  if (answer !== null) return answer;
  const original = originalOf(batch.state, item);
  if (original !== undefined) {
    const outcome = { kind: "duplicate", ofLeadId: original } as const;
    return record(batch, item, outcome, { charge: NO_CHARGE, explained: UNEXPLAINED });
  }
  const placement = place(batch, item);
  if (placement.step < 0 && item.otherwise.kind === "refuse") {
    return { kind: "refused", reason: refusalOf(batch, item) };
  }
  const explained = explain(item, placement);
  if (item.otherwise.kind !== "refuse" && placement.step < 0) {
    return record(batch, item, item.otherwise, { charge: NO_CHARGE, explained });
  }
  return assign(batch, item, placement, explained);
}

/** The lead that the same customer already has. An invalid lead stays what it is, whoever sent it. */
function originalOf(state: LedgerState, { leadId, identityKeys, otherwise }: ReserveItem): string | undefined {
  if (otherwise.kind === "rejected" || otherwise.kind === "dead") return undefined;
  for (const identityKey of identityKeys) {
    const owner = state.leadOf(identityKey);
    if (owner !== undefined && owner !== leadId) return owner;
  }
  return undefined;
}

function place(batch: ReserveBatch, item: ReserveItem): Placement {
  const standings: Standing[] = [];
  for (let step = 0; step < item.lists.length; step += 1) {
    const standing = batch.standings.of(item.lists[step]!, item);
    standings.push(standing);
    const winner = choose(standing);
    if (winner >= 0) return { step, winner, standings };
  }
  return { step: -1, winner: -1, standings };
}

function assign(
  batch: ReserveBatch,
  item: ReserveItem,
  { step, winner, standings }: Placement,
  explained: Explained,
): ReserveResult {
  const { state, atMs } = batch;
  const standing = standings[step]!;
  const { list } = standing;
  const fill = standing.fills[winner]!;
  const { repId } = list.candidates[winner]!.grant;
  const cost = chargeWinner(standing, item, winner, state.turn);
  const { leadId, cycle, channel } = item;
  state.turn = cost.turn;
  state.take({ repId, leadId, cycle, loadMilli: cost.loadMilli, window: windowOf(item), channel, atMs }, fill);
  batch.standings.taken(repId);
  let charge = cost;
  if (isCharged(item)) {
    chargeFill(fill, cost);
    charge = { ...cost, floor: nextFloor(standing, () => batch.standings.leastColleague(list, item)) };
    if (charge.floor > standing.floor) state.raiseFloor(list.nodeId, charge.floor);
  }
  return record(batch, item, { kind: "assigned", repId }, { charge, explained });
}

interface Circumstances {
  readonly charge: LedgerCharge;
  readonly explained: Explained;
}

function record(
  batch: ReserveBatch,
  item: ReserveItem,
  outcome: Outcome,
  { charge, explained }: Circumstances,
): ReserveResult {
  const { state, epoch, atMs } = batch;
  const { leadId, cycle, via, planVersion, channel } = item;
  state.record(leadId, entryOf({ cycle, outcome, via, planVersion, atMs, charge }));
  if (cycle > 1) state.expectDecision(slotOf(leadId, cycle), { epoch, channel });
  if (keepsIdentity(outcome)) {
    for (const identityKey of item.identityKeys) {
      if (state.leadOf(identityKey) === undefined) state.register(identityKey, leadId);
    }
  }
  const { step, verdicts, counted } = explained;
  return { kind: "decided", outcome, via, planVersion, charge, atMs, replayed: false, step, verdicts, counted };
}

/** A claimant is told which of the limits it was; where many were asked there is no single one to name. */
function refusalOf(batch: ReserveBatch, item: ReserveItem): ReserveRefusal {
  const candidates = item.lists.flatMap((list) => list.candidates);
  const [only] = candidates;
  if (only === undefined || candidates.length > 1) return "no_capacity";
  const shortage = shortageOf(only.grant, batch.state.fill(only.grant.repId), item, batch.count);
  return shortage?.limit ?? "no_capacity";
}
