import type { Consumer, RecordsBatch } from "@platformatic/kafka";
import type { Entry } from "../../ports/log.ts";
import type { Codec } from "../../wire/codec.ts";
import { decodeRecord } from "./decode-record.ts";
import { readEndOffset, readFirstOffset } from "./end-offset.ts";
import type { TopicPartition } from "./leader-connection.ts";
import { logUnavailable } from "./kafka-faults.ts";

const FETCH_BYTES = 1024 * 1024;
const FETCH_WAIT_MS = 500;
const MAX_BATCH_ENTRIES = 500;
/** Of fetches below the end that bring nothing: some 10 s. */
const MAX_EMPTY_FETCHES = 20;
const IS_CONTROL = 0x20;
const IS_LOG_APPEND_TIME = 0x08;

export interface ReadRange {
  readonly place: TopicPartition;
  readonly fromOffset: number;
  readonly toOffset: number;
}

/**
 * Fetches a range without a group. What is not there any more (retention, compaction, transaction markers) is passed over:
 * progress is counted in the offsets that record batches cover, not in records.
 */
export async function* readRange<T>(
  openReader: () => Consumer,
  codec: Codec<T>,
  { place, fromOffset, toOffset }: ReadRange,
): AsyncGenerator<readonly Entry<T>[]> {
  const reader = openReader();
  try {
    const end = Math.min(toOffset, await readEndOffset(reader, place));
    if (fromOffset >= end) return;
    let offset = Math.max(fromOffset, await readFirstOffset(reader, place));
    let emptyFetches = 0;
    while (offset < end) {
      const batches = await fetchBatches(reader, place, offset);
      let entries: Entry<T>[] = [];
      for (const entry of decodeBatches(codec, batches, { fromOffset: offset, toOffset: end })) {
        entries.push(entry);
        if (entries.length < MAX_BATCH_ENTRIES) continue;
        yield entries;
        entries = [];
      }
      if (entries.length > 0) yield entries;
      const next = Math.max(offset, ...batches.map(batchEnd));
      emptyFetches = next > offset ? 0 : emptyFetches + 1;
      if (emptyFetches > MAX_EMPTY_FETCHES) throw new Error("The broker sends nothing below the end of the log.");
      offset = next;
    }
  } catch (cause) {
    throw logUnavailable(`${place.topic}-${place.partition} could not be read.`, cause);
  } finally {
    await reader.close(true);
  }
}

async function fetchBatches(
  reader: Consumer,
  { topic, partition }: TopicPartition,
  offset: number,
): Promise<RecordsBatch[]> {
  reader.topics.track(topic);
  const metadata = await reader.metadata({ topics: [topic] });
  const known = metadata.topics.get(topic);
  const leader = known?.partitions[partition]?.leader;
  if (known === undefined || leader === undefined) throw new Error(`${topic}-${partition} is unknown to the broker.`);
  const wanted = {
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(offset),
    lastFetchedEpoch: -1,
    partitionMaxBytes: FETCH_BYTES,
  };
  const { responses } = await reader.fetch({
    node: leader,
    topics: [{ topicId: known.id, partitions: [wanted] }],
    minBytes: 1,
    maxBytes: FETCH_BYTES,
    maxWaitTime: FETCH_WAIT_MS,
  });
  return responses[0]?.partitions[0]?.records ?? [];
}

function batchEnd({ firstOffset, lastOffsetDelta }: RecordsBatch): number {
  return Number(firstOffset) + lastOffsetDelta + 1;
}

function* decodeBatches<T>(
  codec: Codec<T>,
  batches: readonly RecordsBatch[],
  { fromOffset, toOffset }: Pick<ReadRange, "fromOffset" | "toOffset">,
): Generator<Entry<T>> {
  for (const batch of batches) {
    if ((batch.attributes & IS_CONTROL) !== 0) continue;
    const firstOffset = Number(batch.firstOffset);
    const isStampedByBroker = (batch.attributes & IS_LOG_APPEND_TIME) !== 0;
    for (const { offsetDelta, timestampDelta, key, value } of batch.records) {
      const offset = firstOffset + offsetDelta;
      if (offset < fromOffset || offset >= toOffset) continue;
      const appendedAtMs = Number(isStampedByBroker ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta);
      yield decodeRecord(codec, { offset, appendedAtMs, key, value });
    }
  }
}
