import { gzipSync } from "node:zlib";
import { crc32c } from "@node-rs/crc32";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitBatches } from "./fetched-batch.ts";
import { FetchedRecords } from "./fetched-records.ts";
import { encodeHeaders, encodeRecordBatch } from "./record-batch.ts";

const HEADERS = {
  shared: encodeHeaders([["name", "value"]]),
  count: 2,
  ownName: Buffer.from("own"),
  ownValue: (index: number) => `no-${index}`,
};
const NOW_MS = 1_800_000_000_000;

interface Stored {
  readonly offset: number;
  readonly key: string | null;
  readonly value: string;
}

/** Batches as a broker would have them from `firstOffset` on. */
function storedBatches(sizes: readonly number[], firstOffset: number): { bytes: Buffer; stored: Stored[] } {
  const stored: Stored[] = [];
  const batches = sizes.map((size) => {
    const base = firstOffset + stored.length;
    const own = Array.from({ length: size }, (_, index) => ({
      offset: base + index,
      key: index % 3 === 0 ? null : `key ${base + index}`,
      value: `value ${base + index} ${"x".repeat((index * 37) % 300)}`,
    }));
    stored.push(...own);
    const records = own.map(({ key, value }) => ({
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from(value),
    }));
    const bytes = encodeRecordBatch(records, HEADERS, NOW_MS);
    // The broker numbers them.
    bytes.writeBigInt64BE(BigInt(base), 0);
    return bytes;
  });
  return { bytes: Buffer.concat(batches), stored };
}

const read = ({
  offset,
  key,
  value,
}: {
  offset: number;
  key: Uint8Array | null;
  value: Uint8Array | null;
}): Stored => ({
  offset,
  key: key === null ? null : Buffer.from(key).toString(),
  value: Buffer.from(value ?? []).toString(),
});

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

describe("records of a fetch", () => {
  it("come each once and in order from the offset that was asked for, whatever the pieces", () => {
    fc.assert(
      fc.property(
        sizes,
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 50 }),
        fc.nat(30),
        (drawn, first, max, skipped) => {
          const { bytes, stored } = storedBatches(drawn, first);
          const fetched = new FetchedRecords(splitBatches(bytes), { fromOffset: first + skipped, wants: undefined });
          const seen: Stored[] = [];
          while (!fetched.atEnd) {
            const { records, lastOffset } = fetched.take(max);
            expect(records.length).toBeLessThanOrEqual(max);
            expect(fetched.atEnd || lastOffset === records.at(-1)?.offset).toBe(true);
            seen.push(...records.map(read));
          }
          expect(seen).toEqual(stored.filter(({ offset }) => offset >= first + skipped));
        },
      ),
    );
  });

  it("that nobody wants are dealt with by the piece that they stand in", () => {
    const { bytes, stored } = storedBatches([20, 5], 100);
    const wants = (value: Uint8Array): boolean => /[37] /u.test(Buffer.from(value).toString());
    const fetched = new FetchedRecords(splitBatches(bytes), { fromOffset: 100, wants });
    const first = fetched.take(2);
    expect(first.records.map(({ offset }) => offset)).toEqual([103, 107]);
    expect(first.lastOffset).toBe(107);
    const rest = fetched.take(100);
    expect(rest.records.map(({ offset }) => offset)).toEqual([113, 117, 123]);
    expect(rest.lastOffset).toBe(stored.at(-1)?.offset);
    expect(fetched.atEnd).toBe(true);
  });

  it("are taken up to an offset, if there is one before it", () => {
    const fetched = new FetchedRecords(splitBatches(storedBatches([10, 10], 0).bytes), {
      fromOffset: 0,
      wants: undefined,
    });
    expect(fetched.take(500, 12).lastOffset).toBe(12);
    expect(fetched.take(500, 12).lastOffset).toBe(19);
  });

  it("that were compacted away are behind us, too", () => {
    const [batch] = splitBatches(storedBatches([3], 40).bytes);
    const fetched = new FetchedRecords([{ ...batch!, lastOffset: 49 }], { fromOffset: 40, wants: undefined });
    expect(fetched.take(500)).toMatchObject({ lastOffset: 49 });
    expect(new FetchedRecords([{ ...batch!, lastOffset: 49 }], { fromOffset: 45, wants: undefined }).take(500)).toEqual(
      {
        records: [],
        firstOffset: 45,
        lastOffset: 49,
      },
    );
  });

  it("have the broker's time, or each their own", () => {
    const [batch] = splitBatches(storedBatches([1], 0).bytes);
    const timeOf = (changed: object): number | undefined =>
      new FetchedRecords([{ ...batch!, ...changed }], { fromOffset: 0, wants: undefined }).take(1).records[0]
        ?.appendedAtMs;
    expect(timeOf({})).toBe(NOW_MS);
    expect(timeOf({ appendedAtMs: 5 })).toBe(5);
    // A difference of more than 32 bits, as another producer may write it: length 11, attributes, time, offset, key, value, headers.
    const records = Buffer.from([22, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02, 0, 1, 1, 0]);
    expect(timeOf({ records })).toBe(NOW_MS + 2 ** 35);
  });

  it("may be compressed by other producers", () => {
    const { bytes, stored } = storedBatches([30], 7);
    const packed = Buffer.concat([bytes.subarray(0, 61), gzipSync(bytes.subarray(61))]);
    packed.writeInt32BE(packed.length - 12, 8);
    packed.writeInt16BE(1, 21);
    packed.writeUInt32BE(crc32c(packed.subarray(21)), 17);
    const fetched = new FetchedRecords(splitBatches(packed), { fromOffset: 7, wants: undefined });
    expect(fetched.take(500).records.map(read)).toEqual(stored);
  });

  it("are refused when a byte was changed on the way, and the cut-off end of a fetch is left", () => {
    const { bytes } = storedBatches([5, 5], 0);
    expect(splitBatches(bytes.subarray(0, bytes.length - 1))).toHaveLength(1);
    bytes[100]! ^= 1;
    expect(() => splitBatches(bytes)).toThrow("damaged");
  });
});
