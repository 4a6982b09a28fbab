import { setTimeout as delay } from "node:timers/promises";
import { topicNames } from "../../../services/core/adapters/kafka/topic-specs.ts";
import { API } from "../../support/kafka-wire.ts";
import { PARTITIONS } from "../installation.ts";
import type { LinkState } from "../tcp-proxy.ts";
import type { World } from "../world.ts";
import type { Fault } from "./fault.ts";
import { asKafkaAdmin, inSync, placeOf, strikeOne } from "./kafka.ts";

/** One for each broker, so that no two meddle with one link. */
const LANES = 3;
const SHORTEST_MS = 100;
const LONGEST_MS = 500;
const SLOW_MS = 100;
const UNHEARD_MS = 700;

/** A reply of one kind breaks in the middle, after so many bytes, on its way from whoever leads the topic. */
const cutReply =
  (kind: number, topic: keyof ReturnType<typeof topicNames>) =>
  async (world: World, lane: number): Promise<number> => {
    const { stage, random, prefix } = world;
    const { leader } = await placeOf(world, topicNames(prefix)[topic], topic === "control" ? 0 : lane % PARTITIONS);
    const strike = { kind: "cut", within: "reply", afterBytes: random.below(40) } as const;
    const struck = strikeOne(stage.kafkaProxies[leader - 1], kind, strike);
    // Another lane may have moved the leader; the strike then waits for the next request that comes this way.
    return Promise.race([struck, delay(UNHEARD_MS, 0)]);
  };

/** The link to one broker is like this for a moment. */
const linkIs =
  (state: LinkState) =>
  async ({ stage, random }: World, lane: number): Promise<number> => {
    const proxy = stage.kafkaProxies[lane]!;
    proxy.set(state);
    await delay(SHORTEST_MS + random.below(LONGEST_MS - SHORTEST_MS));
    proxy.set({ kind: "open" });
    return 1;
  };

/** The leader of a partition is no replica of it for a moment, so another one leads; then it follows again. */
async function moveLeader(world: World, lane: number): Promise<number> {
  const { leads, decisions } = topicNames(world.prefix);
  const topic = world.random.pick([leads, decisions]);
  const partition = lane % PARTITIONS;
  const { leader, replicas } = await placeOf(world, topic, partition);
  const others = replicas.filter((node) => node !== leader);
  await asKafkaAdmin(world, async (admin) => {
    for (const replicas of [others, [...others, leader]]) {
      await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: [{ partition, replicas }] }] });
    }
  });
  await inSync(world);
  return 1;
}

const KINDS: readonly ((world: World, lane: number) => Promise<number>)[] = [
  cutReply(API.fetch, "leads"),
  linkIs({ kind: "half_open" }),
  linkIs({ kind: "refused" }),
  moveLeader,
  cutReply(API.produce, "decisions"),
  linkIs({ kind: "slow", latencyMs: SLOW_MS }),
  linkIs({ kind: "half_open" }),
  cutReply(API.listOffsets, "control"),
  linkIs({ kind: "refused" }),
];

/** What a broker that restarts, freezes, is cut off or leads no more looks like from a router, many times a minute. */
export const kafkaLinkFaults: readonly Fault[] = [
  {
    row: "F11",
    counted: "onWire",
    lanes: LANES,
    inject: (world, nth) => KINDS[Math.floor(nth / LANES) % KINDS.length]!(world, nth % LANES),
  },
];
