import { createPlanSource } from "../../services/core/adapters/sql/create-plan-source.ts";
import { createStore } from "../../services/core/adapters/sql/create-store.ts";
import { migrate } from "../../services/core/adapters/sql/migrate.ts";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import { openPglite } from "../../services/core/adapters/embedded/pglite.ts";
import { openPostgres } from "../../services/core/adapters/postgres/open-postgres.ts";
import type { PlanSource } from "../../services/core/ports/plan-source.ts";
import type { Store } from "../../services/core/ports/store.ts";
import { freshDatabase } from "../support/servers.ts";

export interface OpenedDatabase {
  readonly session: SqlSession;
  readonly store: Store;
  readonly plans: PlanSource;
  /** Forgets all rows. Opening PGlite takes seconds; a suite opens it once. */
  empty(): Promise<void>;
}

/** The two engines of the contract suites: in process, and a server. */
export const ENGINES: readonly (readonly [name: string, openSession: () => Promise<SqlSession>])[] = [
  ["PGlite", () => openPglite("memory")],
  ["PostgreSQL", async () => openPostgres(await freshDatabase(), { applicationName: "fairlead-test" })],
];

export async function openDatabase(openSession: () => Promise<SqlSession>): Promise<OpenedDatabase> {
  const session = await openSession();
  await migrate(session);
  return {
    session,
    store: createStore(session),
    plans: createPlanSource(session),
    empty: () =>
      session.transaction((transaction) =>
        transaction.script("empty", "TRUNCATE lead, lead_event, lead_count, projection_position, routing_plan"),
      ),
  };
}
