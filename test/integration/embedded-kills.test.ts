import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "../../deploy/local/free-port.ts";
import { randomAt } from "../../services/fairlead/demo/seeded-random.ts";
import { startFairlead } from "../support/child-process.ts";
import { runFairlead } from "../support/flow-child.ts";
import type { Flow } from "../support/flow-open.ts";
import { Tenant } from "../support/flow-tenant.ts";
import { findLostAndTorn } from "../support/kill-findings.ts";
import { startKillLoad, type KillHistory, type KillLoad } from "../support/kill-load.ts";
import { planOf, repsOf } from "../support/plan-builder.ts";

const KILLS = Number(process.env["FAIRLEAD_TEST_KILLS"] ?? 10);
/** A folder in which a directory is killed on in several runs, and where `result.json` adds them up. */
const FOLDER = process.env["FAIRLEAD_TEST_KILLS_FOLDER"];
const SQUARE = [0, 40] as const;
const TENANT = "kills";
/** Of kills that come whatever the process is doing: starting, recovering, or routing already. */
const BLIND_SHARE = 0.3;
const BLIND_WITHIN_MS = 1_500;
const LOADED_WITHIN_MS = 350;
const KILL_BUDGET_MS = 10_000;
/** What is left undecided is decided then, as far as it can be in so much time; so often. */
const LAST_WORK_MS = 5_000;
const MOST_LAST_STARTS = 5;

let folder: string;
let dataDir: string;
let settings: Readonly<Record<string, string>>;
let baseUrl: string;
beforeAll(async () => {
  folder = FOLDER ?? (await mkdtemp(join(tmpdir(), "fairlead-kills-")));
  await mkdir(folder, { recursive: true });
  dataDir = join(folder, "data");
  const port = await freePort();
  baseUrl = `http://127.0.0.1:${port}`;
  settings = { FAIRLEAD_DATA_DIR: dataDir, FAIRLEAD_HTTP_PORT: String(port), FAIRLEAD_DEMO: "0" };
});
afterAll(async () => {
  if (FOLDER === undefined) await rm(folder, { recursive: true });
});

it(
  `keeps every acknowledged lead, whole and decided once, over ${KILLS} kills of one process on one directory`,
  async () => {
    const seed = Date.now() % 1_000_000;
    const random = randomAt(seed, 0);
    const startedMs = performance.now();
    const { history, counts } = await readBefore();
    if (history.sent.length === 0) await publishPlan();
    const load = startKillLoad({ baseUrl, tenantId: TENANT, square: SQUARE }, history);
    for (let kill = 0; kill < KILLS; kill++) counts[await killOnce(random.next)]++;

    const last = startFairlead(["start"], settings);
    await last.until('"msg":"Listening"');
    await wait(LOADED_WITHIN_MS);
    await load.stop();
    expect(await last.stop()).toBe(0);
    const { code, output } = await decideAll();
    const findings = await findLostAndTorn(dataDir, load);
    const result = {
      ...describeRun(),
      kills: counts.whileStarting + counts.underLoad,
      ...counts,
      seconds: counts.seconds + Math.round((performance.now() - startedMs) / 1000),
      sent: load.sent.size,
      acknowledged: load.acknowledged.size,
      cutOff: load.cut,
      ...findings,
      verify: output.trim().split("\n").slice(-2),
    };
    console.log(JSON.stringify(result));
    await keep(load, result);
    expect(findings, `seed ${seed}`).toMatchObject({ lost: [], torn: [] });
    expect(output, `seed ${seed}`).toContain(" 0 inputs pending");
    expect(output, `seed ${seed}`).toContain("no violations");
    expect(code).toBe(0);
    // A run that never had a lead in the hands of a dying process shows nothing.
    expect(load.cut).toBeGreaterThan(0);
    expect(load.acknowledged.size).toBeGreaterThan(KILLS);
  },
  60_000 + KILLS * KILL_BUDGET_MS,
);

interface Before {
  readonly history: KillHistory;
  readonly counts: { whileStarting: number; underLoad: number; readonly seconds: number };
}

/** What earlier runs on the same folder did; nothing in a new one. */
async function readBefore(): Promise<Before> {
  const counts = { whileStarting: 0, underLoad: 0, seconds: 0 };
  if (!existsSync(join(folder, "load.json")))
    return { history: { made: 0, sent: [], acknowledged: [], cut: 0 }, counts };
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), "utf8"));
  const { whileStarting, underLoad, seconds } = (await read("result.json")) as Before["counts"];
  return { history: (await read("load.json")) as KillHistory, counts: { whileStarting, underLoad, seconds } };
}

async function keep({ made, sent, acknowledged, cut }: KillLoad, result: object): Promise<void> {
  const history: KillHistory = { made, sent: [...sent], acknowledged: [...acknowledged], cut };
  await writeFile(join(folder, "load.json"), JSON.stringify(history));
  await writeFile(join(folder, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
}

async function publishPlan(): Promise<void> {
  const fairlead = startFairlead(["start"], settings);
  await fairlead.until('"msg":"Listening"');
  const flow = { capture: baseUrl, desk: baseUrl, planner: baseUrl } as Flow;
  const reps = repsOf(10, { privatePool: 1_000_000 });
  await new Tenant(flow, TENANT).publish(planOf({ team: { square: SQUARE, reps } }));
  expect(await fairlead.stop()).toBe(0);
}

async function killOnce(next: () => number): Promise<"whileStarting" | "underLoad"> {
  const fairlead = startFairlead(["start"], settings);
  if (next() < BLIND_SHARE) await wait(next() * BLIND_WITHIN_MS);
  else {
    await fairlead.until('"msg":"Listening"');
    await wait(next() * LOADED_WITHIN_MS);
  }
  const wasUp = fairlead.output().includes('"msg":"Listening"');
  await fairlead.stop("SIGKILL");
  return wasUp ? "underLoad" : "whileStarting";
}

/** Gives the process time without load until the killed ones have left it nothing to decide. @returns the last verdict */
async function decideAll(): Promise<Awaited<ReturnType<typeof runFairlead>>> {
  for (let starts = 0; ; starts++) {
    const verdict = await runFairlead(["verify"], settings);
    if (starts === MOST_LAST_STARTS || !/ [1-9]\d* inputs pending/u.test(verdict.output)) return verdict;
    const fairlead = startFairlead(["start"], settings);
    await fairlead.until('"msg":"Listening"');
    await wait(LAST_WORK_MS);
    expect(await fairlead.stop()).toBe(0);
  }
}

function describeRun(): object {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  return { at: new Date().toISOString(), commit, node: process.version };
}
