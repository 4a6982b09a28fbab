import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import type { Rep } from "../../core/domain/rep/rep.ts";
import type { NodeLoad } from "../../core/ports/store.ts";
import { isoOrNull } from "../lead-view.ts";

export interface RepLoadView {
  readonly repId: string;
  readonly name: string;
  readonly active: boolean;
  readonly nodeIds: string[];
  readonly owned: number;
  /** Lead units. */
  readonly load: number;
  readonly limits: {
    readonly privatePool: number;
    readonly load: number | null;
    readonly claimsPerDay: number | null;
  };
  readonly lastAssignedAt: string | null;
}

/** Every rep of the nodes, those with nothing too, by id. Owned leads are those within the nodes that were asked. */
export function repLoads(plan: CompiledPlan, nodeIds: readonly string[], load: NodeLoad): readonly RepLoadView[] {
  const nodes = new Set(nodeIds);
  const held = new Map<string, { owned: number; loadMilli: number; lastMs: number | null }>();
  for (const { repId, owned, loadMilli, lastAssignedAtMs } of load.reps) {
    const sum = held.get(repId) ?? { owned: 0, loadMilli: 0, lastMs: null };
    const lastMs = lastAssignedAtMs === null ? sum.lastMs : Math.max(sum.lastMs ?? 0, lastAssignedAtMs);
    held.set(repId, { owned: sum.owned + owned, loadMilli: sum.loadMilli + loadMilli, lastMs });
  }
  return plan.plan.reps
    .filter((rep) => held.has(rep.repId) || rep.nodeIds.some((nodeId) => nodes.has(nodeId)))
    .map((rep) => viewOf(rep, held.get(rep.repId) ?? { owned: 0, loadMilli: 0, lastMs: null }))
    .sort((a, b) => (a.repId < b.repId ? -1 : 1));
}

function viewOf(
  { repId, name, active, nodeIds, limits }: Rep,
  { owned, loadMilli, lastMs }: { owned: number; loadMilli: number; lastMs: number | null },
): RepLoadView {
  return {
    repId,
    name,
    active,
    nodeIds: [...nodeIds],
    owned,
    load: loadMilli / 1_000,
    limits: {
      privatePool: limits.privatePool,
      load: limits.loadMilli === null ? null : limits.loadMilli / 1_000,
      claimsPerDay: limits.claimsPerDay,
    },
    lastAssignedAt: isoOrNull(lastMs),
  };
}
