import type { EachBatchPayload } from "kafkajs";

/**
 * Stores offsets of a group, those of all partitions whose batches end in one turn of the event loop with one request: the
 * batches of a fetch end together, and the coordinator writes a record and answers for each request.
 */
export function createCommitOffsets(topic: string) {
  let open:
    | { readonly partitions: { partition: number; offset: string }[]; readonly stored: Promise<void> }
    | undefined;

  function openRequest(payload: EachBatchPayload) {
    const partitions: { partition: number; offset: string }[] = [];
    const stored = new Promise<void>((resolve) => {
      setImmediate(resolve);
    }).then(() => {
      open = undefined;
      return payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
    });
    return { partitions, stored };
  }

  return function commitOffsets(payload: EachBatchPayload, lastOffset: number): Promise<void> {
    open ??= openRequest(payload);
    open.partitions.push({ partition: payload.batch.partition, offset: String(lastOffset + 1) });
    return open.stored;
  };
}
