/** How many leads of a node to ask for, learnt from what became of the last ones. */
export interface WaitingNode {
  /** Rounds of leads asked for and not yet seen to move, with the time of the asking. */
  readonly asked: Map<string, number>;
  /** Rounds that found nobody, with the time until which others go before them. */
  readonly refused: Map<string, number>;
  burst: number;
  /** Do not ask before this; moved to now when capacity is freed. */
  notBeforeMs: number;
  /** When capacity was last freed. */
  freedAtMs: number;
}

const MAX_BURST = 500;
/** Several at a time: the oldest may be one that nobody can take, with others behind it that somebody could. */
const PROBE_BURST = 4;
/** So that probing goes round all that wait, instead of asking for the oldest again and again. */
const REFUSED_FOR_MS = 60_000;
const GROWTH = 4;
/**
 * We hear of freed capacity from the log, and so do the ledger and the routers' plans, perhaps later: for a while after
 * it a refusal means little, and we ask again soon.
 */
const FREED_FOR_MS = 5_000;
const ASK_AGAIN_MS = 500;

export function createWaitingNode(): WaitingNode {
  return {
    asked: new Map(),
    refused: new Map(),
    burst: PROBE_BURST,
    notBeforeMs: 0,
    freedAtMs: Number.NEGATIVE_INFINITY,
  };
}

/**
 * Decides how many to ask for next. While some of those asked for find an owner there is room, so the burst
 * grows fourfold; once none does, the node is left alone until something is freed or the next probe is due.
 *
 * @param stillWaiting rounds that wait now, among those asked for
 * @param patienceMs how long an asking may be on its way before it counts as unanswered
 */
export function nextBurst(
  node: WaitingNode,
  stillWaiting: ReadonlySet<string>,
  { nowMs, patienceMs, probeEveryMs }: { nowMs: number; patienceMs: number; probeEveryMs: number },
): number {
  const isFreed = nowMs - node.freedAtMs < FREED_FOR_MS;
  const waitMs = isFreed ? ASK_AGAIN_MS : patienceMs;
  let moved = 0;
  let stuck = 0;
  for (const [round, askedAtMs] of node.asked) {
    if (!stillWaiting.has(round)) moved++;
    else if (nowMs - askedAtMs > waitMs) {
      stuck++;
      if (!isFreed) node.refused.set(round, nowMs + REFUSED_FOR_MS);
    } else continue;
    node.asked.delete(round);
  }
  for (const [round, untilMs] of node.refused) if (nowMs >= untilMs) node.refused.delete(round);
  if (moved > 0) {
    node.burst = Math.min(MAX_BURST, node.burst * GROWTH);
    node.notBeforeMs = nowMs;
  } else if (stuck > 0) {
    node.burst = PROBE_BURST;
    node.notBeforeMs = nowMs + (isFreed ? 0 : probeEveryMs);
  }
  const onTheWay = node.asked.size;
  return nowMs < node.notBeforeMs ? 0 : Math.max(0, node.burst - onTheWay);
}

/** Capacity was freed somewhere near: ask again at once, for at least this many, whatever was refused until now. */
export function capacityFreed(node: WaitingNode, slots: number, nowMs: number): void {
  node.burst = Math.min(MAX_BURST, Math.max(node.burst, slots));
  node.asked.clear();
  node.refused.clear();
  node.freedAtMs = nowMs;
  node.notBeforeMs = nowMs;
}
