import { describe, expect, it } from "vitest";
import { capacityFreed, createWaitingNode, nextBurst, type WaitingNode } from "./waiting-node.ts";

const CLOCK = { patienceMs: 1_000, probeEveryMs: 5_000 };

/** Asks for as many as the node wants, oldest first, as a sweep does. */
function ask(node: WaitingNode, waiting: readonly string[], nowMs: number): readonly string[] {
  const wanted = nextBurst(node, new Set(waiting), { ...CLOCK, nowMs });
  const notAsked = waiting.filter((id) => !node.asked.has(id));
  const fresh = notAsked.filter((id) => !node.refused.has(id));
  const chosen = (fresh.length > 0 ? fresh : notAsked).slice(0, wanted);
  for (const id of chosen) node.asked.set(id, nowMs);
  return chosen;
}

const leads = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `lead ${from + i}`);

describe("what the steward asks for", () => {
  it("grows while leads find owners", () => {
    const node = createWaitingNode();
    expect(ask(node, leads(0, 100), 0)).toEqual(leads(0, 4));
    expect(ask(node, leads(4, 100), 100)).toEqual(leads(4, 20));
    expect(ask(node, leads(20, 100), 200)).toEqual(leads(20, 84));
  });

  it("goes round those behind a lead that nobody can take", () => {
    const node = createWaitingNode();
    const waiting = leads(0, 10);
    expect(ask(node, waiting, 0)).toEqual(leads(0, 4));
    expect(ask(node, waiting, 500)).toEqual([]);
    expect(ask(node, waiting, 1_001)).toEqual([]);
    expect(ask(node, waiting, 6_001)).toEqual(leads(4, 8));
    expect(ask(node, waiting, 7_002)).toEqual([]);
    expect(ask(node, waiting, 12_002)).toEqual(leads(8, 10));
    // When all have been refused, the oldest come again.
    expect(ask(node, waiting, 13_003)).toEqual([]);
    expect(ask(node, waiting, 18_003)).toEqual(leads(0, 4));
  });

  it("asks for the oldest again at once when capacity is freed, for as many as there are slots", () => {
    const node = createWaitingNode();
    ask(node, leads(0, 10), 0);
    ask(node, leads(0, 10), 1_001);
    capacityFreed(node, 6, 1_100);
    expect(ask(node, leads(0, 10), 1_100)).toEqual(leads(0, 6));
  });
});
