import type { LeadScans, Projection } from "../../../services/core/ports/store.ts";
import type { SimulatedReads } from "./reads-port.ts";
import type { CallOptions, Scheduler, SimProcess } from "./scheduler.ts";
import type { StoreServer } from "./store-server.ts";
import { Fault } from "../../../services/core/domain/fault.ts";

const QUERY: CallOptions = {
  kind: "store",
  unknownFate: () => new Fault("STORE_UNAVAILABLE", "The connection was lost.", { retriable: true }),
};
/** A server may get to a transaction after whoever sent it has given it up. */
const COMMIT: CallOptions = { ...QUERY, mayArriveLate: true };

/** The store as one process sees it: the projector writes it, desk and steward read it. */
export function storePort(scheduler: Scheduler, process: SimProcess, server: StoreServer): Projection & SimulatedReads {
  const query = <T>(what: string, effect: () => T): Promise<T> =>
    scheduler.call(
      process,
      `store: ${what}`,
      () => {
        server.expectUp();
        return effect();
      },
      QUERY,
    );
  const waiting = (tenantId: string) =>
    [...server.leadsOf(tenantId).values()].filter(({ status }) => status === "parked" || status === "released");

  return {
    commit: (batch) => scheduler.call(process, "store: commit", () => server.commit(batch), { ...COMMIT, sent: batch }),
    position: (partition) => query("position", () => server.position(partition)),
    states: (partition, tenantId, leadIds) =>
      query("states", () => {
        const leads = [...server.leadsOf(tenantId)].filter(([leadId]) => leadIds.includes(leadId));
        return { next: server.position(partition).next, states: new Map(leads) };
      }),
    lead: ({ tenantId }, leadId) => query("lead", () => server.leadsOf(tenantId).get(leadId) ?? null),
    eventAt: (partition, offset) => query("event", () => server.rows.events.get(`${partition}:${offset}`) ?? null),
    parkedNodes: (tenantId) =>
      query("parked nodes", () => {
        const byNode = Map.groupBy(waiting(tenantId), ({ nodeId }) => nodeId);
        return new Map(Array.from(byNode, ([nodeId, leads]) => [nodeId, leads.length]));
      }),
    waiting: (tenantId, nodeId, limit) =>
      query("waiting", () =>
        waiting(tenantId)
          .filter((state) => state.nodeId === nodeId)
          .slice(0, limit),
      ),
  };
}

/** For the auditor, who looks when everything is at rest. */
export function auditedStore(
  server: StoreServer,
): Pick<LeadScans, "allStates" | "statusCounts"> & Pick<Projection, "position"> {
  return {
    position: (partition) => Promise.resolve(server.position(partition)),
    async *allStates(tenantId) {
      yield [...server.leadsOf(tenantId).values()];
    },
    statusCounts: (tenantId) => Promise.resolve(server.rows.counts.get(tenantId) ?? new Map()),
  };
}
