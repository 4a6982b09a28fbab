import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runFairlead, startEmbeddedChild, type EmbeddedChild } from "../support/flow-child.ts";
import type { Flow } from "../support/flow-open.ts";
import { leadAt, Tenant } from "../support/flow-tenant.ts";
import { until } from "../support/flow-until.ts";
import { planOf, repsOf } from "../support/plan-builder.ts";

const SQUARE = [0, 40] as const;
const LEADS = 500;
const CONNECTIONS = 8;
const KILLED_AFTER = [120, 260, 400];
const SLOW_MS = 90_000;

/** `kill -9` of a real process while leads come in: what was acknowledged is there, and decided once. */
export function crashFlow(): void {
  describe("a process that is killed", () => {
    let dataDir: string;
    let env: Readonly<Record<string, string>>;
    let child: EmbeddedChild | undefined;
    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), "fairlead-crash-"));
      env = { FAIRLEAD_DATA_DIR: dataDir, FAIRLEAD_HTTP_PORT: "0", FAIRLEAD_DEMO: "0" };
    });
    afterAll(async () => {
      await child?.stop("SIGKILL");
      await rm(dataDir, { recursive: true });
    });

    const tenantAt = (address: string): Tenant => {
      const flow = { capture: address, desk: address, planner: address } as Flow;
      return new Tenant(flow, "crash");
    };

    it(
      "comes back with every lead that was acknowledged, all decided, and verifies",
      async () => {
        child = await startEmbeddedChild(env);
        await tenantAt(child.address).publish(
          planOf({ team: { square: SQUARE, reps: repsOf(10, { privatePool: 30 }) } }),
        );
        const acknowledged = new Map<number, string>();
        for (const limit of [...KILLED_AFTER, LEADS]) {
          const { address, stop } = child;
          const killed = until(
            () => Promise.resolve(acknowledged.size),
            (size) => size >= limit,
          ).then(() => (limit === LEADS ? undefined : stop("SIGKILL")));
          await postUntilRefused(tenantAt(address), acknowledged);
          await killed;
          if (limit < LEADS) child = await startEmbeddedChild(env);
        }
        const tenant = tenantAt(child.address);
        const load = await tenant.load("hq", ({ owned, parked }) => owned + parked >= acknowledged.size);
        expect(load).toMatchObject({ owned: 300, parked: LEADS - 300 });
        for (const leadId of acknowledged.values()) {
          expect((await tenant.lead(leadId)).state).toMatch(/^(owned|parked)$/);
        }

        const second = await runFairlead(["start"], env);
        expect(second).toMatchObject({ code: 1, output: expect.stringContaining("DATA_DIR_LOCKED") });
        expect(await child.stop()).toBe(0);
        child = undefined;
        const { code, output } = await runFairlead(["verify"], env);
        expect(output).toContain("no violations");
        expect(code).toBe(0);
      },
      SLOW_MS,
    );
  });
}

/** Posts what is not yet acknowledged, over several connections, until all is or nobody answers. */
async function postUntilRefused(tenant: Tenant, acknowledged: Map<number, string>): Promise<void> {
  const left = Array.from({ length: LEADS }, (_, index) => index).filter((index) => !acknowledged.has(index));
  const postOn = async (): Promise<void> => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) {
      acknowledged.set(index, await tenant.post(leadAt(SQUARE, `crash-${index}`)));
    }
  };
  // A connection that breaks is what the kill looks like from here; whether the rest is there is asked afterwards.
  await Promise.allSettled(Array.from({ length: CONNECTIONS }, postOn));
}
