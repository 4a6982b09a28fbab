import { expect, it } from "vitest";
import { Backlog } from "./backlog.ts";

it("is as old as the oldest end that nobody has reached", async () => {
  const ends = [0, 0];
  const committed = [0, 0];
  let nowMs = 0;
  const backlog = new Backlog({
    leads: {
      partitionCount: 2,
      endOffset: async (partition) => ends[partition] ?? 0,
      committedOffset: async (_group, partition) => committed[partition] ?? 0,
    },
    group: "routers",
    clock: () => nowMs,
  });
  const lookAt = async (ms: number): Promise<number> => {
    nowMs = ms;
    await backlog.look();
    return backlog.seconds();
  };
  expect(await lookAt(0)).toBe(0);
  ends[0] = 10;
  expect(await lookAt(1_000)).toBe(0);
  ends[1] = 5;
  expect(await lookAt(3_000)).toBe(2);
  ends[0] = 30;
  committed[0] = 10;
  expect(await lookAt(4_000)).toBe(1);
  committed[1] = 5;
  committed[0] = 29;
  expect(await lookAt(6_000)).toBe(2);
  committed[0] = 30;
  expect(await lookAt(7_000)).toBe(0);
});
