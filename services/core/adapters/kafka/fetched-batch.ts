import { crc32c } from "@node-rs/crc32";
import { compressionsAlgorithmsByBitmask } from "@platformatic/kafka";

/** A record batch as the broker sent it, its records not read yet. */
export interface FetchedBatch {
  readonly firstOffset: number;
  /** Of the last record that it covers; compaction may have taken that one away. */
  readonly lastOffset: number;
  readonly firstTimestampMs: number;
  /** Of all its records, or null if each has a time of its own. */
  readonly appendedAtMs: number | null;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly producerId: bigint;
  readonly recordCount: number;
  /** Unpacked. */
  readonly records: Buffer;
}

const MAGIC = 2;
/** Where the fields of a batch of version 2 are. */
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const FIRST_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const RECORD_COUNT_AT = 57;
const RECORDS_AT = 61;

const COMPRESSION = 0x07;
const IS_LOG_APPEND_TIME = 0x08;
const IS_TRANSACTIONAL = 0x10;
const IS_CONTROL = 0x20;

/**
 * The batches of a fetched partition. The last one may be cut off, which is how a broker keeps to the bytes it was asked for.
 *
 * @throws Error if a batch is not what the broker stored, or of a version from before Kafka 0.11
 */
export function splitBatches(bytes: Buffer): readonly FetchedBatch[] {
  const batches: FetchedBatch[] = [];
  for (let start = 0; start + RECORDS_AT <= bytes.length;) {
    const end = start + LENGTH_AT + 4 + bytes.readInt32BE(start + LENGTH_AT);
    if (end > bytes.length) break;
    batches.push(readHead(bytes.subarray(start, end)));
    start = end;
  }
  return batches;
}

function readHead(batch: Buffer): FetchedBatch {
  if (batch[MAGIC_AT] !== MAGIC) throw new Error(`Record batches of version ${batch[MAGIC_AT]} can't be read.`);
  if (batch.readUInt32BE(CRC_AT) !== crc32c(batch.subarray(ATTRIBUTES_AT))) {
    throw new Error("A record batch was damaged on its way.");
  }
  const attributes = batch.readInt16BE(ATTRIBUTES_AT);
  const firstOffset = Number(batch.readBigInt64BE(0));
  const isStampedByBroker = (attributes & IS_LOG_APPEND_TIME) !== 0;
  return {
    firstOffset,
    lastOffset: firstOffset + batch.readInt32BE(LAST_OFFSET_DELTA_AT),
    firstTimestampMs: Number(batch.readBigInt64BE(FIRST_TIMESTAMP_AT)),
    appendedAtMs: isStampedByBroker ? Number(batch.readBigInt64BE(MAX_TIMESTAMP_AT)) : null,
    isTransactional: (attributes & IS_TRANSACTIONAL) !== 0,
    isControl: (attributes & IS_CONTROL) !== 0,
    producerId: batch.readBigInt64BE(PRODUCER_ID_AT),
    recordCount: batch.readInt32BE(RECORD_COUNT_AT),
    records: unpacked(batch.subarray(RECORDS_AT), attributes & COMPRESSION),
  };
}

function unpacked(records: Buffer, compression: number): Buffer {
  if (compression === 0) return records;
  const algorithm = Object.entries(compressionsAlgorithmsByBitmask).find(
    ([bitmask]) => Number(bitmask) === compression,
  );
  if (algorithm === undefined) throw new Error(`Compression ${compression} is not known.`);
  return algorithm[1].decompressSync(records);
}
