/**
 * What a projected record costs, in the process and in PostgreSQL: from the bytes of the log to committed rows. In
 * transactions of 500, as when a backlog is worked off; of 30, as at 2,000 leads/s; and one by one, the obvious way. On
 * PostgreSQL (its own server, fsync on) and on PGlite; and how long PGlite takes to open. Result:
 * bench/results/projection.json.
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../deploy/local/postgres.ts";
import { openPglite } from "../../services/core/adapters/embedded/pglite.ts";
import { openPostgres } from "../../services/core/adapters/postgres/open-postgres.ts";
import { createStore } from "../../services/core/adapters/sql/create-store.ts";
import { migrate } from "../../services/core/adapters/sql/migrate.ts";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import type { LogRecord } from "../../services/core/domain/decision/log-record.ts";
import type { ConsumeOptions, Entry } from "../../services/core/ports/log.ts";
import { createLogRecordCodec } from "../../services/core/wire/log-record-codec.ts";
import { createProjector } from "../../services/projector/projector.ts";
import { decisionOf, factsOf } from "../../test/contract/store-records.ts";
import { sampleCpu } from "../pipeline/cpu-time.ts";

const RUNS = 5;
const [REPS, NODES, CANDIDATES] = [1_000, 60, 20];

/** Records of a transaction, and how many of those make a run. */
const BATCHES = [
  { size: 500, batches: 30 },
  { size: 30, batches: 200 },
  { size: 1, batches: 500 },
] as const;

const codec = createLogRecordCodec();

/** A decision as the demo's: some rep of some team, explained. Ids are random, as the door gives them. */
function encodeDecision(): Uint8Array {
  const leadId = randomUUID();
  const rep = Math.floor(Math.random() * REPS);
  const candidates = Array.from({ length: CANDIDATES }, (_, place) => ({
    repIndex: (rep + place) % REPS,
    verdict: place === 0 ? ("chosen" as const) : ("lower_fit" as const),
    fit: 9_000 - place * 37,
    gap: place * 37,
  }));
  return codec.encode(
    decisionOf(leadId, {
      outcome: { kind: "assigned", repId: `rep-${rep}` },
      nodeId: `node-${rep % NODES}`,
      facts: factsOf(leadId),
      explanation: { step: 0, candidates, counted: [] },
    }),
  );
}

function decodeEntry(bytes: Uint8Array, offset: number): Entry<LogRecord> {
  const decoded = codec.decode(bytes);
  const place = { offset, appendedAtMs: 0, key: null, bytes };
  return decoded.ok ? { ...place, kind: "value", value: decoded.value } : { ...place, kind: "poison", ...decoded };
}

/** A projector that is handed its batches, and decodes them as a consumer does. */
async function openProjector(session: SqlSession) {
  const projection = createStore(session);
  let handle: ConsumeOptions<LogRecord>["handle"] | undefined;
  const decisions = {
    name: "bench",
    partitionCount: 1,
    append: () => Promise.reject(new Error("The bench appends nothing.")),
    endOffset: () => Promise.resolve(0),
    committedOffsets: () => Promise.resolve([0]),
    readRange: async function* () {},
    async consume(options: ConsumeOptions<LogRecord>) {
      handle = options.handle;
      return { close: () => Promise.resolve() };
    },
  };
  await createProjector({ decisions, projection, clock: Date.now }).start();
  return async (records: readonly Uint8Array[], fromOffset: number): Promise<void> => {
    const verdict = await handle?.({
      partition: 0,
      entries: records.map((bytes, index) => decodeEntry(bytes, fromOffset + index)),
      endOffset: fromOffset + records.length,
      stillOwned: () => true,
      heartbeat: () => Promise.resolve(),
    });
    if (verdict?.kind !== "commit") throw new Error("The batch was not committed.");
  };
}

async function measure(session: SqlSession, serverPids: readonly number[]) {
  await migrate(session);
  const project = await openProjector(session);
  const result: Record<string, unknown> = {};
  let offset = 0;
  for (const { size, batches } of BATCHES) {
    const samples: { perSecond: number; process: number; server: number }[] = [];
    for (let run = -2; run < RUNS; run++) {
      const records = Array.from({ length: size * batches }, encodeDecision);
      const before = sampleCpu({ server: serverPids });
      for (let at = 0; at < records.length; at += size) {
        await project(records.slice(at, at + size), offset);
        offset += size;
      }
      const after = sampleCpu({ server: serverPids });
      // The first runs warm up.
      if (run < 0) continue;
      samples.push({
        perSecond: (records.length * 1000) / (after.atMs - before.atMs),
        process: (after.ownMicros - before.ownMicros) / records.length,
        server: ((after.micros["server"] ?? 0) - (before.micros["server"] ?? 0)) / records.length,
      });
    }
    const name = `${size} records a transaction`;
    result[name] = {
      recordsPerSecond: summary(samples.map(({ perSecond }) => perSecond)),
      processCpuMicrosPerRecord: summary(samples.map(({ process }) => process)),
      ...(serverPids.length > 0 && { serverCpuMicrosPerRecord: summary(samples.map(({ server }) => server)) }),
    };
    console.log(name, result[name]);
  }
  return result;
}

const round = (value: number) => Math.round(value * 10) / 10;

function summary(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: round(sorted[sorted.length >> 1]!), min: round(sorted[0]!), max: round(sorted.at(-1)!) };
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

const server = await startPostgres({ settings: { fsync: "on" } });
const postgres = await openPostgres(server.url, { applicationName: "fairlead-bench" });
console.log("PostgreSQL");
const onPostgres = { version: await versionOf(postgres), ...(await measure(postgres, [server.pid!])) };
await postgres.close();
await server.stop();

const directory = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
const pglite = await openPglite({ directory });
console.log("PGlite");
const onPglite = { version: await versionOf(pglite), ...(await measure(pglite, [])) };
await pglite.close();
rmSync(directory, { recursive: true });

const opening = await measureOpening();
console.log("PGlite, open and migrate", opening);

const result = {
  measuredAt: new Date().toISOString(),
  commit: execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim(),
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) },
  node: process.version,
  record:
    `decision of a new lead for one of ${REPS} reps, ${CANDIDATES} candidates explained, ${encodeDecision().length} bytes; ` +
    "decoded, folded, and written as a row in lead, one in lead_event and its counts",
  runs: RUNS,
  postgres: onPostgres,
  pglite: { ...onPglite, opening },
};
const results = new URL("../results/", import.meta.url);
mkdirSync(results, { recursive: true });
writeFileSync(new URL("projection.json", results), `${JSON.stringify(result, null, 2)}\n`);
