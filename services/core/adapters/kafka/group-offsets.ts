import type { EachBatchPayload } from "kafkajs";
import type { OffsetRange } from "./fetched-records.ts";
import type { Membership } from "./membership.ts";
import type { OffsetCommits } from "./commit-offsets.ts";

/**
 * How far the member has come, in kafkajs and in the group.
 *
 * A coordinator takes 5 ms and more to store an offset. Nobody waits for that: what comes next is handled meanwhile, and a
 * range whose offset is refused comes again.
 */
export function createGroupOffsets(
  commits: OffsetCommits,
  membership: Membership,
  /** A refused hint changes nothing: the next heartbeat hears of whatever was behind it. */
  { isHint }: { readonly isHint: boolean },
) {
  /** Why an offset was not stored, by partition. */
  const refusals = new Map<number, unknown>();

  function refuse(payload: EachBatchPayload, { firstOffset }: OffsetRange, cause: unknown): void {
    if (isHint) return;
    membership.noteRefusal(cause);
    refusals.set(payload.batch.partition, cause);
    // Whoever has to join anew goes on from what is stored.
    if (!membership.isMember()) return;
    // The next fetch begins there, unless what comes after it is done by then, and stored: of several ranges with the last.
    payload.resolveOffset(String(firstOffset - 1));
  }

  return {
    done(payload: EachBatchPayload, range: OffsetRange): void {
      payload.resolveOffset(String(range.lastOffset));
      commits
        .commit(payload, range.lastOffset)
        .catch((cause: unknown) => refuse(payload, range, cause))
        // kafkajs throws if meanwhile the group has left us without a single partition.
        .catch(() => undefined);
    },
    /** Why an offset of the partition was not stored, told once; kafkajs must hear of it. */
    takeRefusal(partition: number): unknown {
      const cause = refusals.get(partition);
      refusals.delete(partition);
      return cause;
    },
    /** The member has joined anew, with the offsets that are stored. */
    rejoined(): void {
      commits.drop();
      refusals.clear();
    },
    /** Resolves when all offsets are stored or refused. */
    flush: () => commits.flush(),
  };
}
