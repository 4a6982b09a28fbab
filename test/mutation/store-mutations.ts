import { type Mutation, without } from "./mutation.ts";

const SQL = "services/core/adapters/sql";
const STORE = "test/contract/store.test.ts";

/** What keeps the projection the fold of the log, and plans and migrations in one line. */
export const STORE_MUTATIONS: readonly Mutation[] = [
  without(
    "ON CONFLICT of events",
    `${SQL}/projection/insert-events.sql`,
    ["ON CONFLICT DO NOTHING\n"],
    [STORE, "never takes a second decision for one round"],
  ),
  without(
    "the permanent guard against two decisions for one round",
    `${SQL}/migrations/0001_projection.sql`,
    ["CREATE UNIQUE INDEX lead_event_decision", "CREATE INDEX lead_event_decision"],
    [STORE, "never takes a second decision for one round"],
  ),
  without(
    "ON CONFLICT of lead states",
    `${SQL}/projection/upsert-leads.sql`,
    ["ON CONFLICT (tenant_id, lead_id) DO UPDATE SET\n  cycle = excluded.cycle,", "ON CONFLICT DO NOTHING; --"],
    [STORE, "gives the fold of the log"],
  ),
  without(
    "ON CONFLICT of first positions",
    `${SQL}/projection/start-position.sql`,
    ["ON CONFLICT (log_partition) DO NOTHING\n"],
    [STORE, "lets one of two commits from the same position win"],
  ),
  without(
    "position check of the projection",
    `${SQL}/projection/advance-position.sql`,
    ["WHERE log_partition = $1 AND next_offset = $2", "WHERE log_partition = $1 AND $2::bigint >= 0"],
    [STORE, "changes nothing by a batch that does not begin where the projection stands"],
  ),
  without(
    "ON CONFLICT of plan versions",
    `${SQL}/plans/publish-plan.sql`,
    ["ON CONFLICT (tenant_id, version) DO NOTHING\n"],
    ["test/contract/plan-source.test.ts", "gives plans that are published at once different versions"],
  ),
  without(
    "ON CONFLICT of migrations",
    `${SQL}/migrate.ts`,
    ["ON CONFLICT (version) DO NOTHING RETURNING version", "RETURNING version"],
    ["test/integration/postgres-migrations.test.ts", "are applied once by ten starters at once"],
  ),
];
