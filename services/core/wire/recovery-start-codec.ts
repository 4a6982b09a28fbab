import type { RecoveryStart } from "../ports/log.ts";
import type { Codec, Decoded } from "./codec.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, varintTag } from "./protobuf-tag.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

/** Fields of `RecoveryStart` (control.proto). */
const AT_MS = varintTag(1);
const STARTED_BY = delimitedTag(2);
const RECORDS = varintTag(3);

export function createRecoveryStartCodec(): Codec<RecoveryStart> {
  const writer = new ProtobufWriter();
  return {
    eventType: "dev.fairlead.recovery-start.v1",
    key: () => null,
    encode(start) {
      writer.begin();
      writer.int64(AT_MS, start.atMs);
      writer.text(STARTED_BY, start.startedBy);
      writer.int64(RECORDS, start.records);
      return writer.finish();
    },
    decode(bytes): Decoded<RecoveryStart> {
      const reader = new ProtobufReader(bytes);
      let atMs = 0;
      let startedBy = "";
      let records = 0;
      for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
        if (tag === AT_MS) atMs = reader.int64();
        else if (tag === STARTED_BY) startedBy = reader.string();
        else if (tag === RECORDS) records = reader.int64();
        else reader.skip(tag);
      }
      return reader.refusal ?? { ok: true, value: { atMs, startedBy, records } };
    },
  };
}
