import type { LeadState } from "../../../services/core/domain/decision/lead-state.ts";
import type { LeadEvent, LeadReads, LeadScans, Projection } from "../../../services/core/ports/store.ts";
import type { SimProcess } from "./scheduler.ts";
import type { World } from "./world.ts";

export type SimulatedReads = Pick<LeadReads, "lead" | "eventAt"> &
  Pick<Projection, "position"> &
  Pick<LeadScans, "parkedNodes" | "waiting">;

/** The projection as one process reads it: the fold of the log, of which a lead's last record may be missing. */
export function readsPort(world: World, process: SimProcess): SimulatedReads {
  const { scheduler, judge, decisions } = world;
  const call = <T>(what: string, effect: () => T): Promise<T> => scheduler.call(process, what, effect);

  function stateOf(leadId: string): LeadState | null {
    const states = judge.history.get(leadId) ?? [];
    if (!world.isLate()) return states.at(-1) ?? null;
    world.count("late read");
    return states.at(-2) ?? null;
  }

  function waiting(tenantId: string): LeadState[] {
    const leads = judge.fold.tenants.get(tenantId)?.leads.values() ?? [];
    return [...leads].filter(({ status }) => status === "parked" || status === "released");
  }

  return {
    lead: (_scope, leadId) => call("read lead", () => stateOf(leadId)),
    position: (partition) =>
      call("read position", () => ({ next: decisions.partitions[partition]!.length, barrierEpoch: 0 })),
    eventAt: (partition, offset) => call("read event", () => eventAt(partition, offset)),
    parkedNodes: (tenantId) =>
      call("read parked nodes", () => {
        const nodes = new Map<string, number>();
        for (const { nodeId } of waiting(tenantId)) nodes.set(nodeId, (nodes.get(nodeId) ?? 0) + 1);
        return nodes;
      }),
    waiting: (tenantId, nodeId, limit) =>
      call("read waiting", () =>
        waiting(tenantId)
          .filter((state) => state.nodeId === nodeId)
          .slice(0, limit),
      ),
  };

  function eventAt(partition: number, offset: number): LeadEvent | null {
    const entry = decisions.partitions[partition]![offset];
    if (judge.verdictAt(partition, offset) !== "effective" || entry?.kind !== "value") return null;
    const record = entry.value;
    if (record.type === "barrier" || record.type === "plan_published") return null;
    const { tenantId, leadId } = record;
    const place = { nodeId: "", fromRepId: null, toRepId: null, statusAfter: "owned" } as const;
    return { tenantId, leadId, partition, offset, record, ...place };
  }
}
