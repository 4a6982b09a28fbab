import type { Store } from "../../ports/store.ts";
import { commitBatch } from "./projection/commit-batch.ts";
import { readLeads } from "./projection/read-leads.ts";
import { readPosition } from "./projection/read-position.ts";
import { eventAt } from "./reads/event-at.ts";
import { eventsAfter } from "./reads/events-after.ts";
import { heldByReps } from "./reads/held-by-reps.ts";
import { leadHistory } from "./reads/lead-history.ts";
import { liveLoad } from "./reads/live-load.ts";
import { poolByAge } from "./reads/pool-by-age.ts";
import { poolByDistance } from "./reads/pool-by-distance.ts";
import { privatePool } from "./reads/private-pool.ts";
import { readLead } from "./reads/read-lead.ts";
import { allLeads } from "./scans/leads-by-id.ts";
import { statusCounts } from "./scans/status-counts.ts";
import { waitingLeads } from "./scans/waiting-leads.ts";
import { waitingNodes } from "./scans/waiting-nodes.ts";
import type { SqlSession } from "./session.ts";

/** The log made readable, in PostgreSQL in process or on a server. The schema must be there: see `migrate`. */
export function createStore(session: SqlSession): Store {
  return {
    position: (partition) => readPosition(session, partition),
    states: (partition, tenantId, leadIds) => readLeads(session, { partition, tenantId, leadIds }),
    commit: (batch) => commitBatch(session, batch),

    lead: (scope, leadId) => readLead(session, { scope, leadId }),
    history: (scope, leadId) => leadHistory(session, { scope, leadId }),
    privatePool: (scope, repId, page) => privatePool(session, scope, { repId, page }),
    async poolLeads(scope, poolId, { near, ...page }) {
      if (near !== null) return poolByDistance(session, scope, { poolId, near, page });
      const { items, next } = await poolByAge(session, scope, { poolId, page });
      return { items: items.map((state) => ({ state, distanceMeters: null })), next };
    },
    load: (scope) => liveLoad(session, scope),
    held: (tenantId, repIds) => heldByReps(session, { tenantId, repIds }),
    events: (after, limit, scope) => eventsAfter(session, { after, limit, scope }),
    eventAt: (partition, offset) => eventAt(session, { partition, offset }),

    parkedNodes: (tenantId) => waitingNodes(session, tenantId),
    waiting: (tenantId, nodeId, limit) => waitingLeads(session, { tenantId, nodeId, limit }),
    statusCounts: (tenantId) => statusCounts(session, tenantId),
    allStates: (tenantId) => allLeads(session, tenantId),

    close: () => session.close(),
  };
}
