import { type Connection, ResponseError, Writer, produceV9 } from "@platformatic/kafka";
import type { TopicPartition } from "./leader-connection.ts";

const ALL_ACKNOWLEDGE = -1;
const BROKER_TIMEOUT_MS = 10_000;

interface Append {
  readonly place: TopicPartition;
  readonly batch: Buffer;
  readonly settle: PromiseWithResolvers<number>;
}

/**
 * Sends record batches to their leaders, those that come in one turn of the event loop with one request: a commit writes to
 * many partitions at once, and a request costs more than a batch. The fate of each partition is its own.
 */
export function createProduce() {
  const waiting = new Map<Connection, Append[]>();

  function flush(connection: Connection): void {
    const appends = waiting.get(connection) ?? [];
    waiting.delete(connection);
    const { key, version } = produceV9.api;
    const request = () => encodeRequest(appends);
    connection.send(key, version, request, produceV9.parseResponse, true, true, (error, response) => {
      settleAll(appends, response ?? responseOf(error), error);
    });
  }

  /** Resolves to the offset of the first record. */
  return function produce(connection: Connection, place: TopicPartition, batch: Buffer): Promise<number> {
    const settle = Promise.withResolvers<number>();
    const known = waiting.get(connection);
    // A batch of a partition that is in the request already would make it invalid; callers wait for their last one.
    if (known !== undefined) known.push({ place, batch, settle });
    else {
      waiting.set(connection, [{ place, batch, settle }]);
      setImmediate(flush, connection);
    }
    return settle.promise;
  };
}

function encodeRequest(appends: readonly Append[]): Writer {
  const topics = Map.groupBy(appends, ({ place }) => place.topic);
  return Writer.create()
    .appendString(null)
    .appendInt16(ALL_ACKNOWLEDGE)
    .appendInt32(BROKER_TIMEOUT_MS)
    .appendArray([...topics], (writer, [topic, ofTopic]) => {
      writer.appendString(topic).appendArray(ofTopic, (partitions, { place, batch }) => {
        partitions
          .appendInt32(place.partition)
          .appendUnsignedVarInt(batch.length + 1)
          .append(batch);
      });
    })
    .appendTaggedFields();
}

/** A response in which some partitions have failed comes as an error. */
function responseOf(error: Error | null): produceV9.ProduceResponse | undefined {
  return error instanceof ResponseError ? (error["response"] as produceV9.ProduceResponse) : undefined;
}

function settleAll(
  appends: readonly Append[],
  response: produceV9.ProduceResponse | undefined,
  error: Error | null,
): void {
  for (const { place, settle } of appends) {
    const stored = response?.responses
      .find(({ name }) => name === place.topic)
      ?.partitionResponses.find(({ index }) => index === place.partition);
    if (stored?.errorCode === 0) settle.resolve(Number(stored.baseOffset));
    else settle.reject(error ?? new Error("The broker confirmed no offset."));
  }
}
