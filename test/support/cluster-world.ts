import { setTimeout as delay } from "node:timers/promises";
import type { RedisCluster } from "../../deploy/local/redis-cluster.ts";
import { verify } from "../../services/auditor/verify.ts";
import { createKafkaConnection } from "../../services/core/adapters/kafka/kafka-connection.ts";
import { createKafkaTopic } from "../../services/core/adapters/kafka/kafka-topic.ts";
import { topicNames } from "../../services/core/adapters/kafka/topic-specs.ts";
import { createLifecycle } from "../../services/core/runtime/lifecycle.ts";
import { createCapturedLeadCodec } from "../../services/core/wire/captured-lead-codec.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import { openDistributedBacking } from "../../services/fairlead/processes/distributed-backing.ts";
import { createDeskTraffic, type DeskTraffic } from "../chaos/desk-traffic.ts";
import { problemsOfReport, problemsOfStore } from "../chaos/judge.ts";
import { createLeadTraffic, type LeadTraffic } from "../chaos/lead-traffic.ts";
import { CHAOS_PLAN } from "../chaos/plan.ts";
import type { Random } from "../model/random.ts";
import { clusterTenants } from "./cluster-tenants.ts";
import { openDistributedFlow } from "./flow-distributed.ts";
import { flowLogger } from "./flow-open.ts";
import { Tenant } from "./flow-tenant.ts";
import { until } from "./flow-until.ts";
import { kafkaBrokers } from "./servers.ts";

/** A tenant under load. */
export interface LoadedTenant {
  readonly tenantId: string;
  readonly leads: LeadTraffic;
  readonly desk: DeskTraffic;
}

/** An installation on a Redis cluster, whose masters each have tenants under load. */
export interface ClusterWorld {
  /** By master; the first has two of them. */
  readonly tenants: readonly (readonly LoadedTenant[])[];
  resume(): void;
  /** Resolves when what everybody was at is done, which no fault may keep from happening. */
  pause(): Promise<void>;
  /** The epoch that the ledger of all tenants is ready for; 0 if it is not. */
  epoch(): Promise<number>;
  /** Everything that is wrong once all has come to rest; empty is good. */
  problems(): Promise<readonly string[]>;
  readonly leadCount: () => number;
  close(): Promise<void>;
}

/** Who is not content with a report asks for another one, so no look need be long. */
const HURRY = 20;

export async function openClusterWorld(cluster: RedisCluster, random: Random): Promise<ClusterWorld> {
  const flow = await openDistributedFlow(cluster.url);
  const logger = flowLogger();
  const lifecycle = createLifecycle(logger);
  const onFault = (): void => undefined;
  const config = loadConfig(flow.env);
  const options = { config, clientId: "cluster-world", clock: Date.now, logger, lifecycle, onFault };
  const { ledger, log, store, planSource: plans } = await openDistributedBacking(options);
  const connection = createKafkaConnection({ brokers: kafkaBrokers(), clientId: "cluster-leads", logger });
  lifecycle.onClose("leads", () => connection.close());
  const topic = createKafkaTopic({
    connection,
    name: topicNames(flow.env["FAIRLEAD_KAFKA_PREFIX"] ?? "").leads,
    partitionCount: log.leads.partitionCount,
    codec: createCapturedLeadCodec(),
    onFault,
    onCrash: onFault,
  });

  async function load(tenantId: string): Promise<LoadedTenant> {
    await new Tenant(flow, tenantId).publish(CHAOS_PLAN);
    const leads = createLeadTraffic({ random, tenantId, captureAddress: () => flow.capture, topic });
    const leadIds = leads.acknowledged;
    return { tenantId, leads, desk: createDeskTraffic({ random, tenantId, deskAddress: () => flow.desk, leadIds }) };
  }

  const names = (await clusterTenants(cluster, 2)).map((pair, master) => (master === 0 ? pair : pair.slice(0, 1)));
  const tenants = await Promise.all(names.map((ofMaster) => Promise.all(ofMaster.map(load))));
  const all = tenants.flat();
  const tenantIds = all.map(({ tenantId }) => tenantId);

  async function look(): Promise<readonly string[]> {
    const report = await verify({ log, store, ledger, plans, clock: Date.now, wait: (ms) => delay(ms / HURRY) });
    const stored = await Promise.all(all.map(({ tenantId, leads }) => problemsOfStore(tenantId, leads, store)));
    return [...problemsOfReport(report), ...stored.flat()];
  }

  return {
    tenants,
    resume() {
      for (const { leads, desk } of all) {
        leads.resume();
        desk.resume();
      }
    },
    pause: async () => void (await Promise.all(all.flatMap(({ leads, desk }) => [leads.pause(), desk.pause()]))),
    async epoch() {
      const [epoch, end] = [await ledger.readyEpoch(tenantIds).catch(() => null), await log.control.endOffset(0)];
      return epoch === end ? end : 0;
    },
    problems: () => until(look, (problems) => problems.length === 0).catch((error: unknown) => [String(error)]),
    leadCount: () => all.reduce((sum, { leads }) => sum + leads.acknowledged.length, 0),
    async close() {
      await lifecycle.close();
      await flow.close();
    },
  };
}
