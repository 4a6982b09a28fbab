import type { CandidateVerdict } from "../decision/explanation.ts";
import type { LedgerCharge, Outcome } from "../decision/log-record.ts";
import { admit } from "./admit.ts";
import { NO_CHARGE, chargeWinner, nextFloor } from "./charge.ts";
import { type Standing, choose } from "./choose.ts";
import { explainChoice } from "./explain-choice.ts";
import { explainedBy } from "./explain-steps.ts";
import { entryOf, keepsIdentity } from "./lead-entry.ts";
import type { Fill, LedgerState } from "./ledger-state.ts";
import { slotOf } from "./rep-holdings.ts";
import type {
  Candidate,
  CandidateList,
  RepGrant,
  ReserveItem,
  ReserveRefusal,
  ReserveRequest,
  ReserveResult,
} from "./reservation.ts";
import { type CountWindow, shortageOf } from "./room.ts";
import { isCharged, windowOf } from "./via.ts";

/**
 * What a reservation means. Every ledger gives exactly these answers: the memory ledger by calling this, the Redis one
 * by a script whose every batch is checked against it.
 */
export function reserveBatch(state: LedgerState, request: ReserveRequest): ReserveResult[] {
  const batch = openBatch(state, request);
  return request.items.map((item) => reserveOne(batch, item));
}

type Fills = readonly Readonly<Fill>[];

interface ReserveBatch {
  readonly state: LedgerState;
  readonly epoch: number;
  readonly atMs: number;
  readonly count: CountWindow;
  /** Looked up once for each list of candidates or colleagues, however many leads use it. */
  readonly fillsOf: (reps: readonly (Candidate | RepGrant)[]) => Fills;
}

/** Where a lead goes: the step that placed it and the winner's index, or -1 for both. */
interface Placement {
  readonly step: number;
  readonly winner: number;
  /** Of the lists that were tried, the one that placed the lead last. */
  readonly standings: readonly Standing[];
}

function openBatch(state: LedgerState, { epoch, atMs }: ReserveRequest): ReserveBatch {
  const known = new Map<readonly (Candidate | RepGrant)[], Fills>();
  return {
    state,
    epoch,
    atMs,
    count: (repId, window) => state.windowCount(repId, window, atMs),
    fillsOf(reps) {
      let fills = known.get(reps);
      if (fills === undefined) {
        fills = reps.map((rep) => state.fill("grant" in rep ? rep.grant.repId : rep.repId));
        known.set(reps, fills);
      }
      return fills;
    },
  };
}

function reserveOne(batch: ReserveBatch, item: ReserveItem): ReserveResult {
  const answer = admit(batch.state.lead(item.leadId), item);
  if (answer !== null) return answer;
  const original = originalOf(batch.state, item);
  if (original !== undefined) {
    const outcome = { kind: "duplicate", ofLeadId: original } as const;
    return record(batch, item, outcome, { charge: NO_CHARGE, step: -1, verdicts: [] });
  }
  const placement = place(batch, item);
  if (placement.step < 0 && item.otherwise.kind === "refuse") {
    return { kind: "refused", reason: refusalOf(batch, item) };
  }
  const verdicts = explain(item, placement);
  if (item.otherwise.kind !== "refuse" && placement.step < 0) {
    return record(batch, item, item.otherwise, { charge: NO_CHARGE, step: -1, verdicts });
  }
  return assign(batch, item, placement, verdicts);
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

function standingOf({ state, count, fillsOf }: ReserveBatch, list: CandidateList, item: ReserveItem): Standing {
  const fills = fillsOf(list.candidates);
  const shortages = list.candidates.map(({ grant }, index) => shortageOf(grant, fills[index]!, item, count));
  return { list, fills, floor: state.floor(list.nodeId), shortages };
}

function place(batch: ReserveBatch, item: ReserveItem): Placement {
  const standings: Standing[] = [];
  for (let step = 0; step < item.lists.length; step += 1) {
    const standing = standingOf(batch, item.lists[step]!, item);
    standings.push(standing);
    const winner = choose(standing);
    if (winner >= 0) return { step, winner, standings };
  }
  return { step: -1, winner: -1, standings };
}

function explain({ lists }: ReserveItem, { step, winner, standings }: Placement): readonly CandidateVerdict[] {
  const { compared, others } = explainedBy(lists, step);
  const verdicts = compared.map(({ step: tried, indexes }) =>
    explainChoice(standings[tried]!, { chosen: tried === step ? winner : -1, indexes }),
  );
  return verdicts.length === 1 ? [...verdicts[0]!, ...others] : [...verdicts.flat(), ...others];
}

function assign(
  batch: ReserveBatch,
  item: ReserveItem,
  { step, winner, standings }: Placement,
  verdicts: readonly CandidateVerdict[],
): ReserveResult {
  const { state, atMs, count } = batch;
  const standing = standings[step]!;
  const { list } = standing;
  const { repId } = list.candidates[winner]!.grant;
  const cost = chargeWinner(standing, item, winner, state.turn);
  const { leadId, cycle, channel } = item;
  state.turn = cost.turn;
  state.take({ repId, leadId, cycle, loadMilli: cost.loadMilli, window: windowOf(item), channel, atMs });
  let charge = cost;
  if (isCharged(item)) {
    state.charge(repId, cost);
    charge = { ...cost, floor: nextFloor(standing, item, { present: batch.fillsOf(list.present), count }) };
    if (charge.floor > standing.floor) state.raiseFloor(list.nodeId, charge.floor);
  }
  return record(batch, item, { kind: "assigned", repId }, { charge, step, verdicts });
}

interface Circumstances {
  readonly charge: LedgerCharge;
  readonly step: number;
  readonly verdicts: readonly CandidateVerdict[];
}

function record(batch: ReserveBatch, item: ReserveItem, outcome: Outcome, how: Circumstances): ReserveResult {
  const { state, epoch, atMs } = batch;
  const { leadId, cycle, via, planVersion, channel } = item;
  state.record(leadId, entryOf({ cycle, outcome, via, planVersion, atMs, charge: how.charge }));
  if (cycle > 1) state.expectDecision(slotOf(leadId, cycle), { epoch, channel });
  if (keepsIdentity(outcome)) {
    for (const identityKey of item.identityKeys) {
      if (state.leadOf(identityKey) === undefined) state.register(identityKey, leadId);
    }
  }
  return { kind: "decided", outcome, via, planVersion, ...how, atMs, replayed: false };
}

/** A claimant is told which of the limits it was; where many were asked there is no single one to name. */
function refusalOf(batch: ReserveBatch, item: ReserveItem): ReserveRefusal {
  const candidates = item.lists.flatMap((list) => list.candidates);
  const [only] = candidates;
  if (only === undefined || candidates.length > 1) return "no_capacity";
  const shortage = shortageOf(only.grant, batch.state.fill(only.grant.repId), item, batch.count);
  return shortage?.limit ?? "no_capacity";
}
