import { crc32 } from "node:zlib";
import type { LedgerImage } from "../domain/ledger/ledger-image.ts";
import type { CheckpointHead, LedgerFold } from "../ports/checkpoints.ts";
import { readHead, writeHead } from "./checkpoint-head-fields.ts";
import { CheckpointRowReader } from "./checkpoint-row-reader.ts";
import { CheckpointRowWriter } from "./checkpoint-row-writer.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, varintTag } from "./protobuf-tag.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

/** Fields of `CheckpointChunk` (checkpoint.proto). */
const HEAD = delimitedTag(1);
const ROW = delimitedTag(2);
const ROW_COUNT = varintTag(3);

/** Some 600 kB, written or read in 15 ms. */
const ROWS_PER_CHUNK = 16_000;
const CRC_BYTES = 4;

/** A fold as chunks of bytes, each with its checksum. The fold must not change before the last one is taken. */
export function* encodeCheckpoint(fold: LedgerFold): Generator<Uint8Array> {
  const writer = new ProtobufWriter();
  const rows = new CheckpointRowWriter(writer, ROW);
  writer.begin();
  writeHead(writer, HEAD, headOf(fold));
  for (const [tenantId, image] of fold.tenants) {
    rows.tenant(tenantId);
    for (const row of image.foldRows()) {
      rows.row(row);
      if (rows.count % ROWS_PER_CHUNK > 0) continue;
      yield sealed(writer.finish());
      writer.begin();
    }
  }
  writer.int64Always(ROW_COUNT, rows.count);
  yield sealed(writer.finish());
}

function headOf({ positions, tenants }: LedgerFold): CheckpointHead {
  const leads = Array.from(tenants.values()).reduce((sum, { leadCount }) => sum + leadCount, 0);
  return { positions, leads };
}

/** Null if the chunk is not the first of a checkpoint that this program can read. */
export function decodeCheckpointHead(chunk: Uint8Array): CheckpointHead | null {
  const message = unsealed(chunk);
  if (message === null) return null;
  const reader = new ProtobufReader(message);
  const head = reader.nextTag() === HEAD ? readHead(reader) : null;
  return reader.refusal === undefined ? head : null;
}

/** Null if any chunk is damaged, missing, or of another version. */
export async function decodeCheckpoint(chunks: AsyncIterable<Uint8Array>): Promise<LedgerFold | null> {
  const tenants = new Map<string, LedgerImage>();
  const rows = new CheckpointRowReader(tenants);
  let head: CheckpointHead | null = null;
  let announced = -1;
  for await (const chunk of chunks) {
    const message = unsealed(chunk);
    if (message === null || announced >= 0) return null;
    const reader = new ProtobufReader(message);
    for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
      if (tag === ROW) rows.read(reader);
      else if (tag === HEAD) head = readHead(reader);
      else if (tag === ROW_COUNT) announced = reader.int64();
      else reader.skip(tag);
    }
    if (head === null || reader.refusal !== undefined) return null;
  }
  return head !== null && announced === rows.count ? { positions: [...head.positions], tenants } : null;
}

function sealed(message: Uint8Array): Uint8Array {
  const chunk = Buffer.allocUnsafe(CRC_BYTES + message.byteLength);
  chunk.writeUInt32LE(crc32(message), 0);
  chunk.set(message, CRC_BYTES);
  return chunk;
}

function unsealed(chunk: Uint8Array): Uint8Array | null {
  if (chunk.byteLength < CRC_BYTES) return null;
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const message = bytes.subarray(CRC_BYTES);
  return crc32(message) === bytes.readUInt32LE(0) ? message : null;
}
