import type { AuditRecord } from "../ports/log.ts";
import type { Codec, Decoded } from "./codec.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, varintTag } from "./protobuf-tag.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

/** Fields of `AuditRecord` (audit.proto). */
const AT_MS = varintTag(1);
const ACTOR = delimitedTag(2);
const ACTION = delimitedTag(3);
const SUBJECTS = delimitedTag(4);

export function createAuditRecordCodec(): Codec<AuditRecord> {
  const writer = new ProtobufWriter();
  return {
    eventType: "dev.fairlead.audit.v1",
    key: () => null,
    encode({ atMs, actor, action, subjects }) {
      writer.begin();
      writer.int64(AT_MS, atMs);
      writer.text(ACTOR, actor);
      writer.text(ACTION, action);
      for (const subject of subjects) writer.textAlways(SUBJECTS, subject);
      return writer.finish();
    },
    decode(bytes): Decoded<AuditRecord> {
      const reader = new ProtobufReader(bytes);
      const subjects: string[] = [];
      const draft = { atMs: 0, actor: "", action: "", subjects };
      for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
        if (tag === AT_MS) draft.atMs = reader.int64();
        else if (tag === ACTOR) draft.actor = reader.string();
        else if (tag === ACTION) draft.action = reader.string();
        else if (tag === SUBJECTS) subjects.push(reader.string());
        else reader.skip(tag);
      }
      return reader.refusal ?? { ok: true, value: draft };
    },
  };
}
