import { expect, it } from "vitest";
import { murmur2, partitionOf } from "./murmur2.ts";
import { partitionKey } from "./partition-key.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

// UtilsTest.testMurmur2 of Apache Kafka.
it.each([
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
])("hashes %s as Kafka's Java client does", (text, hash) => {
  expect(murmur2(utf8(text))).toBe(hash);
});

it("drops the sign bit instead of negating, as Kafka's toPositive does", () => {
  expect(partitionOf(utf8("foobar"), 1_000)).toBe((-790332482 & 0x7fff_ffff) % 1_000);
});

it("keys the log by tenant and lead", () => {
  expect(partitionKey("acme", "lead-é")).toEqual(utf8("acme/lead-é"));
});
