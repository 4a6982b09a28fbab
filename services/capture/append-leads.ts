import { Fault } from "../core/domain/fault.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { Topic } from "../core/ports/log.ts";

export interface AppendLeadsOptions {
  readonly leads: Pick<Topic<LeadRequest>, "append">;
  /** Requests waiting for an append, over all partitions, beyond which more are refused. */
  readonly maxWaiting: number;
}

interface Waiting {
  readonly request: LeadRequest;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface Lane {
  readonly waiting: Waiting[];
  busy: boolean;
}

/** One append is at most this long; a reader's batch is no longer either. */
const APPEND_LIMIT = 500;

/**
 * Appends requests to the leads topic, each resolved once it is durable. Group commit without a timer: while an append
 * is under way the next requests of its partition queue, and the next append takes all of them. A lone request waits
 * for nothing, a crowd shares the cost.
 *
 * @throws Fault OVERLOADED if too many wait, LOG_UNAVAILABLE if the append failed: its fate is then unknown, and
 * sending the same lead again is safe, since it gets the same id.
 */
export function createAppendLeads({ leads, maxWaiting }: AppendLeadsOptions) {
  const lanes = new Map<number, Lane>();
  let waitingCount = 0;

  return async function appendLead(partition: number, request: LeadRequest): Promise<void> {
    if (waitingCount >= maxWaiting) {
      throw new Fault("OVERLOADED", "Too many leads wait for the log", { retriable: true });
    }
    const lane = lanes.get(partition) ?? { waiting: [], busy: false };
    lanes.set(partition, lane);
    waitingCount += 1;
    try {
      await new Promise<void>((done, failed) => {
        lane.waiting.push({ request, done, failed });
        // Deferred, so that requests of one turn of the event loop share their append.
        if (!lane.busy) queueMicrotask(() => void drain(partition, lane));
      });
    } finally {
      waitingCount -= 1;
    }
  };

  async function drain(partition: number, lane: Lane): Promise<void> {
    if (lane.busy) return;
    lane.busy = true;
    while (lane.waiting.length > 0) {
      const group = lane.waiting.splice(0, APPEND_LIMIT);
      try {
        await leads.append(
          partition,
          group.map(({ request }) => request),
        );
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    lane.busy = false;
  }
}

export type AppendLead = ReturnType<typeof createAppendLeads>;
