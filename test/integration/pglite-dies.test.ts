import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { storeDirectory } from "../../services/fairlead/processes/data-directory.ts";
import { openEmbeddedFlow } from "../support/flow-embedded.ts";
import type { Flow } from "../support/flow-open.ts";
import { leadAt, Tenant } from "../support/flow-tenant.ts";
import { FLOW_TIMEOUT_MS, until } from "../support/flow-until.ts";
import { pglitePids } from "../support/pglite-pids.ts";
import { planOf, repsOf } from "../support/plan-builder.ts";

const SQUARE = [0, 40] as const;
const ROUNDS = 3;
const LEADS_EACH = 20;

let dataDir: string;
let flow: Flow;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "fairlead-pglite-dies-"));
  flow = await openEmbeddedFlow({ FAIRLEAD_DATA_DIR: dataDir });
});
afterAll(async () => {
  await flow.close();
  await rm(dataDir, { recursive: true });
});

it(
  "routes on while PGlite is dead, and shows people everything once it is back",
  async () => {
    const tenant = new Tenant(flow, "pglite-dies");
    await tenant.publish(planOf({ team: { square: SQUARE, reps: repsOf(4, { privatePool: 100 }) } }));
    const leadIds: string[] = [];
    let deaths = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const pids = pglitePids(storeDirectory(dataDir));
      expect(pids.length).toBeLessThanOrEqual(1);
      for (const pid of pids) deaths += Number(process.kill(pid, "SIGKILL"));
      const externalIds = Array.from({ length: LEADS_EACH }, (_, at) => `${round}-${at}`);
      leadIds.push(...(await Promise.all(externalIds.map((id) => tenant.post(leadAt(SQUARE, id))))));
    }
    expect(deaths).toBeGreaterThan(0);
    const isShown = (leadId: string): Promise<boolean> =>
      tenant.get(`/v1/leads/${leadId}`).then(({ status, body }) => status === 200 && body["state"] === "owned");
    for (const leadId of leadIds) await until(() => isShown(leadId), Boolean, { what: `lead ${leadId} to be shown` });
    const metrics = await (await fetch(`${flow.desk}/metrics`)).text();
    expect(metrics).toContain(`\nfairlead_pglite_deaths_total ${deaths}\n`);
    expect(await flow.verify()).toMatchObject({ violations: 0, leads: ROUNDS * LEADS_EACH });
  },
  FLOW_TIMEOUT_MS,
);
