import { presenceOf } from "../../core/domain/rep/presence.ts";
import type { Rep } from "../../core/domain/rep/rep.ts";
import { intention } from "./lead-fate.ts";
import type { RepIntention } from "./lead-fate.ts";
import type { ActionOutcome, OwnedLead, RepActions } from "./rep-actions.ts";
import { mixBits, randomAt, shareOf } from "./seeded-random.ts";

export interface SimulatedRepsOptions {
  readonly api: RepActions;
  readonly seed: number;
  readonly reps: readonly Rep[];
  /** Pools a rep may look into; none means the rep never claims. */
  readonly poolsOf: (rep: Rep) => readonly string[];
  /** Reps who look at their leads in one tick. At one tick a second, 60 visit a thousand reps every 17 s. */
  readonly visitsPerTick?: number;
  /** Upper bound of commands in one tick, whatever the backlog. */
  readonly actionsPerTick?: number;
  /** 5 minutes: at 50 leads/s some 15,000 leads are owned at a time. */
  readonly meanLifetimeMs?: number;
}

/** What the reps did in one tick, by the name of the action. */
export interface TickReport {
  readonly visits: number;
  /** Why visits broke off: faults of the service. Refusals are no faults. */
  readonly faults: readonly unknown[];
  readonly done: Readonly<Record<ActionName, number>>;
  readonly refused: Readonly<Record<ActionName, number>>;
}

export type ActionName = "follow_up" | "convert" | "close" | "release" | "claim";

/** Fuller private pools are worked off at once, oldest lead first, so that capacity frees as fast as leads come. */
const PRESSED_FILL = 0.75;
/** Above the other, so that busy reps go on claiming and a public pool never grows without bound. */
const CLAIMING_FILL = 0.85;
/** A pool of this many leads tempts every visitor; a smaller one only some, so that there is something to look at. */
const TEMPTING_POOL = 20;
const CLAIMS_PER_VISIT = 2;

/**
 * Plays the life after the decision. Who is visited when, and what he does, depends on the seed, the plan and the state
 * he sees, never on the order in which answers come.
 */
export function createSimulatedReps(options: SimulatedRepsOptions): { tick(nowMs: number): Promise<TickReport> } {
  const { api, seed, reps, poolsOf } = options;
  const { visitsPerTick = 60, actionsPerTick = 360, meanLifetimeMs = 300_000 } = options;
  const actionsPerVisit = Math.max(1, Math.floor(actionsPerTick / visitsPerTick));
  const order = shuffled(reps, seed);
  let cursor = 0;
  let tickNumber = 0;

  async function visit(rep: Rep, nowMs: number, report: MutableReport): Promise<void> {
    const owned = await api.listPrivatePool(rep.repId);
    const oldestFirst = owned.toSorted((a, b) => a.assignedAtMs - b.assignedAtMs || (a.leadId < b.leadId ? -1 : 1));
    const pressedCount = Math.ceil(owned.length - PRESSED_FILL * rep.limits.privatePool);
    let actionsLeft = actionsPerVisit;
    for (const [i, lead] of oldestFirst.entries()) {
      if (actionsLeft === 0) return;
      const moment = { nowMs, isPressed: i < pressedCount };
      const intended = intention({ seed, meanLifetimeMs }, lead, rep.repId, moment);
      if (intended.kind === "wait") continue;
      actionsLeft--;
      count(report, intended.kind, await act(api, intended, lead, rep));
    }
    if (owned.length < CLAIMING_FILL * rep.limits.privatePool) {
      await claimSome(rep, Math.min(actionsLeft, CLAIMS_PER_VISIT), report);
    }
  }

  async function claimSome(rep: Rep, most: number, report: MutableReport): Promise<void> {
    const pools = poolsOf(rep);
    const random = randomAt(mixBits(seed ^ tickNumber), Math.floor(shareOf(seed, rep.repId) * 2 ** 31));
    const poolId = pools[random.below(pools.length)];
    if (most <= 0 || poolId === undefined) return;
    const leads = await api.listPool(poolId);
    if (random.next() * TEMPTING_POOL > leads.length) return;
    for (let i = 0; i < Math.min(most, leads.length); i++) {
      // Anywhere in the pool, so that colleagues seldom reach for the same lead.
      const { leadId } = leads[random.below(leads.length)]!;
      count(report, "claim", await api.claim(leadId, rep.repId));
    }
  }

  async function tick(nowMs: number): Promise<TickReport> {
    tickNumber++;
    const report = emptyReport();
    const visited: Rep[] = [];
    // Once around at most: at night few are on shift.
    for (let looked = 0; looked < order.length && visited.length < visitsPerTick; looked++) {
      const rep = order[cursor++ % order.length]!;
      if (presenceOf(rep, nowMs).state === "present") visited.push(rep);
    }
    report.visits = visited.length;
    const visits = await Promise.allSettled(visited.map((rep) => visit(rep, nowMs, report)));
    for (const visit of visits) if (visit.status === "rejected") report.faults.push(visit.reason);
    return report;
  }

  return { tick };
}

interface MutableReport {
  visits: number;
  readonly faults: unknown[];
  readonly done: Record<ActionName, number>;
  readonly refused: Record<ActionName, number>;
}

function emptyReport(): MutableReport {
  const none = { follow_up: 0, convert: 0, close: 0, release: 0, claim: 0 };
  return { visits: 0, faults: [], done: { ...none }, refused: { ...none } };
}

function count(report: MutableReport, action: ActionName, outcome: ActionOutcome): void {
  report[outcome.kind][action]++;
}

type Doing = Exclude<RepIntention, { kind: "wait" }>;

function act(api: RepActions, doing: Doing, { leadId }: OwnedLead, { repId }: Rep): Promise<ActionOutcome> {
  switch (doing.kind) {
    case "follow_up":
      return api.followUp(leadId, repId, doing.how);
    case "convert":
      return api.convert(leadId, repId);
    case "close":
      return api.close(leadId, repId, doing.reason);
    case "release":
      return api.release(leadId, repId, doing.reason);
  }
}

/** Neighbours in the plan are colleagues in a team; visited one after another, they would fight for the same pool. */
function shuffled(reps: readonly Rep[], seed: number): readonly Rep[] {
  return reps.toSorted((a, b) => shareOf(seed, a.repId) - shareOf(seed, b.repId) || (a.repId < b.repId ? -1 : 1));
}
