import type { LeadReads } from "../../services/core/ports/store.ts";
import type { LeadPool } from "../pipeline/lead-pool.ts";

const PAGE = 500;

/** Events behind the positions by the rep who should hear of them: of his teams, his own, and of pools he may claim from. */
export async function expectedEvents(
  reads: Pick<LeadReads, "events">,
  { reps, pools, orgNodes }: LeadPool["plan"],
  from: readonly number[],
): Promise<ReadonlyMap<string, number>> {
  const parents = new Map(orgNodes.map(({ nodeId, parentId }) => [nodeId, parentId]));
  const isBelow = (nodeId: string, top: string): boolean => {
    for (let at: string | null = nodeId; at !== null; at = parents.get(at) ?? null) if (at === top) return true;
    return false;
  };
  const repsBelow = new Map(
    orgNodes.map(({ nodeId }) => {
      const below = reps.filter((rep) => rep.nodeIds.some((own) => isBelow(own, nodeId)));
      return [nodeId, below.map(({ repId }) => repId)];
    }),
  );
  const counts = new Map<string, number>();
  for (let after = from, hasMore = true; hasMore;) {
    const page = await reads.events(after, PAGE, null);
    for (const { nodeId, fromRepId, toRepId, record } of page.events) {
      const toRep = reps.filter(({ nodeIds }) => nodeIds.includes(nodeId)).map(({ repId }) => repId);
      const poolId = record.type === "decision" && record.outcome.kind === "public" ? record.outcome.poolId : null;
      const pool = pools.find((candidate) => candidate.poolId === poolId);
      const hearers = new Set([fromRepId, toRepId, ...toRep, ...(repsBelow.get(pool?.nodeId ?? "") ?? [])]);
      for (const repId of hearers) if (repId !== null) counts.set(repId, (counts.get(repId) ?? 0) + 1);
    }
    ({ through: after, hasMore } = page);
  }
  return counts;
}
