/**
 * What a projected record costs: whole transactions of 500, against one row per statement, on PostgreSQL (its own
 * server, fsync on) and on PGlite in process; and how long PGlite takes to open. Result: bench/results/projection.json.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../deploy/local/postgres.ts";
import { openPglite } from "../../services/core/adapters/embedded/pglite.ts";
import { openPostgres } from "../../services/core/adapters/postgres/open-postgres.ts";
import { createStore } from "../../services/core/adapters/sql/create-store.ts";
import { migrate } from "../../services/core/adapters/sql/migrate.ts";
import { insertEvents } from "../../services/core/adapters/sql/projection/insert-events.ts";
import { upsertLeads } from "../../services/core/adapters/sql/projection/upsert-leads.ts";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import type { Decision } from "../../services/core/domain/decision/log-record.ts";
import type { Entry } from "../../services/core/ports/log.ts";
import { foldEntries } from "../../services/projector/fold-entries.ts";
import { projectBatch } from "../../services/projector/project-batch.ts";
import { decisionOf, factsOf } from "../../test/contract/store-records.ts";

const BATCH = 500;
const RUNS = 5;
const CANDIDATES = 20;

type Way = (session: SqlSession, entries: readonly Entry<Decision>[]) => Promise<void>;

/** Each takes entries that begin where the projection stands. */
const WAYS: Readonly<Record<string, { readonly way: Way; readonly batches: number }>> = {
  "projector, 500 records a transaction": { way: projectAll, batches: 20 },
  "one row per statement, 500 records a transaction": { way: writeRowByRow, batches: 4 },
  "one record a transaction": { way: commitOneByOne, batches: 1 },
};

let nextLead = 0;

function entriesFrom(offset: number, count: number): readonly Entry<Decision>[] {
  return Array.from({ length: count }, (_, index) => {
    const leadId = `018f-${String(nextLead++).padStart(12, "0")}`;
    const candidates = Array.from({ length: CANDIDATES }, (_, repIndex) => ({
      repIndex,
      verdict: repIndex === 0 ? ("chosen" as const) : ("lower_fit" as const),
      fit: 9_000 - repIndex * 37,
      gap: repIndex * 37,
    }));
    const value = decisionOf(leadId, { facts: factsOf(leadId), explanation: { step: 0, candidates } });
    return { kind: "value", offset: offset + index, appendedAtMs: 0, key: null, bytes: new Uint8Array(), value };
  });
}

async function projectAll(session: SqlSession, entries: readonly Entry<Decision>[]): Promise<void> {
  const deps = { decisions: { readRange: async function* () {} }, projection: createStore(session), clock: Date.now };
  for (let begin = 0; begin < entries.length; begin += BATCH) {
    const batch = { partition: 0, entries: entries.slice(begin, begin + BATCH) };
    await projectBatch(deps, { ...batch, stillOwned: () => true, heartbeat: () => Promise.resolve() });
  }
}

async function writeRowByRow(session: SqlSession, entries: readonly Entry<Decision>[]): Promise<void> {
  const store = createStore(session);
  for (let begin = 0; begin < entries.length; begin += BATCH) {
    const from = await store.position(0);
    const { batch } = foldEntries({ partition: 0, entries: entries.slice(begin, begin + BATCH), from }, new Map());
    await session.transaction(async (transaction) => {
      for (const [index, state] of batch.states.entries()) {
        await upsertLeads(transaction, [state]);
        await insertEvents(transaction, { events: batch.events.slice(index, index + 1), states: [state] });
      }
    });
    await store.commit({ ...batch, states: [], events: [] });
  }
}

async function commitOneByOne(session: SqlSession, entries: readonly Entry<Decision>[]): Promise<void> {
  const store = createStore(session);
  for (const entry of entries) {
    const from = await store.position(0);
    await store.commit(foldEntries({ partition: 0, entries: [entry], from }, new Map()).batch);
  }
}

async function measure(session: SqlSession) {
  await migrate(session);
  const store = createStore(session);
  const result: Record<string, unknown> = {};
  for (const [name, { way, batches }] of Object.entries(WAYS)) {
    const perSecond: number[] = [];
    const cpuMicros: number[] = [];
    for (let run = -1; run < RUNS; run++) {
      const entries = entriesFrom((await store.position(0)).next, BATCH * batches);
      const cpu = process.cpuUsage();
      const startedMs = performance.now();
      await way(session, entries);
      const seconds = (performance.now() - startedMs) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      // The first run warms up.
      if (run < 0) continue;
      perSecond.push(entries.length / seconds);
      cpuMicros.push((user + system) / entries.length);
    }
    result[name] = { recordsPerSecond: summary(perSecond), processCpuMicrosPerRecord: summary(cpuMicros) };
    console.log(name, result[name]);
  }
  return result;
}

const round = (value: number) => Math.round(value * 10) / 10;

function summary(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean: round(mean), std: round(deviation), min: round(Math.min(...values)), max: round(Math.max(...values)) };
}

async function measureOpening() {
  const created: number[] = [];
  const reopened: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const directory = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
    for (const times of [created, reopened]) {
      const startedMs = performance.now();
      const session = await openPglite({ directory });
      await migrate(session);
      times.push(performance.now() - startedMs);
      await session.close();
    }
    rmSync(directory, { recursive: true });
  }
  return { newDirectoryMs: summary(created), existingDirectoryMs: summary(reopened) };
}

async function versionOf(session: SqlSession): Promise<unknown> {
  const [row] = await session.query({ name: "version", text: "SHOW server_version" }, []);
  return row?.["server_version"];
}

const opening = await measureOpening();
console.log("PGlite, open and migrate", opening);

const directory = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
const pglite = await openPglite({ directory });
const onPglite = { version: await versionOf(pglite), ...(await measure(pglite)) };
await pglite.close();
rmSync(directory, { recursive: true });

const server = await startPostgres({ settings: { fsync: "on" } });
const postgres = await openPostgres(server.url, { applicationName: "fairlead-bench" });
const onPostgres = { version: await versionOf(postgres), ...(await measure(postgres)) };
await postgres.close();
await server.stop();

const result = {
  measuredAt: new Date().toISOString(),
  commit: execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim(),
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) },
  node: process.version,
  record: `decision of a new lead, ${CANDIDATES} candidates explained; one row in lead, one in lead_event`,
  runs: RUNS,
  postgres: onPostgres,
  pglite: { ...onPglite, opening },
};
const results = new URL("../results/", import.meta.url);
mkdirSync(results, { recursive: true });
writeFileSync(new URL("projection.json", results), `${JSON.stringify(result, null, 2)}\n`);
