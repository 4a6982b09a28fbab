import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openPglite } from "../../services/core/adapters/embedded/pglite.ts";
import { createStore } from "../../services/core/adapters/sql/create-store.ts";
import { migrate, MIGRATIONS } from "../../services/core/adapters/sql/migrate.ts";
import { batchOf, stateOf, TENANT } from "../contract/store-records.ts";

it("PGlite finds its data directory again, made with all folders above it", async () => {
  const parent = await mkdtemp(join(tmpdir(), "fairlead-pglite-"));
  const directory = join(parent, "data", "store");
  try {
    const first = await openPglite({ directory });
    expect(await migrate(first)).toHaveLength(MIGRATIONS.length);
    await createStore(first).commit(batchOf([0, 5], { states: [stateOf("a")] }));
    await first.close();

    const second = await openPglite({ directory });
    expect(await migrate(second)).toEqual([]);
    const store = createStore(second);
    expect(await store.position(0)).toEqual({ next: 5, barrierEpoch: 0 });
    expect(await store.lead({ tenantId: TENANT, nodeIds: null }, "a")).toEqual(stateOf("a"));
    await store.close();
    await store.close();
  } finally {
    await rm(parent, { recursive: true });
  }
});
