import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../../deploy/local/free-port.ts";
import { FAIRLEAD } from "../pipeline/child.ts";
import { residentMb } from "./resident-memory.ts";

/** ms after the process was spawned. */
export interface StartTimes {
  readonly readyMs: number;
  /** The first lead posted was decided. */
  readonly firstDecisionMs: number;
  readonly residentMb: number;
  readonly recovery: readonly object[];
}

const ROOT = new URL("../../", import.meta.url).pathname;
const POLL_MS = 20;
const GIVE_UP_MS = 300_000;

/** Starts `fairlead start` on a directory, posts a lead as soon as it is ready, and stops it when that is decided. */
export async function measureStart(dataDir: string, tenantId: string, lead: object): Promise<StartTimes> {
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const settings = { FAIRLEAD_DATA_DIR: dataDir, FAIRLEAD_HTTP_PORT: String(port), FAIRLEAD_DEMO: "0" };
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("FAIRLEAD_"));
  const env = { ...Object.fromEntries(inherited), ...settings, NODE_NO_WARNINGS: "1" };
  const startedMs = performance.now();
  const child = spawn(process.execPath, [FAIRLEAD, "start"], { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  try {
    await until(() => isOk(`${baseUrl}/readyz`));
    const readyMs = performance.now() - startedMs;
    const headers = { "fairlead-tenant": tenantId, "content-type": "application/json" };
    await fetch(`${baseUrl}/v1/leads`, { method: "POST", headers, body: JSON.stringify(lead) });
    await until(async () => (await decided(baseUrl)) > 0);
    const firstDecisionMs = performance.now() - startedMs;
    return {
      readyMs: Math.round(readyMs),
      firstDecisionMs: Math.round(firstDecisionMs),
      residentMb: residentMb(child.pid ?? 0),
      recovery: recoveryLines(output),
    };
  } finally {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (const startedMs = performance.now(); !(await isTrue()); await wait(POLL_MS)) {
    if (performance.now() - startedMs > GIVE_UP_MS) throw new Error("The process did not come up.");
  }
}

async function isOk(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Decisions that the process counts. */
export async function decided(baseUrl: string): Promise<number> {
  const text = await (await fetch(`${baseUrl}/metrics`)).text();
  const counts = text.matchAll(/^fairlead_lead_decisions_total\{.*\} (\d+)$/gmu);
  return Array.from(counts, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}

function recoveryLines(output: string): readonly object[] {
  return output
    .split("\n")
    .filter((line) => line.includes('"Ledger recovery"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ step, leads, records, tookMs }) => ({ step, leads, records, tookMs }));
}
