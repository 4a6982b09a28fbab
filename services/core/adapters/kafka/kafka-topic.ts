import type { ConsumableTopic, CopyTarget } from "../../ports/log.ts";
import { MAX_APPEND_RECORDS, createAppend } from "./append-records.ts";
import { readCommittedOffsets } from "./committed-offsets.ts";
import { consumeGroup, type GroupTopic } from "./consume-group.ts";
import { readEndOffset } from "./end-offset.ts";
import { logUnavailable } from "./kafka-faults.ts";
import { readRange } from "./read-range.ts";
import { groupId } from "./topic-specs.ts";

export interface KafkaTopicOptions<T> extends GroupTopic<T> {
  /** As the broker has it. */
  readonly partitionCount: number;
  /** First part of the group ids of this installation; default "fairlead". */
  readonly prefix?: string | undefined;
}

export type KafkaTopic<T> = ConsumableTopic<T> & CopyTarget;

export function createKafkaTopic<T>(options: KafkaTopicOptions<T>): KafkaTopic<T> {
  const { connection, name, partitionCount, codec } = options;
  const append = createAppend(connection, name, codec.eventType);

  /** Both clients are silent about a partition that does not exist: one drops the records, the other wraps round. */
  function expectPartition(partition: number): void {
    if (Number.isInteger(partition) && partition >= 0 && partition < partitionCount) return;
    throw logUnavailable(`${name} has ${partitionCount} partitions; there is no partition ${partition}.`);
  }

  return {
    name,
    partitionCount,
    async append(partition, values) {
      if (values.length === 0 || values.length > MAX_APPEND_RECORDS) {
        throw new RangeError(`An append has 1 to ${MAX_APPEND_RECORDS} records, not ${values.length}.`);
      }
      expectPartition(partition);
      return append(
        partition,
        values.map((value) => ({ key: codec.key(value), value: codec.encode(value) })),
      );
    },
    async appendCopy(partition, { key, bytes, replayOf }) {
      expectPartition(partition);
      return append(partition, [{ key, value: bytes }], [["replay-of", replayOf]]);
    },
    async endOffset(partition) {
      expectPartition(partition);
      return readEndOffset(connection.offsets, { topic: name, partition });
    },
    readRange(partition, fromOffset, toOffset) {
      expectPartition(partition);
      return readRange(() => connection.openReader(), codec, {
        place: { topic: name, partition },
        fromOffset,
        toOffset,
      });
    },
    committedOffsets: (group) => readCommittedOffsets(connection.groups, groupId(group, options.prefix), options),
    consume: ({ group, ...rest }) => consumeGroup(options, { ...rest, group: groupId(group, options.prefix) }),
  };
}
