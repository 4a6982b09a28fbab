import { type FetchedBatch, splitBatches } from "./fetched-batch.ts";
import { kafkajsInternal } from "./kafkajs-internals.ts";
import { RecordCursor } from "./record-cursor.ts";

/** What kafkajs takes for a message: a whole record batch. It counts on these two fields, and hands on the rest. */
export interface BatchMessage {
  /** Where it fetches on from, once resolved, is the one behind. */
  readonly offset: string;
  /** Passed over, but counted. */
  readonly isControlRecord: boolean;
  readonly batch: FetchedBatch;
}

interface Decoder {
  readInt16(): number;
  readInt32(): number;
  readInt64(): bigint;
  readString(): string;
  readBytes(): Buffer | null;
  readArray<T>(read: (decoder: Decoder) => T): T[];
}

const ABORT_MARKER_KEY = Buffer.from([0, 0, 0, 0]);

let isReplaced = false;

/**
 * Has kafkajs hand on record batches unread. It makes some ten objects of each record, of which nothing is left here but
 * offset, key and value: 2 µs a record, and more to collect. Fetch 11 is what it speaks with Kafka 2.3 and later.
 */
export function handOnWholeBatches(): void {
  if (isReplaced) return;
  const response = kafkajsInternal("protocol/requests/fetch/v11/response") as { decode: (bytes: Buffer) => unknown };
  const DecoderOf = kafkajsInternal("protocol/decoder") as new (bytes: Buffer) => Decoder;
  response.decode = async (bytes) => decodeResponse(new DecoderOf(bytes));
  isReplaced = true;
}

function decodeResponse(decoder: Decoder) {
  return {
    // The broker has not waited; kafkajs does, if it is told of a throttle by this name.
    throttleTime: 0,
    clientSideThrottleTime: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    sessionId: decoder.readInt32(),
    responses: decoder.readArray((topics) => ({
      topicName: topics.readString(),
      partitions: topics.readArray(decodePartition),
    })),
  };
}

function decodePartition(decoder: Decoder) {
  const partition = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const highWatermark = decoder.readInt64().toString();
  decoder.readInt64(); // last stable offset
  decoder.readInt64(); // first offset
  const aborted = decoder.readArray((transactions) => ({
    producerId: transactions.readInt64(),
    firstOffset: Number(transactions.readInt64()),
  }));
  const preferredReadReplica = decoder.readInt32();
  const batches = splitBatches(decoder.readBytes() ?? Buffer.alloc(0));
  const messages = messagesOf(batches, aborted);
  return { partition, errorCode, highWatermark, abortedTransactions: [], preferredReadReplica, messages };
}

interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/** Foreign producers may use transactions: what one has aborted is passed over, up to the marker that ends it. */
function messagesOf(batches: readonly FetchedBatch[], aborted: readonly AbortedTransaction[]): readonly BatchMessage[] {
  const coming = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<bigint>();
  return batches.map((batch) => {
    while (coming[0] !== undefined && coming[0].firstOffset <= batch.lastOffset) {
      aborting.add(coming.shift()!.producerId);
    }
    const isAborted = batch.isTransactional && aborting.has(batch.producerId);
    if (batch.isControl && isAbortMarker(batch)) aborting.delete(batch.producerId);
    return { offset: String(batch.lastOffset), isControlRecord: batch.isControl || isAborted, batch };
  });
}

function isAbortMarker(batch: FetchedBatch): boolean {
  const cursor = new RecordCursor(batch);
  return cursor.advance() && ABORT_MARKER_KEY.equals(cursor.key() ?? Buffer.alloc(0));
}
