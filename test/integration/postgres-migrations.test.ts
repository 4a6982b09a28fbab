import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createStore } from "../../services/core/adapters/sql/create-store.ts";
import { describeSchema } from "../../services/core/adapters/sql/describe-schema.ts";
import { migrate, MIGRATIONS, pendingMigrations, type Migration } from "../../services/core/adapters/sql/migrate.ts";
import type { LeadState } from "../../services/core/domain/decision/lead-state.ts";
import type { LeadEvent } from "../../services/core/ports/store.ts";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import { openPostgres } from "../../services/core/adapters/postgres/open-postgres.ts";
import { freshDatabase } from "../support/servers.ts";
import { createLogRecordCodec } from "../../services/core/wire/log-record-codec.ts";
import { ENGINES } from "../contract/store-open.ts";
import { batchOf, decisionOf, eventOf, releaseOf, stateOf, TENANT } from "../contract/store-records.ts";

const SCHEMA_FILE = fileURLToPath(new URL("../../services/core/adapters/sql/schema.sql", import.meta.url));
const codec = createLogRecordCodec();
const VERSIONS = MIGRATIONS.map(({ version }) => version);

describe.each(ENGINES)("the schema on %s", (_, openSession) => {
  it("is the one that schema.sql says, and a second start changes nothing", async () => {
    const session = await openSession();
    try {
      expect(await pendingMigrations(session)).toEqual(MIGRATIONS);
      expect(await migrate(session)).toEqual(VERSIONS);
      expect(await migrate(session)).toEqual([]);
      expect(await pendingMigrations(session)).toEqual([]);
      await expect(await describeSchema(session, undefined)).toMatchFileSnapshot(SCHEMA_FILE);
    } finally {
      await session.close();
    }
  });

  it("brings along the leads and events that a database of version 4 holds", async () => {
    const session = await openSession();
    try {
      await migrate(session, MIGRATIONS.slice(0, 4));
      const pooled = stateOf("a", { cycle: 2, status: "public", repId: null, poolId: "p" });
      const again = decisionOf("a", { cycle: 2 });
      const events = [
        eventOf(9, decisionOf("a"), { partition: 1 }),
        eventOf(10, releaseOf(decisionOf("a"), { kind: "reroute" }), { partition: 1 }),
        eventOf(3, again),
        eventOf(12, releaseOf(again, { kind: "public", poolId: "p" })),
      ];
      for (const state of [pooled, stateOf("b")]) await insertLead(session, state);
      for (const event of [...events, eventOf(4, decisionOf("b"))].reverse()) await insertEvent(session, event);
      expect(await migrate(session)).toEqual(VERSIONS.slice(4));

      const store = createStore(session);
      const scope = { tenantId: TENANT, nodeIds: null };
      expect(await store.lead(scope, "a")).toEqual(pooled);
      expect(await store.history(scope, "a")).toEqual(events);
      expect(await store.history(scope, "b")).toEqual([eventOf(4, decisionOf("b"))]);
      const late = { before: stateOf("a"), after: stateOf("a", { cycle: 2 }) };
      expect(await store.commit({ ...batchOf([0, 1]), changes: [late] })).toBe("conflict");
      const next = { before: pooled, after: stateOf("a", { cycle: 3 }) };
      expect(await store.commit({ ...batchOf([0, 1]), changes: [next] })).toBe("committed");
    } finally {
      await session.close();
    }
  });
});

/** As version 4 had it. */
async function insertLead(session: SqlSession, state: LeadState): Promise<void> {
  const { tenantId, leadId, status, repId, nodeId, poolId, sinceMs, dueAtMs, ...rest } = state;
  const text = `INSERT INTO lead (
    tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms, rest
  ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;
  const columns = [tenantId, leadId, status, repId, nodeId, poolId, sinceMs, dueAtMs, rest.facts.capturedAtMs];
  await session.query({ name: "insert-lead-4", text }, [...columns, JSON.stringify(rest)]);
}

async function insertEvent(session: SqlSession, event: LeadEvent): Promise<void> {
  const { partition, offset, tenantId, leadId, record, fromRepId, toRepId, statusAfter, nodeId } = event;
  const text = `INSERT INTO lead_event (
    log_partition, log_offset, tenant_id, lead_id, cycle, type, from_rep_id, to_rep_id, status_after, node_id, record
  ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;
  const effect = [fromRepId, toRepId, statusAfter, nodeId, codec.encode(record)];
  const columns = [partition, offset, tenantId, leadId, record.cycle, record.type, ...effect];
  await session.query({ name: "insert-event-4", text }, columns);
}

describe("migrations", () => {
  it("are applied once by ten starters at once", async () => {
    const url = await freshDatabase();
    const sessions = await Promise.all(Array.from({ length: 10 }, () => open(url)));
    const applied = await Promise.all(sessions.map((session) => migrate(session)));
    expect(applied.flat().sort((left, right) => left - right)).toEqual(VERSIONS);
    await Promise.all(sessions.map((session) => session.close()));
  });

  it("refuse a schema that is newer than they are, and a file that changed after it was applied", async () => {
    await withFresh(async (session) => {
      await migrate(session);
      await expect(migrate(session, MIGRATIONS.slice(0, -1))).rejects.toMatchObject({
        code: "STORE_UNAVAILABLE",
        retriable: false,
      });
      const changed = MIGRATIONS.map((migration) => ({ ...migration, sha256: "0" }));
      await expect(migrate(session, changed)).rejects.toThrow("has changed since");
    });
  });

  it("leave no trace of a file that fails half way", async () => {
    await withFresh(async (session) => {
      await migrate(session);
      const version = MIGRATIONS.length + 1;
      const broken: Migration = { version, name: "broken", sql: "CREATE TABLE half (a text); SELECT 1/0", sha256: "1" };
      await expect(migrate(session, [...MIGRATIONS, broken])).rejects.toThrow("22012");
      const mended = { ...broken, sql: "CREATE TABLE half (a text)" };
      expect(await migrate(session, [...MIGRATIONS, mended])).toEqual([version]);
    });
  });
});

const open = (url: string): Promise<SqlSession> =>
  openPostgres(url, { applicationName: "fairlead-test", maxConnections: 1 });

async function withFresh(work: (session: SqlSession) => Promise<void>): Promise<void> {
  const session = await open(await freshDatabase());
  try {
    await work(session);
  } finally {
    await session.close();
  }
}
