import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { readAll, textOf } from "../contract/topic-codec.ts";
import { openKafkaTopic } from "../contract/topic-open-kafka.ts";
import { API, type KafkaRequest, readAcks, tapKafka } from "../support/kafka-wire.ts";
import { kafkaBrokers } from "../support/servers.ts";
import { loseReply } from "../support/socket-tap.ts";

/** Each of these fails when its setting is taken away: test/mutation shows it. */
describe("the settings of appends to Kafka", () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function open(partitionCount: number) {
    const opened = await openKafkaTopic(partitionCount);
    closers.push(() => opened.close());
    return opened.topic;
  }

  function tapProduce(onProduce: (request: KafkaRequest) => void): void {
    closers.push(tapKafka(kafkaBrokers(), (request) => (request.apiKey === API.produce ? onProduce(request) : null)));
  }

  it("acks: a request waits for all in-sync replicas", async () => {
    const topic = await open(4);
    const requests: KafkaRequest[] = [];
    tapProduce((request) => requests.push(request));
    await Promise.all([0, 1, 2, 3].map((partition) => topic.append(partition, ["a", "b"])));
    expect(requests.length).toBeGreaterThanOrEqual(1);
    expect(new Set(requests.map(readAcks))).toEqual(new Set([-1]));
  });

  it("maxInFlight: of a partition, the next request waits for the answer to the one before", async () => {
    const topic = await open(1);
    await topic.append(0, ["first"]);
    let inFlight = 0;
    let mostInFlight = 0;
    tapProduce(({ socket }) => {
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      socket.prependOnceListener("data", () => (inFlight -= 1));
    });
    // In turns of their own: those of one turn would share a request.
    const appends: Promise<number>[] = [];
    for (let index = 1; index <= 20; index += 1) {
      appends.push(topic.append(0, [`record ${index}`]));
      await nextTurn();
    }
    expect(await Promise.all(appends)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(mostInFlight).toBe(1);
  });

  it("retries: an append whose reply is lost is there once, and is a fault for the caller to judge", async () => {
    const topic = await open(1);
    await topic.append(0, ["before"]);
    let isArmed = true;
    tapProduce(({ socket }) => {
      if (isArmed) loseReply(socket);
      isArmed = false;
    });
    await expect(topic.append(0, ["once"])).rejects.toMatchObject({ code: "LOG_UNAVAILABLE", retriable: true });
    expect((await readAll(topic, 0)).map(textOf)).toEqual(["before", "once"]);
    await topic.append(0, ["after"]);
    expect((await readAll(topic, 0)).map(textOf)).toEqual(["before", "once", "after"]);
  });
});
