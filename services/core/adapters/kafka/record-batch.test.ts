import { Reader, readRecordsBatch } from "@platformatic/kafka";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { encodeHeaders, encodeRecordBatch } from "./record-batch.ts";

const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ minLength: 8_180, maxLength: 8_200 }));
const records = fc.array(fc.record({ key: fc.option(bytes), value: bytes }), { minLength: 1, maxLength: 150 });

it("writes what another implementation of the format reads, to the last byte", () => {
  const shared = [
    ["name", "value"],
    ["", "é"],
  ] as const;
  const headers = {
    shared: encodeHeaders(shared),
    count: 3,
    ownName: Buffer.from("own"),
    ownValue: (index: number) => `no-${index}`,
  };
  fc.assert(
    fc.property(records, fc.nat(), (drawn, nowMs) => {
      const batch = encodeRecordBatch(drawn, headers, nowMs);
      const read = readRecordsBatch(Reader.from(batch));
      expect(read).toMatchObject({ magic: 2, attributes: 0, length: batch.length - 12, firstTimestamp: BigInt(nowMs) });
      expect([read.lastOffsetDelta, read.maxTimestamp]).toEqual([drawn.length - 1, BigInt(nowMs)]);
      const found = read.records.map(({ offsetDelta, key, value, headers: own }) => ({
        offsetDelta,
        key: key === null || key === undefined ? null : Buffer.from(key),
        value: Buffer.from(value ?? []),
        headers: (own as unknown as [Buffer, Buffer][]).map((pair) => pair.map(String)),
      }));
      const expected = drawn.map(({ key, value }, index) => ({
        offsetDelta: index,
        key: key === null ? null : Buffer.from(key),
        value: Buffer.from(value),
        headers: [...shared, ["own", `no-${index}`]],
      }));
      expect(found).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
