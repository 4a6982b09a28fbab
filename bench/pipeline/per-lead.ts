/**
 * The design one writes first, with the same guarantees: each lead has a reservation, an append, a fence and a commit of
 * its own. The functions are the router's; only the batch is of one. `--concurrency` partitions at once.
 */
import { mayChangeLedger } from "../../services/core/wire/record-glance.ts";
import { parseArgs } from "node:util";
import type { EachBatchPayload } from "kafkajs";
import { decodeRecord } from "../../services/core/adapters/kafka/decode-record.ts";
import { fetchedRecords } from "../../services/core/adapters/kafka/deliver-batch.ts";
import { createKafkajs } from "../../services/core/adapters/kafka/kafka-connection.ts";
import { topicNames } from "../../services/core/adapters/kafka/topic-specs.ts";
import { startApplyLog } from "../../services/core/protocol/apply-log.ts";
import { createCommitDecisions } from "../../services/core/protocol/commit-decisions.ts";
import { closeOnSignal } from "../../services/core/runtime/lifecycle.ts";
import { createLogger } from "../../services/core/runtime/logger.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import { createCodecs } from "../../services/fairlead/processes/backing.ts";
import type { ServiceContext } from "../../services/fairlead/processes/service-context.ts";
import { startServiceProcess } from "../../services/fairlead/processes/service-process.ts";
import { createRecovery } from "../../services/fairlead/processes/start-routing.ts";
import { createRouteLeads } from "../../services/router/route-leads.ts";
import { createGroupConsumer } from "./group-consumer.ts";

const { values } = parseArgs({ options: { concurrency: { type: "string", default: "1" } } });
const config = loadConfig(process.env);
const logger = createLogger(config.logLevel, "per-lead");
const { lifecycle } = await startServiceProcess("per-lead", { config, logger }, startPerLead);
closeOnSignal(lifecycle, logger);

async function startPerLead(context: ServiceContext): Promise<void> {
  const { backing, plans, clock, metrics, lifecycle } = context;
  const { log, ledger, vault } = backing;
  const recoverLedger = createRecovery(context);
  await recoverLedger();
  const applier = await startApplyLog({ ledger, log, recoverLedger, mayChangeLedger });
  lifecycle.onClose("applier", () => applier.close());

  const events = metrics.router;
  const codec = createCodecs(vault, clock).leads;
  const routeLeads = createRouteLeads({
    plans,
    refreshPlans: plans.refresh,
    commitDecisions: createCommitDecisions({ ledger, log, partitionOf: context.decisionPartition }),
    // Leads of the demo can all be routed.
    buryPoison: () => Promise.resolve(),
    nextTurn: () => Promise.resolve(),
    recoverLedger,
    clock,
    events,
  });

  async function routeOneByOne(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch;
    // The applier in this process has kafkajs hand on whole record batches.
    const fetched = fetchedRecords(payload, undefined);
    for (let [record] = fetched.take(1).records; record !== undefined; [record] = fetched.take(1).records) {
      if (payload.isStale() || !payload.isRunning()) return;
      const { offset } = record;
      const entry = decodeRecord(codec, record);
      const stillOwned = (): boolean => !payload.isStale();
      const verdict = await routeLeads({
        partition,
        entries: [entry],
        endOffset: entry.offset + 1,
        stillOwned,
        heartbeat: payload.heartbeat,
      });
      if (verdict.kind === "retry") throw new Error("A lead was abandoned; nothing else runs on this ledger.");
      const partitions = [{ partition, offset: String(offset + 1) }];
      await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
      payload.resolveOffset(String(offset));
    }
  }

  if (config.backing.mode !== "distributed") return;
  const { kafkaBrokers: brokers, kafkaPrefix: prefix } = config.backing;
  const consumer = createGroupConsumer(
    createKafkajs({ brokers, clientId: "per-lead", logger: context.logger }),
    `${prefix}.router`,
  );
  lifecycle.onClose("router", () => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topics: [topicNames(prefix).leads], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: Number(values.concurrency),
    eachBatch: routeOneByOne,
  });
}
