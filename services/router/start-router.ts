import { Fault } from "../core/domain/fault.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import { ROUTER_GROUP, type Batch, type BatchVerdict, type GroupReader, type Log } from "../core/ports/log.ts";
import type { RouterEvents } from "./router-events.ts";

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/**
 * Joins the router group. A fault of a dependency holds the partition and tries the same batch again, ever more slowly:
 * it is never a reason to give up leads, nor to fill the dead-letter topic.
 */
export function startRouter(
  log: Pick<Log, "leads">,
  routeLeads: (batch: Batch<LeadRequest>) => Promise<BatchVerdict>,
  events: Pick<RouterEvents, "onFault">,
): Promise<GroupReader> {
  const failures = new Map<number, number>();
  return log.leads.consume({
    group: ROUTER_GROUP,
    async handle(batch) {
      try {
        const verdict = await routeLeads(batch);
        failures.delete(batch.partition);
        return verdict;
      } catch (error) {
        events.onFault(error);
        const failed = failures.get(batch.partition) ?? 0;
        failures.set(batch.partition, failed + 1);
        const cappedMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failed);
        // An error that is not a dependency's will likely repeat: no use in a hot loop.
        return { kind: "retry", afterMs: error instanceof Fault ? cappedMs : LONGEST_RETRY_MS };
      }
    },
  });
}
