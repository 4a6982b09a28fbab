import { expect, it } from "vitest";
import { gatherCalls } from "./gather-calls.ts";

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

it("runs what arrives in one turn as one, up to the weight, and what comes later by itself", async () => {
  const runs: number[][] = [];
  const run = (parts: readonly number[]) => Promise.resolve(runs.push([...parts]));
  const call = gatherCalls(run, { nextTurn, weightOf: (part: number) => part, maxWeight: 10, maxRuns: 4 });
  const answers = [call(4), call(6), call(1), call(25), call(3)];
  expect(await Promise.all(answers)).toEqual([1, 1, 2, 3, 4]);
  expect(await call(2)).toBe(5);
  expect(runs).toEqual([[4, 6], [1], [25], [3], [2]]);
});

it("lets nobody else suffer from the failure of one", async () => {
  const runs: string[][] = [];
  const run = (parts: readonly string[]) => {
    runs.push([...parts]);
    return parts.includes("bad") ? Promise.reject(new Error("bad")) : Promise.resolve("good");
  };
  const call = gatherCalls(run, { nextTurn, weightOf: () => 1, maxWeight: 3, maxRuns: 4 });
  const settled = await Promise.allSettled([call("a"), call("bad"), call("b"), call("c")]);
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  expect(runs).toHaveLength(5);
  await expect(call("bad")).rejects.toThrow("bad");
  expect(runs).toHaveLength(6);
});

it("lets calls wait and gather while as many runs as may be are under way", async () => {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const run = (parts: readonly string[]) =>
    new Promise<string>((resolve) => {
      started.push(parts.join(""));
      ends.push(() => resolve(parts.join("")));
    });
  const call = gatherCalls(run, { nextTurn, weightOf: () => 1, maxWeight: 3, maxRuns: 2 });
  const answers: Promise<string>[] = [];
  for (const part of "abcdefg") {
    answers.push(call(part));
    await nextTurn();
  }
  expect(started).toEqual(["a", "b"]);
  ends[0]?.();
  await answers[0];
  await nextTurn();
  expect(started).toEqual(["a", "b", "cde"]);
  for (let next = 1; next < 4; next += 1) {
    ends[next]?.();
    await nextTurn();
  }
  expect(started).toEqual(["a", "b", "cde", "fg"]);
  expect(await Promise.all(answers)).toEqual(["a", "b", "cde", "cde", "cde", "fg", "fg"]);
  const last = call("h");
  await nextTurn();
  expect(started.at(-1)).toBe("h");
  ends.at(-1)?.();
  expect(await last).toBe("h");
});
