import type { CheckpointHead, FoldPosition } from "../ports/checkpoints.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, varintTag } from "./protobuf-tag.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

/**
 * Raise it whenever a fold of the same records would give other rows: what was folded before must not be gone on with.
 * The test of the kept fold fails when it is forgotten (checkpoint-version.test.ts).
 */
export const FOLD_VERSION = 1;

/** Fields of `CheckpointHead` and `FoldPosition` (checkpoint.proto). */
const VERSION = varintTag(1);
const POSITION = delimitedTag(2);
const LEADS = varintTag(3);
const NEXT = varintTag(1);
const BARRIER_EPOCH = varintTag(2);
const LAST_APPENDED_AT_MS = varintTag(3);
const LAST_BYTES = varintTag(4);

export function writeHead(writer: ProtobufWriter, tag: number, { positions, leads }: CheckpointHead): void {
  const start = writer.open(tag);
  writer.uint32(VERSION, FOLD_VERSION);
  for (const position of positions) writePosition(writer, position);
  writer.int64(LEADS, leads);
  writer.close(start);
}

function writePosition(writer: ProtobufWriter, position: FoldPosition): void {
  const start = writer.open(POSITION);
  writer.int64(NEXT, position.next);
  writer.int64(BARRIER_EPOCH, position.barrierEpoch);
  writer.int64(LAST_APPENDED_AT_MS, position.lastAppendedAtMs);
  writer.int64(LAST_BYTES, position.lastBytes);
  writer.close(start);
}

/** Null if another version of the fold wrote it. */
export function readHead(reader: ProtobufReader): CheckpointHead | null {
  const positions: FoldPosition[] = [];
  let version = 0;
  let leads = 0;
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === VERSION) version = reader.uint32();
    else if (tag === POSITION) positions.push(readPosition(reader));
    else if (tag === LEADS) leads = reader.int64();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return version === FOLD_VERSION ? { positions, leads } : null;
}

function readPosition(reader: ProtobufReader): FoldPosition {
  const position = { next: 0, barrierEpoch: 0, lastAppendedAtMs: 0, lastBytes: 0 };
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === NEXT) position.next = reader.int64();
    else if (tag === BARRIER_EPOCH) position.barrierEpoch = reader.int64();
    else if (tag === LAST_APPENDED_AT_MS) position.lastAppendedAtMs = reader.int64();
    else if (tag === LAST_BYTES) position.lastBytes = reader.int64();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return position;
}
