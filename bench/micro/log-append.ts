import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createFileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import type { Codec } from "../../services/core/wire/codec.ts";

/** Durable appends of the embedded log, and the time to open and read a long one. Run: node bench/micro/log-append.ts */
const VALUE_BYTES = 300;
const APPEND_FOR_MS = 3000;
const SCANNED_RECORDS = 500_000;
const SIZES = [1, 100, 500];
const CONCURRENT_APPENDS = 16;

const value = new Uint8Array(VALUE_BYTES).fill(7);
const codec: Codec<Uint8Array> = {
  key: () => value.subarray(0, 16),
  encode: (bytes) => bytes,
  decode: (bytes) => ({ ok: true, value: bytes }),
  eventType: "dev.fairlead.bench.v1",
};

const directory = await mkdtemp(join(process.env["FAIRLEAD_BENCH_DIR"] ?? tmpdir(), "fairlead-bench-"));
const open = (name: string, partitionCount = 1) =>
  createFileTopic({ directory, name, partitionCount, codec, clock: Date.now });

async function recordsPerSecond(batchSize: number, concurrency: number): Promise<number> {
  const topic = await open(`append-${batchSize}-${concurrency}`);
  const batch = Array.from({ length: batchSize }, () => value);
  const beganMs = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() - beganMs < APPEND_FOR_MS) await topic.append(0, batch);
    }),
  );
  const seconds = (performance.now() - beganMs) / 1000;
  const records = await topic.endOffset(0);
  await topic.close();
  return Math.round(records / seconds);
}

async function perMillion(step: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await step();
  return Math.round(((performance.now() - beganMs) * 1_000_000) / SCANNED_RECORDS);
}

async function scan() {
  const topic = await open("scan");
  const batch = Array.from({ length: 1000 }, () => value);
  for (let at = 0; at < SCANNED_RECORDS; at += batch.length * 10) {
    await Promise.all(Array.from({ length: 10 }, () => topic.append(0, batch)));
  }
  await topic.close();
  const openMs = await perMillion(async () => (await open("scan")).close());
  const again = await open("scan");
  const readMs = await perMillion(async () => {
    let read = 0;
    for await (const entries of again.readRange(0, 0, SCANNED_RECORDS)) read += entries.length;
    if (read !== SCANNED_RECORDS) throw new Error(`Read ${read} of ${SCANNED_RECORDS} records.`);
  });
  await again.close();
  return { openMsPerMillionRecords: openMs, readMsPerMillionRecords: readMs };
}

const appends = [];
for (const batchSize of SIZES) {
  for (const concurrency of [1, CONCURRENT_APPENDS]) {
    appends.push({ batchSize, concurrency, recordsPerSecond: await recordsPerSecond(batchSize, concurrency) });
  }
}
const result = {
  machine: `${cpus().length} × ${cpus()[0]?.model}`,
  node: process.version,
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
  atIso: new Date().toISOString(),
  valueBytes: VALUE_BYTES,
  appends,
  ...(await scan()),
};
await rm(directory, { recursive: true });
const results = join(import.meta.dirname, "../results");
mkdirSync(results, { recursive: true });
writeFileSync(join(results, "log-append.json"), `${JSON.stringify(result, null, 2)}\n`);
console.log(result);
