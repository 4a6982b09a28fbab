import { setTimeout as delay } from "node:timers/promises";
import type { RedisServer } from "../../deploy/local/redis.ts";
import { createKafkaConnection } from "../../services/core/adapters/kafka/kafka-connection.ts";
import { createKafkaTopic } from "../../services/core/adapters/kafka/kafka-topic.ts";
import { topicNames } from "../../services/core/adapters/kafka/topic-specs.ts";
import type { ConsumableTopic } from "../../services/core/ports/log.ts";
import { createLifecycle, type Lifecycle } from "../../services/core/runtime/lifecycle.ts";
import { createLogger } from "../../services/core/runtime/logger.ts";
import type { Codec } from "../../services/core/wire/codec.ts";
import { createCapturedLeadCodec } from "../../services/core/wire/captured-lead-codec.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import type { Backing } from "../../services/fairlead/processes/backing.ts";
import { openDistributedBacking } from "../../services/fairlead/processes/distributed-backing.ts";
import { createRandom, type Random } from "../model/random.ts";
import { createDeskTraffic, type DeskTraffic } from "./desk-traffic.ts";
import type { Member } from "./fleet.ts";
import { openInstallation, PARTITIONS, type Installation } from "./installation.ts";
import { createLeadTraffic, type LeadTraffic } from "./lead-traffic.ts";
import { asRedisAdmin } from "../support/redis-admin.ts";
import { TENANT } from "./plan.ts";
import type { Stage } from "./stage.ts";

/** An installation of real processes on a stage, under load, and everything a fault may be done to. */
export interface World extends Pick<Installation, "prefix" | "routers" | "members"> {
  readonly stage: Stage;
  readonly random: Random;
  readonly leads: LeadTraffic;
  readonly desk: DeskTraffic;
  /** The Redis that the installation is on, as far as its operator knows. */
  redis(): RedisServer;
  /** Leads the processes, or some of them, to another server. Open connections stay with the old one until they are cut. */
  useRedis(server: RedisServer, members?: readonly Member[]): void;
  /** Kafka, Redis and PostgreSQL as they are, past all proxies. */
  withBacking<T>(use: (backing: Backing) => Promise<T>): Promise<T>;
  /** Ends all faults of links and frozen processes. */
  heal(): void;
  close(): Promise<void>;
}

const logger = createLogger("silent", "chaos");
const LAST_ANSWERS_MS = 5_000;
const nobody = (): void => undefined;

export async function openWorld(stage: Stage, seed: number): Promise<World> {
  const random = createRandom(seed);
  let redis = stage.redis.always;
  await asRedisAdmin(redis, (admin) => admin.flushall());
  const { prefix, routers, members, capture, desk: deskProcess, settingsPast } = await openInstallation(stage, redis);
  const lifecycle = createLifecycle(logger);
  const topic = openLeadsTopic({ stage, prefix }, createCapturedLeadCodec(), lifecycle);
  const leads = createLeadTraffic({ random, tenantId: TENANT, captureAddress: () => capture.address(), topic });
  const desk = createDeskTraffic({
    random,
    tenantId: TENANT,
    deskAddress: () => deskProcess.address(),
    leadIds: leads.acknowledged,
  });

  function heal(): void {
    for (const proxy of [...stage.kafkaProxies, stage.postgresProxy]) proxy.heal();
    for (const member of members) {
      member.redis.heal();
      member.thaw();
    }
  }

  return {
    stage,
    random,
    prefix,
    routers,
    members,
    leads,
    desk,
    redis: () => redis,
    useRedis(server, moved = members) {
      redis = server;
      for (const member of moved) member.redis.pointAt(server.port);
    },
    async withBacking(use) {
      const opened = createLifecycle(logger);
      try {
        const options = { clientId: "chaos", clock: Date.now, logger, lifecycle: opened, onFault: nobody };
        return await use(await openDistributedBacking({ config: loadConfig(settingsPast(redis)), ...options }));
      } finally {
        await opened.close();
      }
    },
    heal,
    async close() {
      heal();
      // Clients of a world that is broken may wait for ever.
      await Promise.race([Promise.all([leads.pause(), desk.pause()]), delay(LAST_ANSWERS_MS)]);
      await Promise.all(members.map((member) => member.close()));
      await lifecycle.close();
    },
  };
}

/** As a capture system has it that writes to the topic itself; past the proxies, since it is not what is tested. */
export function openLeadsTopic<T>(
  { stage, prefix }: Pick<World, "stage" | "prefix">,
  codec: Codec<T>,
  lifecycle: Lifecycle,
): ConsumableTopic<T> {
  const connection = createKafkaConnection({ brokers: stage.kafka.brokers, clientId: "chaos-leads", logger });
  lifecycle.onClose("leads", () => connection.close());
  const { leads: name } = topicNames(prefix);
  return createKafkaTopic({ connection, name, partitionCount: PARTITIONS, codec, onFault: nobody, onCrash: nobody });
}
