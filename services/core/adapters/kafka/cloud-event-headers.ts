import { randomUUID } from "node:crypto";
import { type BatchHeaders, encodeHeaders } from "./record-batch.ts";

export type Header = readonly [name: string, value: string];

const OWN_NAME = Buffer.from("ce_id");

/**
 * Headers of CloudEvents 1.0 in Kafka's binary mode. An id is that of the append and the record's place in it, which is
 * unique as the standard asks, and costs one random number for all of them.
 */
export function createCloudEventHeaders(eventType: string) {
  return function headersAt(nowMs: number, more: readonly Header[]): BatchHeaders {
    const shared: readonly Header[] = [
      ["ce_specversion", "1.0"],
      ["ce_type", eventType],
      ["ce_source", "fairlead"],
      ["ce_time", new Date(nowMs).toISOString()],
      ["content-type", "application/protobuf"],
      ...more,
    ];
    const appendId = randomUUID();
    return {
      shared: encodeHeaders(shared),
      count: shared.length + 1,
      ownName: OWN_NAME,
      ownValue: (index) => `${appendId}-${index}`,
    };
  };
}
