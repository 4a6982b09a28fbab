import { randomUUID } from "node:crypto";

const SPEC_VERSION = Buffer.from("ce_specversion");
const ID = Buffer.from("ce_id");
const TYPE = Buffer.from("ce_type");
const SOURCE = Buffer.from("ce_source");
const TIME = Buffer.from("ce_time");
const CONTENT_TYPE = Buffer.from("content-type");
const VERSION_1 = Buffer.from("1.0");
const FAIRLEAD = Buffer.from("fairlead");
const PROTOBUF = Buffer.from("application/protobuf");

/** Headers of a CloudEvents 1.0 event in Kafka's binary mode, one map for each record of an append. */
export function createCloudEventHeaders(eventType: string) {
  const type = Buffer.from(eventType);
  return function headersAt(nowMs: number): () => Map<Buffer, Buffer> {
    const time = Buffer.from(new Date(nowMs).toISOString());
    return () =>
      new Map([
        [SPEC_VERSION, VERSION_1],
        [ID, Buffer.from(randomUUID())],
        [TYPE, type],
        [SOURCE, FAIRLEAD],
        [TIME, time],
        [CONTENT_TYPE, PROTOBUF],
      ]);
  };
}
