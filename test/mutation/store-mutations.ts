import { type Mutation, without } from "./mutation.ts";

const SQL = "services/core/adapters/sql";
const BATCH = `${SQL}/projection/write-batch.sql`;
const STORE = "test/contract/store.test.ts";
const EMBEDDED = "services/core/adapters/embedded";
const PGLITE = "test/integration/postgres-embedded.test.ts";

/** What keeps the projection the fold of the log, and plans and migrations in one line. */
export const STORE_MUTATIONS: readonly Mutation[] = [
  without(
    "ON CONFLICT of positions",
    BATCH,
    [
      `ON CONFLICT (log_partition) DO UPDATE SET
    next_offset = excluded.next_offset, barrier_epoch = excluded.barrier_epoch
  WHERE stored.next_offset = $2
`,
    ],
    [STORE, "moves counts with the lead"],
  ),
  without(
    "position check of the projection",
    BATCH,
    ["WHERE stored.next_offset = $2\n", "WHERE $2::bigint >= 0\n"],
    [STORE, "changes nothing by a batch that does not begin where the projection stands"],
  ),
  without(
    "the place at which the projector read its leads",
    "services/projector/project-batch.ts",
    ["if (next === from.next) known.set", "if (next >= 0) known.set"],
    [STORE, "take nothing from what the store was before another one had brought them again"],
  ),
  without(
    "ON CONFLICT of lead states",
    BATCH,
    [
      `ON CONFLICT (tenant_id, lead_id) DO UPDATE SET
    -- Check lead_cycle refuses 0: another cycle was found than is stored.
    cycle = CASE WHEN stored.cycle = excluded.cycle_before THEN excluded.cycle ELSE 0 END, cycle_before = NULL,
    event_places = stored.event_places || excluded.event_places,
    status = excluded.status, rep_id = excluded.rep_id, node_id = excluded.node_id, pool_id = excluded.pool_id,
    since_ms = excluded.since_ms, due_at_ms = excluded.due_at_ms, captured_at_ms = excluded.captured_at_ms,
    latitude_deg = excluded.latitude_deg, longitude_deg = excluded.longitude_deg, rest = excluded.rest
`,
    ],
    [STORE, "moves counts with the lead"],
  ),
  without(
    "ON CONFLICT of counts",
    BATCH,
    [
      `ON CONFLICT (tenant_id, status, node_id, rep_id, log_partition) DO UPDATE SET
    leads = stored.leads + excluded.leads, load_milli = stored.load_milli + excluded.load_milli,
    last_since_ms = greatest(stored.last_since_ms, excluded.last_since_ms)
`,
    ],
    [STORE, "moves counts with the lead"],
  ),
  without(
    "the permanent guard against two decisions for one round",
    BATCH,
    ["CASE WHEN stored.cycle = excluded.cycle_before THEN excluded.cycle ELSE 0 END", "excluded.cycle"],
    [STORE, "never takes a second decision for one round"],
  ),
  without(
    "the earlier events of a lead",
    BATCH,
    ["stored.event_places || excluded.event_places", "excluded.event_places"],
    [STORE, "the history of a lead oldest first"],
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
  without(
    "one process of PGlite for all of a transaction",
    `${EMBEDDED}/pglite.ts`,
    [
      "const result = turn.then(async () => inTransaction(runnerOn(await running.current()), work));",
      `const result = turn.then(() => inTransaction({
        query: async (statement, values) => runnerOn(await running.current()).query(statement, values),
        script: async (name, text) => runnerOn(await running.current()).script(name, text),
      }, work));`,
    ],
    [PGLITE, "is started again when its process dies"],
  ),
  without(
    "lock of PGlite's directory",
    `${EMBEDDED}/pglite-process.ts`,
    ["if (!isHeld || performance.now() > giveUpAtMs) throw error;", "return { release: () => Promise.resolve() };"],
    [PGLITE, "is not opened by a second process"],
  ),
];
