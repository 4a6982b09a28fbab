import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findPrincipal } from "../../core/http/api-keys.ts";
import { createLifecycle } from "../../core/runtime/lifecycle.ts";
import { openApiKeys } from "./open-api-keys.ts";
import { createProcessMetrics } from "./process-metrics.ts";

const logger = pino({ level: "silent" });
const tokenOf = (who: string): string => `fl_${who.padEnd(24, "x")}`;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "fairlead-keys-"));
});
afterAll(() => rm(directory, { recursive: true }));

function documentOf(...principalIds: readonly string[]): string {
  const keys = principalIds.map((principalId) => ({
    sha256: createHash("sha256").update(tokenOf(principalId)).digest("hex"),
    principalId,
    tenantId: "t",
    role: "admin",
  }));
  return JSON.stringify({ keys });
}

it("Keys follow their file, and a file that says nothing usable changes nothing", async () => {
  const file = join(directory, "keys.json");
  await writeFile(file, documentOf("old", "lasting"));
  const lifecycle = createLifecycle(logger);
  const metrics = createProcessMetrics(logger);
  const keys = await openApiKeys(file, { lifecycle, logger, metrics });
  let changes = 0;
  keys.onChanged(() => (changes += 1));
  const known = (): readonly boolean[] =>
    ["old", "lasting", "new"].map((who) => findPrincipal(keys.current(), tokenOf(who), 0) !== null);
  const faults = async (): Promise<string> => await metrics.registry.getSingleMetricAsString("fairlead_faults_total");

  expect(known()).toEqual([true, true, false]);
  await writeFile(file, "{");
  await expect.poll(faults, { timeout: 10_000 }).toContain('service="keys",code="CONFIG_INVALID"');
  expect(known()).toEqual([true, true, false]);
  await writeFile(file, documentOf("lasting", "new"));
  await expect.poll(known, { timeout: 10_000 }).toEqual([false, true, true]);
  expect(changes).toBe(1);
  await lifecycle.close();
});

it("A file that can't be used stops the process at its start", async () => {
  const lifecycle = createLifecycle(logger);
  const opening = openApiKeys(join(directory, "none.json"), {
    lifecycle,
    logger,
    metrics: createProcessMetrics(logger),
  });
  await expect(opening).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});
