import type { Decision } from "../core/domain/decision/log-record.ts";
import type { LedgerImage } from "../core/domain/ledger/ledger-image.ts";
import { slotOf } from "../core/domain/ledger/rep-holdings.ts";
import type { RepGrant, WindowLimit } from "../core/domain/ledger/reservation.ts";
import { isCounted } from "../core/domain/ledger/room.ts";
import type { Finding } from "./finding.ts";

/** Assignments of a rep that are remembered: far more than appends to different partitions can overtake each other. */
const RECENT = 64;

/** A decision that gave a rep a lead, and the limits he had then. */
interface Assignment {
  readonly decision: Decision;
  readonly grant: RepGrant;
}

/**
 * Judges whether reps were within the limits of the plan that a decision names (I3). Lowering a limit below what is held
 * blocks new leads and is no violation, so only the moment of an assignment counts.
 *
 * That moment is when the ledger gave the slot. Partitions of the log may tell of two slots in the other order, and with
 * different limits that looks like an excess that never was; `turn` numbers the ledger's own order. So each assignment
 * is judged without those that the ledger made after it, and once more when an earlier one turns up behind it.
 */
export function createLimitJudge() {
  const recentOf = new Map<string, Assignment[]>();

  /** @param image the ledger with the whole instant applied, so that a slot freed in the same millisecond counts as free */
  return function judge(decision: Decision, grant: RepGrant, image: LedgerImage): readonly Finding[] {
    const key = `${decision.tenantId}\u001f${grant.repId}`;
    const recent = recentOf.get(key) ?? [];
    recentOf.set(key, recent);
    const assignment = { decision, grant };
    recent.push(assignment);
    if (recent.length > RECENT) recent.shift();
    const laterInLedger = recent.filter((other) => isLater(other, assignment));
    return [assignment, ...laterInLedger].flatMap((one) => excesses(one, image, recent));
  };
}

const isLater = (a: Assignment, b: Assignment): boolean => a.decision.charge.turn > b.decision.charge.turn;

function excesses(assignment: Assignment, image: LedgerImage, recent: readonly Assignment[]): readonly Finding[] {
  const { decision, grant } = assignment;
  const later = recent.filter((other) => isLater(other, assignment));
  const laterHeld = later.filter((one) => image.holds(grant.repId, slotOf(one.decision.leadId, one.decision.cycle)));
  const fill = image.fill(grant.repId);
  const held = fill.held - laterHeld.length;
  const loadMilli = laterHeld.reduce((sum, one) => sum - one.decision.charge.loadMilli, fill.loadMilli);
  const findings: Finding[] = [];
  const compare = (what: string, value: number, limit: number): void => {
    if (value > limit) findings.push(finding(decision, grant.repId, `${what} ${value} > ${limit}`));
  };
  compare("private pool", held, grant.privatePool);
  compare("load", loadMilli, grant.loadMilli);
  for (const window of grant.windows) {
    if (!isCounted(window, { via: decision.via, channel: decision.facts.source.channel })) continue;
    const counted = later.filter((one) => isIn(window, one.decision, decision.atMs)).length;
    compare(`${window.scope} window`, image.windowCount(grant.repId, window, decision.atMs) - counted, window.limit);
  }
  return findings;
}

const isIn = (window: WindowLimit, { via, facts, atMs }: Decision, nowMs: number): boolean =>
  isCounted(window, { via, channel: facts.source.channel }) && atMs > nowMs - window.lengthMs;

const finding = ({ tenantId, leadId }: Decision, repId: string, what: string): Finding => ({
  invariant: "I3_no_limit_exceeded",
  tenantId,
  subject: repId,
  detail: `${what} after lead ${leadId}`,
});
