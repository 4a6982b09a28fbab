import { setTimeout as delay } from "node:timers/promises";
import { type Admin, Kafka, logLevel } from "kafkajs";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Batch, BatchVerdict, ConsumableTopic } from "../../services/core/ports/log.ts";
import { textOf } from "../contract/topic-codec.ts";
import { openKafkaTopic, openNamed } from "../contract/topic-open-kafka.ts";
import { API, tapKafka } from "../support/kafka-wire.ts";
import { freshName, kafkaBrokers } from "../support/servers.ts";

const COMMIT: BatchVerdict = { kind: "commit" };
const WITHIN = { timeout: 20_000, interval: 20 };

/** Each of these fails when its setting of consume-group.ts is taken away: test/mutation shows it. */
describe("the settings of a consumer group", () => {
  const kafka = new Kafka({ brokers: [...kafkaBrokers()], logLevel: logLevel.NOTHING });
  const closers: (() => unknown)[] = [];
  let admin: Admin;

  beforeAll(async () => {
    admin = kafka.admin();
    await admin.connect();
  });
  afterAll(() => admin.disconnect());
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function open(partitionCount: number): Promise<ConsumableTopic<string>> {
    const opened = await openKafkaTopic(partitionCount);
    closers.push(() => opened.close());
    return opened.topic;
  }

  async function consume(
    topic: ConsumableTopic<string>,
    handle: (batch: Batch<string>) => Promise<BatchVerdict>,
    group = freshName("settings"),
  ): Promise<string> {
    const reader = await topic.consume({ group, handle });
    closers.push(() => reader.close());
    return group;
  }

  it("eachBatchAutoResolve: what was refused comes again, before anything after it", async () => {
    const topic = await open(1);
    await topic.append(0, ["a"]);
    const seen: string[] = [];
    await consume(topic, async ({ entries }) => {
      seen.push(...entries.map(textOf));
      if (seen.length > 1) return COMMIT;
      await topic.append(0, ["b"]);
      return { kind: "retry", afterMs: 10 };
    });
    await vi.waitFor(() => expect(seen).toEqual(["a", "a", "b"]), WITHIN);
  });

  it("autoCommit: offsets are stored when we say so, and not after each fetch besides", async () => {
    const topic = await open(1);
    let commits = 0;
    closers.push(tapKafka(kafkaBrokers(), ({ apiKey }) => void (commits += Number(apiKey === API.offsetCommit))));
    const seen: string[] = [];
    const handle = async ({ entries }: Batch<string>): Promise<BatchVerdict> => {
      seen.push(...entries.map(textOf));
      return COMMIT;
    };
    const reader = await topic.consume({ group: freshName("settings"), keepsPlace: true, handle });
    closers.push(() => reader.close());
    const startedMs = performance.now();
    for (let count = 1; count <= 20; count += 1) {
      await topic.append(0, [`record ${count}`]);
      await vi.waitFor(() => expect(seen).toHaveLength(count), WITHIN);
    }
    // Once a second, as a reader that keeps its place wants it.
    expect(commits).toBeLessThanOrEqual(2 + (performance.now() - startedMs) / 1000);
  });

  it("offsets: the first is stored at once, those of small batches that follow closely go together", async () => {
    const topic = await open(1);
    let commits = 0;
    closers.push(tapKafka(kafkaBrokers(), ({ apiKey }) => void (commits += Number(apiKey === API.offsetCommit))));
    const seen: string[] = [];
    const group = await consume(topic, async ({ entries }) => {
      seen.push(...entries.map(textOf));
      return COMMIT;
    });
    await topic.append(0, ["record 1"]);
    await vi.waitFor(() => expect(seen).toHaveLength(1), WITHIN);
    await vi.waitFor(() => expect(commits).toBe(1), WITHIN);
    const startedMs = performance.now();
    for (let count = 2; count <= 50; count += 1) {
      await topic.append(0, [`record ${count}`]);
      await vi.waitFor(() => expect(seen).toHaveLength(count), { ...WITHIN, interval: 1 });
    }
    await vi.waitFor(async () => expect(await topic.committedOffsets(group)).toEqual([50]), WITHIN);
    expect(commits).toBeLessThanOrEqual(2 + (performance.now() - startedMs) / 50);
  });

  it("fromBeginning: a group whose place is gone goes on with the first record that is there", async () => {
    const topic = await open(1);
    await topic.append(0, ["gone", "gone", "left"]);
    const group = freshName("expired");
    await admin.setOffsets({ groupId: group, topic: topic.name, partitions: [{ partition: 0, offset: "1" }] });
    await admin.fetchTopicMetadata({ topics: [topic.name] });
    await admin.deleteTopicRecords({ topic: topic.name, partitions: [{ partition: 0, offset: "2" }] });
    const seen: string[] = [];
    const handle = async ({ entries }: Batch<string>): Promise<BatchVerdict> => {
      seen.push(...entries.map(textOf));
      return COMMIT;
    };
    await consume(topic, handle, group);
    await vi.waitFor(() => expect(seen).toEqual(["left"]), WITHIN);
  });

  it("sessionTimeout: a member that is silent loses its partitions within 10 s", { timeout: 60_000 }, async () => {
    const topic = await open(1);
    await topic.append(0, ["a"]);
    const other = await openNamed(topic.name, 1);
    closers.push(() => other.close());
    const isStuck = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    closers.push(() => release.resolve());
    const group = await consume(topic, async () => {
      isStuck.resolve();
      await release.promise;
      return COMMIT;
    });
    await isStuck.promise;
    const startedMs = performance.now();
    const taken = Promise.withResolvers<number>();
    void consume(
      other.topic,
      async () => {
        taken.resolve(performance.now() - startedMs);
        return COMMIT;
      },
      group,
    );
    const tookMs = await taken.promise;
    expect(tookMs).toBeGreaterThan(5000);
    expect(tookMs).toBeLessThan(15_000);
    release.resolve();
  });

  it("heartbeatInterval: a batch that takes long tells the group every 2 s that it is alive", async () => {
    const topic = await open(1);
    await topic.append(0, ["slow"]);
    const beatsAtMs: number[] = [];
    const done = Promise.withResolvers<void>();
    await consume(topic, async (batch) => {
      closers.push(
        tapKafka(kafkaBrokers(), ({ apiKey, atMs }) => void (apiKey === API.heartbeat && beatsAtMs.push(atMs))),
      );
      const endMs = performance.now() + 7000;
      while (performance.now() < endMs) {
        await batch.heartbeat();
        await delay(20);
      }
      done.resolve();
      return COMMIT;
    });
    await done.promise;
    const gapsMs = beatsAtMs.slice(1).map((atMs, index) => atMs - (beatsAtMs[index] ?? 0));
    expect(gapsMs.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...gapsMs)).toBeLessThan(2600);
    expect(Math.min(...gapsMs)).toBeGreaterThan(1500);
  });

  it("maxBytesPerPartition: a batch has hardly more than 512 KiB", async () => {
    const topic = await open(1);
    const record = "x".repeat(16 * 1024);
    // Each append is a batch of the log, which is fetched whole or not at all.
    for (let count = 0; count < 64; count += 1) await topic.append(0, [record]);
    const sizes: number[] = [];
    await consume(topic, async ({ entries }) => {
      // Its key is as long as its value.
      sizes.push(entries.reduce((sum, { key, bytes }) => sum + (key?.byteLength ?? 0) + bytes.byteLength, 0));
      return COMMIT;
    });
    await vi.waitFor(() => expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2 * 64 * record.length), WITHIN);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512 * 1024);
  });

  it("partitionsConsumedConcurrently: a slow partition does not hold up the others", async () => {
    const topic = await open(4);
    for (const partition of [0, 1, 2, 3]) await topic.append(partition, ["a"]);
    let running = 0;
    let mostRunning = 0;
    const together = Promise.withResolvers<void>();
    await consume(topic, async () => {
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      if (running === 4) together.resolve();
      await Promise.race([together.promise, delay(1000)]);
      running -= 1;
      return { kind: "retry", afterMs: 100 };
    });
    await vi.waitFor(() => expect(mostRunning).toBe(4), WITHIN);
  });

  it("maxWaitTimeInMs: a partition that is resumed waits 250 ms at most for the fetch of the others", async () => {
    const topic = await open(2);
    await topic.append(0, ["again"]);
    const atMs: number[] = [];
    await consume(topic, async () => {
      atMs.push(performance.now());
      return atMs.length <= 5 ? { kind: "retry", afterMs: 50 } : COMMIT;
    });
    await vi.waitFor(() => expect(atMs).toHaveLength(6), WITHIN);
    const waitsMs = atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0));
    expect(Math.max(...waitsMs)).toBeLessThan(1000);
  });
});
