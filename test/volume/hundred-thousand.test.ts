import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verify } from "../../services/auditor/verify.ts";
import { openPostgres } from "../../services/core/adapters/postgres/open-postgres.ts";
import { createPrepareLead } from "../../services/core/domain/lead/prepare-lead.ts";
import { ROUTER_GROUP } from "../../services/core/ports/log.ts";
import { createLifecycle } from "../../services/core/runtime/lifecycle.ts";
import { createLogger } from "../../services/core/runtime/logger.ts";
import { capturedLeadFromJson } from "../../services/core/wire/captured-lead-json.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import { buildDemoPlan } from "../../services/fairlead/demo/build-plan.ts";
import { loadGeography } from "../../services/fairlead/demo/geography.ts";
import { loadAreaCodes } from "../../services/fairlead/demo/lead-contact.ts";
import { createDemoLeads } from "../../services/fairlead/demo/lead-stream.ts";
import { createPartitioner, type Backing } from "../../services/fairlead/processes/backing.ts";
import { openDistributedBacking } from "../../services/fairlead/processes/distributed-backing.ts";
import { startFairlead, type FairleadChild } from "../support/child-process.ts";
import { freshDatabase, freshName, freshRedis, kafkaBrokers } from "../support/servers.ts";

const LEADS = 100_000;
const APPEND = 500;
const TENANT = "demo";
const KEY = Buffer.alloc(32, 1).toString("base64");
const seed = 7;

describe(`${LEADS} leads of the demo through two routers and eight partitions`, () => {
  const children: FairleadChild[] = [];
  const logger = createLogger("silent", "test");
  const lifecycle = createLifecycle(logger);
  let settings: Readonly<Record<string, string>>;
  let backing: Backing;

  beforeAll(async () => {
    settings = {
      FAIRLEAD_MODE: "distributed",
      FAIRLEAD_KAFKA_BROKERS: kafkaBrokers().join(","),
      FAIRLEAD_KAFKA_PREFIX: freshName("volume"),
      FAIRLEAD_REDIS_URL: await freshRedis(),
      FAIRLEAD_POSTGRES_URL: await freshDatabase(),
      FAIRLEAD_IDENTITY_KEY: KEY,
      FAIRLEAD_HTTP_PORT: "0",
      FAIRLEAD_LOG_LEVEL: "info",
    };
    expect(await startAndWait(["migrate"])).toBe(0);
    const config = loadConfig(settings);
    backing = await openDistributedBacking({
      config,
      clientId: "volume",
      clock: Date.now,
      logger,
      lifecycle,
      onFault: () => undefined,
    });
    const geography = await loadGeography();
    const plan = await backing.planSource.publish(buildDemoPlan({ seed, nowMs: Date.now(), geography }));
    await appendLeads(backing, plan, geography);
    for (const service of ["router", "router", "projector"]) children.push(startFairlead(["start", service], settings));
    await Promise.all(children.map((child) => child.until('"msg":"Listening"')));
  }, 180_000);

  afterAll(async () => {
    await Promise.all(children.map((child) => child.stop("SIGKILL")));
    await lifecycle.close();
  });

  async function startAndWait(args: readonly string[]): Promise<number | null> {
    const child = startFairlead(args, settings);
    await new Promise((resolve) => child.child.on("exit", resolve));
    return child.child.exitCode;
  }

  it("decides each exactly once, within every limit, and ledger and store are the fold of the log", async () => {
    const { log, store, ledger, planSource: plans } = backing;
    const startMs = performance.now();
    await untilCommitted(backing);
    // One for each of the eight partitions would have PostgreSQL hold the processors that leads wait for.
    expect(await projectorConnections(settings["FAIRLEAD_POSTGRES_URL"] ?? "")).toBe(3);
    const routedSeconds = (performance.now() - startMs) / 1000;
    const report = await verify({ log, store, ledger, plans, clock: Date.now, wait: (ms) => wait(ms) });
    console.log(`${LEADS} leads routed in ${routedSeconds.toFixed(1)} s;`, report.verdicts);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ leads: LEADS, violations: 0, pendingInputs: 0 });
    expect(report.verdicts).toMatchObject({ effective: LEADS, conflict: 0 });
    const counts = await store.statusCounts(TENANT);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(LEADS);
  }, 300_000);

  it("is refused by `fairlead verify` once a byte was changed by hand", async () => {
    expect(await startAndWait(["verify"])).toBe(0);
    const session = await openPostgres(settings["FAIRLEAD_POSTGRES_URL"] ?? "", { applicationName: "tamper" });
    await session.query(
      { name: "tamper", text: "UPDATE lead SET node_id = 'x' WHERE lead_id = (SELECT min(lead_id) FROM lead)" },
      [],
    );
    await session.close();
    expect(await startAndWait(["verify"])).toBe(1);
  }, 120_000);
});

async function appendLeads(
  { log, vault }: Backing,
  plan: Parameters<typeof createDemoLeads>[0]["plan"],
  { places }: Awaited<ReturnType<typeof loadGeography>>,
): Promise<void> {
  const prepareLead = createPrepareLead({ vault, clock: Date.now });
  const partitionOf = createPartitioner(log.leads.partitionCount);
  const areaCodes = await loadAreaCodes();
  const leads = createDemoLeads({ seed, plan, startIndex: 0, places, areaCodes, clock: Date.now });
  const requests = Array.from({ length: LEADS }, () => {
    const captured = capturedLeadFromJson(leads.next().value);
    if (!captured.ok) throw new Error(JSON.stringify(captured.problems));
    return prepareLead(captured.value, { tenantId: TENANT, leadId: () => "" });
  });
  const byPartition = Map.groupBy(requests, ({ facts }) => partitionOf(TENANT, facts.leadId));
  await Promise.all(
    Array.from(byPartition, async ([partition, own]) => {
      for (let i = 0; i < own.length; i += APPEND) await log.leads.append(partition, own.slice(i, i + APPEND));
    }),
  );
}

async function untilCommitted({ log }: Backing): Promise<void> {
  for (let partition = 0; partition < log.leads.partitionCount; partition++) {
    const end = await log.leads.endOffset(partition);
    while ((await log.leads.committedOffsets(ROUTER_GROUP))[partition]! < end) await wait(200);
  }
}

async function projectorConnections(url: string): Promise<number> {
  const session = await openPostgres(url, { applicationName: "volume" });
  const text = `SELECT count(*)::int AS open FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'projector-%'`;
  const [row] = await session.query({ name: "projector connections", text }, []);
  await session.close();
  return Number(row?.["open"]);
}
