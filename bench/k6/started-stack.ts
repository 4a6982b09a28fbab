import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { processGuard } from "../../deploy/local/guard.ts";
import { FAIRLEAD, startChild, type Child } from "../pipeline/child.ts";
import { createInstallation } from "../pipeline/installation.ts";
import { TENANT } from "../pipeline/lead-pool.ts";
import { startStack as startServers } from "../pipeline/stack.ts";
import type { BenchPlan } from "./bench-plan.ts";

type Settings = Readonly<Record<string, string>>;

/** A running Fairlead of our own. */
export interface StartedStack {
  readonly capture: string;
  readonly desk: string;
  readonly metrics: readonly string[];
  /** Stops it in an orderly way and judges ledger and store by the log. @throws Error on a violation */
  stopAndVerify(): Promise<void>;
}

export interface StackOptions {
  readonly plan: BenchPlan;
  /** On top of the usual ones, as limits and keys. */
  readonly settings: Settings;
}

/** One process on an empty data directory. */
export async function startEmbeddedStack({ plan, settings }: StackOptions): Promise<StartedStack> {
  const directory = mkdtempSync(join(processGuard().directory, "embedded-"));
  const env = { FAIRLEAD_DATA_DIR: directory, FAIRLEAD_HTTP_PORT: "0", FAIRLEAD_DEMO: "0", FAIRLEAD_LOG_LEVEL: "info" };
  const child = startChild({ settings: { ...env } }, { script: FAIRLEAD, args: ["start"] });
  await publish(await child.listening(), plan);
  await child.stop();
  // Keys know no tenant that is not there yet, so the plan is published without them.
  const running = startChild({ settings: { ...env, ...settings } }, { script: FAIRLEAD, args: ["start"] });
  const url = await running.listening();
  return {
    capture: url,
    desk: url,
    metrics: [url],
    async stopAndVerify() {
      await running.stop();
      const verifyEnv = { ...process.env, ...env, NODE_NO_WARNINGS: "1" };
      execFileSync(process.execPath, [FAIRLEAD, "verify"], { env: verifyEnv, stdio: ["ignore", "pipe", "inherit"] });
    },
  };
}

async function publish(url: string, plan: BenchPlan): Promise<void> {
  const { tenantId, ...draft } = plan;
  const headers = { "content-type": "application/json", "fairlead-tenant": tenantId };
  const answer = await fetch(`${url}/v1/plans`, { method: "POST", headers, body: JSON.stringify(draft) });
  if (answer.status !== 201) throw new Error(`The plan was refused: ${await answer.text()}`);
}

const SERVICES = ["router", "projector", "steward", "capture", "desk"] as const;
const PARTITIONS = 8;
let installations = 0;

/** Kafka, Redis and PostgreSQL of its own, and a process of each service. */
export async function startDistributedStack({ plan, settings }: StackOptions): Promise<StartedStack> {
  const servers = await startServers();
  const run = ++installations;
  const options = { name: `bench-k6-${run}`, database: run, partitions: PARTITIONS, plan };
  const installation = await createInstallation(servers, options);
  const children = SERVICES.map((service): Child => {
    // Only the desk knows the keys of a thousand listeners; the other services are called without one.
    const { FAIRLEAD_API_KEYS_FILE: keys, ...others } = settings;
    const own = service === "desk" && keys !== undefined ? { ...others, FAIRLEAD_API_KEYS_FILE: keys } : others;
    const all = { settings: { ...installation.settings, ...own } };
    return startChild(all, { script: FAIRLEAD, args: ["start", service] });
  });
  const urls = await Promise.all(children.map((child) => child.listening()));
  const urlOf = (service: (typeof SERVICES)[number]): string => urls[SERVICES.indexOf(service)] ?? "";
  return {
    capture: urlOf("capture"),
    desk: urlOf("desk"),
    metrics: urls,
    async stopAndVerify() {
      // A batch in flight is in the ledger before it is in the log. Only the projector has to catch up.
      const projector = children[SERVICES.indexOf("projector")];
      await Promise.all(children.filter((child) => child !== projector).map((child) => child.stop()));
      const report = await installation.verify();
      await projector?.stop();
      await installation.remove();
      await servers.stop();
      if (report.violations > 0) throw new Error(`violations: ${JSON.stringify(report.findings)}`);
    },
  };
}

/** Where a run keeps its files; removed when this process has ended. */
export function temporaryFile(name: string, content: string): string {
  const file = join(processGuard().directory, name);
  writeFileSync(file, content);
  return file;
}

export const TENANT_HEADER = { "fairlead-tenant": TENANT };

/** After a start much is still being compiled, and the first plans are looked for. */
export const settle = (): Promise<void> => wait(1_500);
