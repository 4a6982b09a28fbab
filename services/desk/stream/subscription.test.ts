import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { decision } from "../../core/domain/decision/records.fixture.ts";
import type { CompiledPlan } from "../../core/domain/plan/compiled-plan.ts";
import type { LeadEvent } from "../../core/ports/store.ts";
import { EventFeed } from "./event-feed.ts";
import { StreamWriter } from "./stream-writer.ts";
import { Subscription } from "./subscription.ts";
import { createTurnstile } from "./turnstile.ts";

const plan = { rep: () => undefined, pool: () => undefined, tree: { ancestry: () => [] } } as unknown as CompiledPlan;
const plans = { current: () => plan, tenantIds: () => ["t"], version: () => Promise.resolve(plan) };
const everyone = { principalId: "p", tenantId: "t", nodeId: null, role: "admin", repId: null } as const;

/** A log of two partitions of which this process has read a part. */
function openLog() {
  const partitions: LeadEvent[][] = [[], []];
  let wake = (): void => {};
  const deps = {
    plans,
    partitionCount: 2,
    onProjected(listener: () => void) {
      wake = listener;
      return () => {};
    },
    reads: {
      position: async (partition: number) => ({ next: partitions[partition]!.length, barrierEpoch: 0 }),
      events: async (after: readonly number[]) => ({
        events: partitions.flatMap((events, partition) => events.filter(({ offset }) => offset > after[partition]!)),
        through: partitions.map((events, partition) => Math.max(after[partition]!, events.length - 1)),
        hasMore: false,
      }),
    },
  };
  return {
    deps,
    add(partition: number): void {
      const offset = partitions[partition]!.length;
      const effect = { fromRepId: null, toRepId: "ana", statusAfter: "owned", nodeId: "north" } as const;
      const place = { tenantId: "t", leadId: `${partition}-${offset}`, partition, offset };
      partitions[partition]!.push({ ...place, ...effect, record: decision(1, "ana") });
      wake();
    },
  };
}

function openClient() {
  let text = "";
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const writer = new StreamWriter({ output, maxQueued: 10, onClose() {} });
  const frames = () => text.split("\n\n").filter(Boolean);
  return {
    writer,
    ids: () => frames().map((frame) => /^id: (.*)/u.exec(frame)?.[1]),
    leads: () => frames().flatMap((frame) => /"leadId":"([^"]+)"/u.exec(frame)?.[1] ?? []),
  };
}

it("A client that knows more than this process has read hears nothing twice, and its ids never go back", async () => {
  const { deps, add } = openLog();
  const feed = new EventFeed(deps);
  const { writer, leads, ids } = openClient();
  add(0);
  // It has seen three of partition 0 and two of partition 1 elsewhere.
  const inTurn = createTurnstile(1);
  const options = { ...deps, principal: everyone, feed, writer, resumeFrom: [2, 1], maxHeld: 10, inTurn };
  const subscription = new Subscription(options);
  await subscription.start();
  for (const partition of [0, 1, 0, 1, 1]) add(partition);
  await expect.poll(leads).toEqual(["1-2"]);
  expect(ids().at(-1)).toBe("0:2,1:2");
  expect(subscription.heartbeat()).toBe("id: 0:2,1:2\n\n");
  add(0);
  await expect.poll(leads).toEqual(["1-2", "0-3"]);
  expect(ids().at(-1)).toBe("0:3,1:2");
  feed.close();
});
