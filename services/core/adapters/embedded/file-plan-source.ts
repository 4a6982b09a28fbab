import { mkdir, open, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../domain/fault.ts";
import type { RoutingPlan } from "../../domain/plan/routing-plan.ts";
import type { PlanSource } from "../../ports/plan-source.ts";

const SUFFIX = ".json";

/**
 * Published plans as files, `<tenant>/<version>.json`, written once and synced: the store of embedded mode is a
 * projection that may be lost, and plans can't be folded from the log.
 */
export function createFilePlanSource(directory: string): PlanSource {
  const folderOf = (tenantId: string): string => join(directory, encodeURIComponent(tenantId));
  let publishing: Promise<unknown> = Promise.resolve();

  async function versions(tenantId: string): Promise<readonly number[]> {
    const files = await namesIn(folderOf(tenantId));
    return files
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => Number(file.slice(0, -SUFFIX.length)))
      .sort((a, b) => a - b);
  }

  async function version(tenantId: string, planVersion: number): Promise<RoutingPlan | null> {
    if (!(await versions(tenantId)).includes(planVersion)) return null;
    return JSON.parse(await readFile(join(folderOf(tenantId), `${planVersion}${SUFFIX}`), "utf8")) as RoutingPlan;
  }

  async function publish(plan: Omit<RoutingPlan, "version">): Promise<RoutingPlan> {
    const published = { ...plan, version: ((await versions(plan.tenantId)).at(-1) ?? 0) + 1 };
    const folder = folderOf(plan.tenantId);
    try {
      await mkdir(folder, { recursive: true });
      const file = join(folder, `${published.version}${SUFFIX}`);
      await writeSynced(`${file}.new`, JSON.stringify(published));
      await rename(`${file}.new`, file);
      await syncFolder(folder);
      await syncFolder(directory);
    } catch (cause) {
      throw new Fault("STORE_UNAVAILABLE", "The plan could not be written", { retriable: true, cause });
    }
    return published;
  }

  return {
    async latestVersions() {
      const tenantIds = (await namesIn(directory)).map(decodeURIComponent).sort();
      const newest = await Promise.all(tenantIds.map(async (tenantId) => (await versions(tenantId)).at(-1) ?? 0));
      return new Map(tenantIds.map((tenantId, i) => [tenantId, newest[i] ?? 0]));
    },
    async latest(tenantId) {
      const newest = (await versions(tenantId)).at(-1);
      return newest === undefined ? null : version(tenantId, newest);
    },
    version,
    publish(plan) {
      // One after the other, so that two publications can't take the same number.
      const next = publishing.then(() => publish(plan));
      publishing = next.catch(() => undefined);
      return next;
    },
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
