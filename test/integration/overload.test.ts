import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { residentMb } from "../../bench/embedded/resident-memory.ts";
import { freePort } from "../../deploy/local/free-port.ts";
import { FAULT_MATRIX, wantedCount } from "../chaos/fault-matrix.ts";
import { startFairlead } from "../support/child-process.ts";
import { tallyFaults } from "../support/fault-tally.ts";
import { runFairlead } from "../support/flow-child.ts";
import type { Flow } from "../support/flow-open.ts";
import { leadAt, Tenant } from "../support/flow-tenant.ts";
import { until } from "../support/flow-until.ts";
import { planOf, repsOf } from "../support/plan-builder.ts";
import { startPostLoad } from "../support/post-load.ts";

const TENANT = "crowd";
const SQUARE = [0, 40] as const;
/** Ten times the posts that the door lets in at once (services/capture/admission). */
const AT_ONCE = 5_000;
const CROWDED_MS = 6_000;
/** The event loop turns no more. */
const STALLED_MS = 2_000;
/** I15. */
const AT_REST_WITHIN_MS = 60_000;
/** I14: beyond what the process takes when nobody asks it anything. */
const MOST_MORE_MEGABYTES = 512;
const LOOK_EVERY_MS = 200;
const RUNS = wantedCount(
  FAULT_MATRIX.find(({ id }) => id === "F25")!,
  "injected",
);

it.each(Array.from({ length: RUNS }, (_, index) => index + 1))(
  "ten times the posts it takes at once, and a stalled event loop: what is accepted is kept, the rest refused (%i)",
  { timeout: 180_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "fairlead-overload-"));
    const port = await freePort();
    const settings = { FAIRLEAD_DATA_DIR: dataDir, FAIRLEAD_HTTP_PORT: String(port), FAIRLEAD_DEMO: "0" };
    const fairlead = startFairlead(["start"], settings);
    const pid = fairlead.child.pid!;
    try {
      await fairlead.until('"msg":"Listening"');
      const baseUrl = `http://127.0.0.1:${port}`;
      const tenant = new Tenant({ capture: baseUrl, desk: baseUrl, planner: baseUrl } as Flow, TENANT);
      await tenant.publish(planOf({ team: { square: SQUARE, reps: repsOf(10, { privatePool: 1_000_000 }) } }));

      const idleMegabytes = residentMb(pid);
      const load = startPostLoad({ baseUrl, tenantId: TENANT, atOnce: AT_ONCE, lead: (name) => leadAt(SQUARE, name) });
      const memory = watchPeak(pid);
      await wait(CROWDED_MS);
      const refusedBefore = load.refused();
      fairlead.child.kill("SIGSTOP");
      await wait(STALLED_MS);
      fairlead.child.kill("SIGCONT");
      await until(
        async () => load.refused(),
        (refused) => refused > refusedBefore,
        { what: "an answer after the stall" },
      );
      const peakMegabytes = await memory.stop();
      await load.stop();

      const endedMs = performance.now();
      let missing: readonly string[] = load.accepted;
      while (missing.length > 0 && performance.now() - endedMs < AT_REST_WITHIN_MS) {
        missing = await notThere(baseUrl, missing);
      }
      const atRestMs = Math.round(performance.now() - endedMs);
      console.info(
        `overload: ${load.accepted.length} accepted, ${load.refused()} refused, ${load.unknown()} without an answer; ` +
          `${idleMegabytes} MB idle, ${peakMegabytes} MB at most; at rest after ${atRestMs} ms`,
      );
      expect(missing).toEqual([]);
      expect(load.otherAnswers()).toEqual([]);
      expect(load.accepted.length).toBeGreaterThan(0);
      expect(load.refused()).toBeGreaterThan(0);
      expect(peakMegabytes - idleMegabytes).toBeLessThan(MOST_MORE_MEGABYTES);
      expect(await fairlead.stop()).toBe(0);
      const { code, output } = await runFairlead(["verify"], settings);
      expect(output).toContain("no violations");
      expect(output).toContain(" 0 inputs pending");
      expect(code).toBe(0);
      tallyFaults({ row: "F25", level: "R", count: 1 });
    } finally {
      await fairlead.stop("SIGKILL");
      await rm(dataDir, { recursive: true });
    }
  },
);

/** @returns what ends it, and answers the most that was seen */
function watchPeak(pid: number): { stop(): Promise<number> } {
  const stopping = new AbortController();
  const watching = (async () => {
    let peak = 0;
    while (!stopping.signal.aborted) {
      peak = Math.max(peak, residentMb(pid));
      await wait(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return peak;
  })();
  return {
    stop() {
      stopping.abort();
      return watching;
    },
  };
}

const ASKED_AT_ONCE = 20;

/** Those of the leads that the desk does not show. */
async function notThere(baseUrl: string, leadIds: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  const left = [...leadIds];
  async function ask(): Promise<void> {
    for (let leadId = left.pop(); leadId !== undefined; leadId = left.pop()) {
      const answer = await fetch(`${baseUrl}/v1/leads/${leadId}`, { headers: { "fairlead-tenant": TENANT } });
      await answer.arrayBuffer();
      if (answer.status !== 200) missing.push(leadId);
    }
  }
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask));
  return missing;
}
