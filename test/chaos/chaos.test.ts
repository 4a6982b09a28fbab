import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tallyFaults } from "../support/fault-tally.ts";
import { FAULT_MATRIX, isNightly, wantedCount, type MatrixRow } from "./fault-matrix.ts";
import { clockFaults } from "./faults/clocks.ts";
import { diskFaults } from "./faults/disks.ts";
import type { Fault } from "./faults/fault.ts";
import { inputFaults } from "./faults/input.ts";
import { kafkaLinkFaults } from "./faults/kafka-links.ts";
import { kafkaFaults } from "./faults/kafka.ts";
import { redisFaults } from "./faults/redis.ts";
import { routerFaults } from "./faults/routers.ts";
import { storeFaults } from "./faults/store.ts";
import { recordKillRun } from "./kill-result.ts";
import { judge, type Verdict } from "./judge.ts";
import { canMount } from "./small-disk.ts";
import { openStage, type Stage } from "./stage.ts";
import { openWorld, type World } from "./world.ts";

const seed = Number(process.env["FAIRLEAD_SEED"] ?? 1);
const FAULTS: readonly Fault[] = [
  ...routerFaults,
  ...redisFaults,
  ...kafkaFaults,
  ...kafkaLinkFaults,
  ...inputFaults,
  ...storeFaults,
  ...clockFaults,
  ...((await canMount()) ? diskFaults : []),
];
const SERVERS_START_MS = 120_000;
const ROW_MS = 3_600_000;
/** Far beyond what any takes: then what it waits for does not happen. */
const FAULT_MS = 120_000;

describe("real servers under load", () => {
  let stage: Stage;
  /** What a row leaves behind is where the next one begins, unless it is broken. */
  let world: World | null = null;
  beforeAll(async () => {
    stage = await openStage();
  }, SERVERS_START_MS);
  afterAll(async () => {
    await world?.close();
    await stage.close();
  }, SERVERS_START_MS);

  it.each(FAULTS)("$row", { timeout: ROW_MS }, async (fault) => {
    const row: MatrixRow = FAULT_MATRIX.find(({ id }) => id === fault.row)!;
    const counted = fault.counted ?? "injected";
    const reproduce = `FAIRLEAD_SEED=${seed} npx vitest run --project chaos -t '${row.id}$'`;
    const startMs = performance.now();
    const trial = world ?? (await openWorld(stage, seed));
    world = null;
    try {
      const injected = await injectUnderLoad(trial, fault, wantedCount(row, counted));
      const tookMs = performance.now() - startMs;
      const verdict = await judge(trial);
      console.info(`${row.id} ${row.fault}: ${injected} in ${seconds(tookMs)}, ${describeVerdict(verdict)}`);
      if (isNightly && row.id === "F1") recordKillRun({ seed, kills: injected, tookMs, verdict });
      expect(verdict.problems).toEqual([]);
      tallyFaults({ row: row.id, level: counted === "onWire" ? "W" : "R", count: injected });
      world = trial;
    } catch (error) {
      console.error(`${describeWorld(trial)}\n${reproduce}`);
      await trial.close();
      throw error;
    }
  });
});

async function injectUnderLoad(world: World, { lanes = 1, inject }: Fault, wanted: number): Promise<number> {
  let injected = 0;
  async function inLane(first: number): Promise<void> {
    for (let nth = first; injected < wanted; nth += lanes) {
      injected += await Promise.race([inject(world, nth), delay(FAULT_MS, null, { ref: false }).then(tooLate)]);
    }
  }
  world.leads.resume();
  world.desk.resume();
  await Promise.all(Array.from({ length: lanes }, (_, lane) => inLane(lane)));
  return injected;
}

function tooLate(): never {
  throw new Error(`A fault was not brought about within ${FAULT_MS} ms.`);
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

function describeVerdict({ atRestAfterMs, leads, records, problems }: Verdict): string {
  return `at rest after ${seconds(atRestAfterMs)}; ${leads} leads, ${records} records, ${problems.length} problems`;
}

/** What a person needs who was not there. */
function describeWorld({ members, leads, desk }: World): string {
  const answers = Array.from(desk.answers, ([answer, count]) => `${answer}: ${count}`).join(", ");
  const tails = members.map((member) => `--- ${member.name}, ${member.crashes()} crashes\n${member.tail()}`);
  return [...tails, `${leads.acknowledged.length} leads, ${leads.duplicates()} duplicates; ${answers}`].join("\n");
}
