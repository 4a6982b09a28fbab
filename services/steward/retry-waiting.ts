import type { Clock } from "../core/domain/lead/clock.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { LeadState } from "../core/domain/decision/lead-state.ts";
import { slotOf } from "../core/domain/ledger/rep-holdings.ts";
import type { ActivePlans } from "../core/ports/active-plans.ts";
import type { Topic } from "../core/ports/log.ts";
import type { LeadScans } from "../core/ports/store.ts";
import { rerouteRequest } from "./reroute-request.ts";
import { capacityFreed, createWaitingNode, nextBurst, type WaitingNode } from "./waiting-node.ts";

export interface RetryWaitingDeps {
  readonly scans: Pick<LeadScans, "parkedNodes" | "waiting">;
  readonly leads: Pick<Topic<LeadRequest>, "append">;
  readonly partitionOf: (tenantId: string, leadId: string) => number;
  readonly plans: Pick<ActivePlans, "tenantIds">;
  readonly clock: Clock;
  readonly patienceMs: number;
  /** How often a node without any sign of freed capacity is probed with its oldest lead: shifts begin, windows move. */
  readonly probeEveryMs: number;
  readonly onRequested?: (leads: number) => void;
}

/** A lead may wait again later, which has nothing to do with what it was asked before. */
const roundOf = ({ leadId, cycle }: LeadState): string => slotOf(leadId, cycle);

/** Rows of one look at a node. Beyond so many that nobody can take, those behind wait for the refused to be forgotten. */
const MAX_LOOK = 2_000;

export interface RetryWaiting {
  /** Looks at all nodes with waiting leads once, and asks the router again for those that may find an owner now. */
  sweep(): Promise<void>;
  /** Slots of a tenant were freed, by releases or closures. */
  freed(tenantId: string, slots: number): void;
}

/**
 * Sends waiting leads back to the router, oldest first. The router decides; a lead that still finds nobody stays parked
 * and nothing is written. Two stewards at once only ask twice: a cycle is decided once.
 */
export function createRetryWaiting(deps: RetryWaitingDeps): RetryWaiting {
  const { scans, plans, clock, patienceMs, probeEveryMs, onRequested } = deps;
  const nodes = new Map<string, WaitingNode>();
  const freedSlots = new Map<string, number>();

  async function sweep(): Promise<void> {
    for (const tenantId of plans.tenantIds()) {
      const slots = freedSlots.get(tenantId) ?? 0;
      freedSlots.delete(tenantId);
      const waiting = await scans.parkedNodes(tenantId);
      for (const nodeId of waiting.keys()) {
        const node = nodeAt(`${tenantId}\u001f${nodeId}`);
        if (slots > 0) capacityFreed(node, slots, clock());
        await sweepNode(tenantId, nodeId, node);
      }
    }
  }

  function nodeAt(key: string): WaitingNode {
    let node = nodes.get(key);
    if (node === undefined) nodes.set(key, (node = createWaitingNode()));
    return node;
  }

  async function sweepNode(tenantId: string, nodeId: string, node: WaitingNode): Promise<void> {
    const nowMs = clock();
    if (node.asked.size === 0 && nowMs < node.notBeforeMs) return;
    const oldest = await scans.waiting(
      tenantId,
      nodeId,
      Math.min(MAX_LOOK, node.burst + node.asked.size + node.refused.size),
    );
    const wanted = nextBurst(node, new Set(oldest.map(roundOf)), { nowMs, patienceMs, probeEveryMs });
    const notAsked = oldest.filter((state) => !node.asked.has(roundOf(state)));
    const fresh = notAsked.filter((state) => !node.refused.has(roundOf(state)));
    // Those who were refused come behind all others, but before nobody.
    const chosen = (fresh.length > 0 ? fresh : notAsked).slice(0, wanted);
    if (chosen.length === 0) return;
    for (const state of chosen) node.asked.set(roundOf(state), nowMs);
    await request(chosen);
    onRequested?.(chosen.length);
  }

  async function request(states: readonly LeadState[]): Promise<void> {
    const byPartition = Map.groupBy(states, ({ tenantId, leadId }) => deps.partitionOf(tenantId, leadId));
    for (const [partition, group] of byPartition) await deps.leads.append(partition, group.map(rerouteRequest));
  }

  return {
    sweep,
    freed: (tenantId, slots) => freedSlots.set(tenantId, (freedSlots.get(tenantId) ?? 0) + slots),
  };
}
