import { catchUp, type ProjectBatchDeps } from "./project-batch.ts";

/**
 * A store that fails over may lose its last transactions. The group has committed them, so nobody would miss them before
 * the next record of their partition. Each call looks at all partitions and brings the log again where the projection is
 * behind and has not moved since the call before: whoever owns such a partition does not know of it.
 *
 * Throws the faults of its dependencies; the next call will do.
 */
export function createLookBack(deps: ProjectBatchDeps): () => Promise<void> {
  const { decisions, projection } = deps;
  const seen = new Map<number, number>();
  return async function lookBack(): Promise<void> {
    for (let partition = 0; partition < decisions.partitionCount; partition += 1) {
      const from = await projection.position(partition);
      const to = await decisions.endOffset(partition);
      const isQuiet = seen.get(partition) === from.next;
      seen.set(partition, from.next);
      if (isQuiet && from.next < to) await catchUp(deps, { partition, ...OF_NO_GROUP }, { from, to });
    }
  };
}

/** Not a member that could lose the partition: a projector that gets to it as well makes one of the two commits fail. */
const OF_NO_GROUP = { stillOwned: () => true, heartbeat: () => Promise.resolve() };
