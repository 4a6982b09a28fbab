import type { DeadLetter } from "../ports/log.ts";
import type { Codec, Decoded } from "./codec.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, varintTag } from "./protobuf-tag.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

/** Fields of `DeadLetter` (dead_letter.proto). */
const DEAD_LETTER_ID = delimitedTag(1);
const KEY = delimitedTag(2);
const BYTES = delimitedTag(3);
const TOPIC = delimitedTag(4);
const PARTITION = varintTag(5);
const OFFSET = varintTag(6);
const CODE = delimitedTag(7);
const AT = delimitedTag(8);
const ATTEMPTS = varintTag(9);
const FIRST_SEEN_MS = varintTag(10);

type DeadLetterDraft = { -readonly [Field in keyof DeadLetter]: DeadLetter[Field] };

export function createDeadLetterCodec(): Codec<DeadLetter> {
  const writer = new ProtobufWriter();
  return {
    eventType: "dev.fairlead.dead-letter.v1",
    /** The original key, so that a lead's dead letters stay in order. */
    key: (letter) => letter.key,
    encode(letter) {
      writer.begin();
      writer.text(DEAD_LETTER_ID, letter.deadLetterId);
      if (letter.key !== null) writer.dataAlways(KEY, letter.key);
      writer.data(BYTES, letter.bytes);
      writer.text(TOPIC, letter.topic);
      writer.uint32(PARTITION, letter.partition);
      writer.int64(OFFSET, letter.offset);
      writer.text(CODE, letter.code);
      writer.text(AT, letter.at);
      writer.uint32(ATTEMPTS, letter.attempts);
      writer.int64(FIRST_SEEN_MS, letter.firstSeenMs);
      return writer.finish();
    },
    decode(bytes): Decoded<DeadLetter> {
      const reader = new ProtobufReader(bytes);
      const value = readDeadLetter(reader);
      return reader.refusal ?? { ok: true, value };
    },
  };
}

function readDeadLetter(reader: ProtobufReader): DeadLetter {
  const letter: DeadLetterDraft = {
    deadLetterId: "",
    key: null,
    bytes: new Uint8Array(0),
    topic: "",
    partition: 0,
    offset: 0,
    code: "",
    at: "",
    attempts: 0,
    firstSeenMs: 0,
  };
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) readField(reader, letter, tag);
  return letter;
}

function readField(reader: ProtobufReader, letter: DeadLetterDraft, tag: number): void {
  switch (tag) {
    case DEAD_LETTER_ID:
      letter.deadLetterId = reader.string();
      break;
    case KEY:
      letter.key = reader.bytes();
      break;
    case BYTES:
      letter.bytes = reader.bytes();
      break;
    case TOPIC:
      letter.topic = reader.string();
      break;
    case PARTITION:
      letter.partition = reader.uint32();
      break;
    case OFFSET:
      letter.offset = reader.int64();
      break;
    case CODE:
      letter.code = reader.string();
      break;
    case AT:
      letter.at = reader.string();
      break;
    case ATTEMPTS:
      letter.attempts = reader.uint32();
      break;
    case FIRST_SEEN_MS:
      letter.firstSeenMs = reader.int64();
      break;
    default:
      reader.skip(tag);
  }
}
