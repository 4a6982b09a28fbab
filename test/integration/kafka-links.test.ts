import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type KafkaServer, startKafka } from "../../deploy/local/kafka.ts";
import { createKafkaConnection } from "../../services/core/adapters/kafka/kafka-connection.ts";
import { createKafkaTopic, type KafkaTopic } from "../../services/core/adapters/kafka/kafka-topic.ts";
import { createTopics } from "../../services/core/adapters/kafka/create-topics.ts";
import { topicNames } from "../../services/core/adapters/kafka/topic-specs.ts";
import { createProcessMetrics } from "../../services/fairlead/processes/process-metrics.ts";
import { createReaderWatch } from "../../services/fairlead/processes/watch-readers.ts";
import { strikeOne } from "../chaos/faults/kafka.ts";
import { startTcpProxy, type TcpProxy } from "../chaos/tcp-proxy.ts";
import { textCodec, textOf } from "../contract/topic-codec.ts";
import { silentLogger } from "../contract/topic-open-kafka.ts";
import { API } from "../support/kafka-wire.ts";
import { flowLogger } from "../support/flow-open.ts";
import { freshName } from "../support/servers.ts";

const SERVER_STARTS_MS = 60_000;
/** A third of what a request may take: who waits for one that is lost is not in time. */
const GOES_ON_WITHIN = { timeout: 5_000, interval: 20 };
/** A request may take 15 s, and before a consumer begins anew it asks eight times more. */
const TROUBLE_WITHIN_MS = 60_000;
/** Each waits 250 ms for records. */
const SEVERAL_FETCHES_MS = 1_000;

/** What kafkajs makes of a connection that breaks: see one-life-connections.ts. */
describe("a consumer whose connection breaks", () => {
  let proxy: TcpProxy;
  let kafka: KafkaServer;
  const closers: (() => unknown)[] = [];

  beforeAll(async () => {
    proxy = await startTcpProxy();
    kafka = await startKafka({ nodes: 1, frontPorts: [proxy.port], heapMegabytes: 320 });
    proxy.pointAt(kafka.backPorts[0] ?? 0);
  }, SERVER_STARTS_MS);
  afterEach(async () => {
    proxy.heal();
    for (const close of closers.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await kafka.kill();
    await proxy.close();
  });

  /** A topic that is read through the proxy, and appended to past it. */
  async function open() {
    const prefix = freshName("links");
    await createTopics({ brokers: kafka.brokers, partitions: 1, replicationFactor: 1, logger: silentLogger, prefix });
    const seen: string[] = [];
    const faults: unknown[] = [];
    const connect = (brokers: readonly string[]): KafkaTopic<string> => {
      const connection = createKafkaConnection({ brokers, clientId: "links", logger: silentLogger });
      closers.push(() => connection.close());
      const { leads: name } = topicNames(prefix);
      return createKafkaTopic({
        connection,
        name,
        partitionCount: 1,
        codec: textCodec,
        onFault: (error) => void faults.push(error),
        onCrash: (error) => void seen.push(`crash ${String(error)}`),
      });
    };
    const topic = connect(kafka.brokers);
    const metrics = createProcessMetrics(flowLogger());
    const { watched } = createReaderWatch(metrics);
    const reader = await watched(connect([`127.0.0.1:${proxy.port}`])).consume({
      group: "links",
      async handle({ entries }) {
        seen.push(...entries.map(textOf));
        return { kind: "commit" };
      },
    });
    closers.push(() => reader.close());
    let count = 0;
    return {
      reader,
      faults,
      /** Appends a record, and waits until the reader has seen it. */
      async passes(): Promise<void> {
        const record = `record ${(count += 1)}`;
        await topic.append(0, [record]);
        await vi.waitFor(() => expect(seen).toContain(record), GOES_ON_WITHIN);
      },
      async lastFetchSeconds(): Promise<number | undefined> {
        const gauge = metrics.registry.getSingleMetric("fairlead_consumer_last_fetch_timestamp_seconds");
        const series = (await gauge?.get())?.values ?? [];
        return series.find(({ labels }) => labels["group"] === "links" && labels["topic"] === topic.name)?.value;
      },
    };
  }

  it.each([
    ["fetch", API.fetch],
    ["heartbeat", API.heartbeat],
    ["offset commit", API.offsetCommit],
  ])("goes on when a reply breaks off in the middle: %s", async (_, kind) => {
    const { passes } = await open();
    await passes();
    const hits: number[] = [];
    void strikeOne(proxy, kind, { kind: "cut", within: "reply", afterBytes: 10 }).then((hit) => hits.push(hit));
    while (hits.length === 0) await passes();
    expect(hits).toEqual([1]);
    for (let after = 0; after < 3; after += 1) await passes();
  });

  it(
    "says that it has no answer, and that it begins anew, with its group and the cause",
    async () => {
      const { passes, faults } = await open();
      await passes();
      expect(faults).toEqual([]);
      const tells = (fault: object): Promise<void> =>
        vi.waitFor(
          () => expect(faults).toContainEqual(expect.objectContaining({ code: "LOG_UNAVAILABLE", ...fault })),
          {
            timeout: TROUBLE_WITHIN_MS,
            interval: 100,
          },
        );
      proxy.set({ kind: "half_open" });
      await tells({ message: expect.stringContaining("in the group links had no answer to Fetch") });
      proxy.set({ kind: "refused" });
      await tells({ message: expect.stringContaining("in the group links begins anew"), cause: expect.any(Error) });
      proxy.heal();
      await passes();
    },
    2 * TROUBLE_WITHIN_MS,
  );

  it("shows when it was last answered, whether or not with records, and nothing once it is closed", async () => {
    const { reader, passes, lastFetchSeconds } = await open();
    const movesOnFrom = (seconds = Number.NaN): Promise<void> =>
      vi.waitFor(async () => expect(await lastFetchSeconds()).toBeGreaterThan(seconds), GOES_ON_WITHIN);
    await passes();
    const answered = await lastFetchSeconds();
    expect(Math.abs(Date.now() / 1000 - answered!)).toBeLessThan(5);
    await movesOnFrom(answered);

    proxy.set({ kind: "half_open" });
    const standing = await vi.waitFor(async () => {
      const before = await lastFetchSeconds();
      await delay(SEVERAL_FETCHES_MS);
      expect(await lastFetchSeconds()).toBe(before);
      return before;
    }, GOES_ON_WITHIN);

    proxy.heal();
    await movesOnFrom(standing);
    await passes();
    await reader.close();
    expect(await lastFetchSeconds()).toBeUndefined();
  });
});
