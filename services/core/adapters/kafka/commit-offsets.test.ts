import { setImmediate as nextTurn } from "node:timers/promises";
import type { EachBatchPayload } from "kafkajs";
import { expect, test, vi } from "vitest";
import { createOffsetCommits } from "./commit-offsets.ts";

const NEVER_MS = 60_000;

/** What a coordinator is sent: by request the next offset of each partition. */
function recordRequests(): { requests: Record<number, number>[]; of: (partition: number) => EachBatchPayload } {
  const requests: Record<number, number>[] = [];
  const commitOffsetsIfNecessary: EachBatchPayload["commitOffsetsIfNecessary"] = async (offsets) => {
    const partitions = offsets?.topics[0]?.partitions ?? [];
    requests.push(Object.fromEntries(partitions.map(({ partition, offset }) => [partition, Number(offset)])));
  };
  return { requests, of: (partition) => ({ batch: { partition }, commitOffsetsIfNecessary }) as EachBatchPayload };
}

test("the first offset of a partition is sent at once, with those of all partitions that end in the same turn", async () => {
  const { requests, of } = recordRequests();
  const commits = createOffsetCommits("leads", NEVER_MS);
  await Promise.all([commits.commit(of(0), 4), commits.commit(of(1), 9)]);
  expect(requests).toEqual([{ 0: 5, 1: 10 }]);
});

test("the next ones wait and go together, the last of each partition", async () => {
  const { requests, of } = recordRequests();
  const commits = createOffsetCommits("leads", 250);
  await commits.commit(of(0), 4);
  const stored = [commits.commit(of(0), 5)];
  // Later than what goes with the end of a turn.
  await nextTurn();
  await nextTurn();
  expect(requests).toEqual([{ 0: 5 }]);
  await Promise.all([...stored, commits.commit(of(0), 6)]);
  expect(requests).toEqual([{ 0: 5 }, { 0: 7 }]);
});

test("a partition that has sent nothing yet takes along what waits", async () => {
  const { requests, of } = recordRequests();
  const commits = createOffsetCommits("leads", NEVER_MS);
  await commits.commit(of(0), 4);
  await Promise.all([commits.commit(of(0), 5), commits.commit(of(1), 2)]);
  expect(requests).toEqual([{ 0: 5 }, { 0: 6, 1: 3 }]);
});

test("flush sends what waits, drop forgets it", async () => {
  const { requests, of } = recordRequests();
  const commits = createOffsetCommits("leads", NEVER_MS);
  await commits.commit(of(0), 4);
  void commits.commit(of(0), 5);
  await commits.flush();
  expect(requests).toEqual([{ 0: 5 }, { 0: 6 }]);

  const forgotten = commits.commit(of(0), 6);
  commits.drop();
  await forgotten;
  await commits.flush();
  expect(requests).toHaveLength(2);
});

test("who joins anew begins with a request at once", async () => {
  const { requests, of } = recordRequests();
  const commits = createOffsetCommits("leads", NEVER_MS);
  await commits.commit(of(0), 4);
  commits.drop();
  void commits.commit(of(0), 5);
  await vi.waitFor(() => expect(requests).toEqual([{ 0: 5 }, { 0: 6 }]));
});
