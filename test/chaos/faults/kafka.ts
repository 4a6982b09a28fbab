import { setTimeout as delay } from "node:timers/promises";
import { Kafka, logLevel, type Admin } from "kafkajs";
import type { Server } from "../../../deploy/local/server.ts";
import { groupId, topicNames } from "../../../services/core/adapters/kafka/topic-specs.ts";
import { ROUTER_GROUP } from "../../../services/core/ports/log.ts";
import { until } from "../../support/flow-until.ts";
import { API } from "../../support/kafka-wire.ts";
import { PARTITIONS } from "../installation.ts";
import type { Strike, TcpProxy } from "../tcp-proxy.ts";
import type { World } from "../world.ts";
import { anyMoment, decides, type Fault } from "./fault.ts";

/** A whole request of one kind: length, then the kind. One in pieces could not be held back as a whole. */
const isRequest =
  (kind: number) =>
  (chunk: Buffer): boolean =>
    chunk.length >= 6 && chunk.readInt32BE(0) === chunk.length - 4 && chunk.readInt16BE(4) === kind;

export async function strikeOne(proxy: TcpProxy | undefined, kind: number, strike: Strike): Promise<number> {
  return (await proxy?.strike(strike, isRequest(kind))) === true ? 1 : 0;
}

/** Of five appends: three are done without a word, one comes after its sender has given up, one does not come at all. */
function disturbAppend(world: World, nth: number): Promise<number> {
  const fates: readonly Strike[] = [
    { kind: "cut", within: "reply", afterBytes: 0 },
    { kind: "cut", within: "reply", afterBytes: 7 },
    { kind: "late", afterMs: 100 + world.random.below(1_000) },
    { kind: "cut", within: "reply", afterBytes: 0 },
    { kind: "cut", within: "request", afterBytes: world.random.below(20) },
  ];
  return strikeOne(world.random.pick(world.stage.kafkaProxies), API.produce, fates[nth % fates.length]!);
}

/** A broker killed; two of three frozen, so that not enough replicas are in sync; all restarted, one after the other. */
async function disturbBrokers(world: World, nth: number): Promise<number> {
  const { nodes } = world.stage.kafka;
  if (nth % 3 === 0) {
    return killNode(world, world.random.pick(nodes));
  }
  if (nth % 3 === 1) {
    const frozen = nodes.slice(1);
    await Promise.all(frozen.map((node) => node.kill("SIGSTOP")));
    await delay(3_000);
    await Promise.all(frozen.map((node) => node.kill("SIGCONT")));
    return 1;
  }
  for (const node of nodes) {
    await node.restart();
    await inSync(world);
  }
  return nodes.length;
}

/** Of fifteen commits: fourteen are done or lost without a word; then the coordinator of the group is killed. */
async function disturbCommit(world: World, nth: number): Promise<number> {
  if (nth % 15 === 14) return killNode(world, world.stage.kafka.nodes[(await coordinatorOf(world, ROUTER_GROUP)) - 1]);
  const within = nth % 3 === 0 ? "request" : "reply";
  return strikeCommit(world, { kind: "cut", within, afterBytes: 0 });
}

/** On whichever way it takes: what a broker says of the coordinator may be true no more when the commit is sent. */
async function strikeCommit(world: World, strike: Strike): Promise<number> {
  const { kafkaProxies } = world.stage;
  const group = groupId(ROUTER_GROUP, world.prefix);
  const isCommit = (chunk: Buffer): boolean => isRequest(API.offsetCommit)(chunk) && chunk.includes(group);
  const strikes = kafkaProxies.map((proxy) => proxy.strike(strike, isCommit));
  await Promise.race(strikes);
  for (const proxy of kafkaProxies) proxy.heal();
  const hits = await Promise.all(strikes);
  return hits.filter(Boolean).length;
}

/** It is the leader of the partition of `__consumer_offsets` that the group's name falls to. @returns the node's id */
function coordinatorOf(world: World, group: string): Promise<number> {
  const topic = "__consumer_offsets";
  return asKafkaAdmin(world, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics[0]?.partitions ?? [];
    const own = (javaHash(groupId(group, world.prefix)) & 0x7f_ff_ff_ff) % partitions.length;
    return partitions.find(({ partitionId }) => partitionId === own)?.leader ?? 0;
  });
}

/** Who leads a partition now, and who follows; ids of nodes. */
export function placeOf(
  world: World,
  topic: string,
  partition: number,
): Promise<{ readonly leader: number; readonly replicas: readonly number[] }> {
  return asKafkaAdmin(world, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition);
    if (found === undefined) throw new Error(`${topic} has no partition ${partition}.`);
    return found;
  });
}

async function killNode(world: World, node: Server | undefined): Promise<number> {
  if (node === undefined) return 0;
  await node.kill();
  await anyMoment(world, 1_000);
  await node.restart();
  await inSync(world);
  return 1;
}

/** `String.hashCode` of Java. */
const javaHash = (text: string): number =>
  Array.from(text).reduce((hash, character) => (Math.imul(hash, 31) + character.charCodeAt(0)) | 0, 0);

/** What the groups had committed is forgotten, or lies before the first record that there still is. */
async function loseOffsets(world: World, nth: number): Promise<number> {
  const { routers, prefix } = world;
  await Promise.all(routers.map(decides));
  await Promise.all(routers.map((router) => router.stop()));
  const group = groupId(ROUTER_GROUP, prefix);
  await asKafkaAdmin(world, async (admin) => {
    await until(
      async () => (await admin.describeGroups([group])).groups[0]?.members.length ?? 0,
      (members) => members === 0,
      { what: "the group to be empty" },
    );
    if (nth % 2 === 0) await admin.deleteGroups([group]);
    else await cutBehindOffsets(admin, group, topicNames(prefix).leads);
  });
  for (const router of routers) router.start();
  await Promise.all(routers.map(decides));
  return 1;
}

/** Only records that are decided are deleted, and the group is then sent back to before them. */
async function cutBehindOffsets(admin: Admin, groupId: string, topic: string): Promise<void> {
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const partitions = (committed?.partitions ?? []).map(({ partition, offset }) => ({
    partition,
    offset: String(Math.max(0, Math.floor(Number(offset) / 2))),
  }));
  await admin.deleteTopicRecords({ topic, partitions: partitions.filter(({ offset }) => offset !== "0") });
  await admin.setOffsets({
    groupId,
    topic,
    partitions: partitions.map(({ partition }) => ({ partition, offset: "0" })),
  });
}

/** Resolves when every replica is in sync again: the next broker may go. */
export function inSync(world: World): Promise<unknown> {
  const { leads, decisions, control } = topicNames(world.prefix);
  return until(
    () =>
      asKafkaAdmin(world, async (admin) => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [leads, decisions, control] });
        return topics.flatMap(({ partitions }) => partitions).map(({ isr }) => isr.length);
      }).catch(() => []),
    (replicas) => replicas.length === 2 * PARTITIONS + 1 && replicas.every((count) => count === 3),
    { what: "all replicas to be in sync" },
  );
}

export async function asKafkaAdmin<T>({ stage }: World, act: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [...stage.kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
}

export const kafkaFaults: readonly Fault[] = [
  { row: "F10", lanes: 3, inject: disturbAppend },
  { row: "F11", inject: disturbBrokers },
  { row: "F12", inject: disturbCommit },
  { row: "F13", inject: loseOffsets },
];
