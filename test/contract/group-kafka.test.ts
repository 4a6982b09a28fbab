import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { Batch, BatchVerdict } from "../../services/core/ports/log.ts";
import { API, tapKafka } from "../support/kafka-wire.ts";
import { freshName, kafkaBrokers } from "../support/servers.ts";
import { groupContract } from "./group.contract.ts";
import { textOf } from "./topic-codec.ts";
import { openKafkaTopic, openNamed } from "./topic-open-kafka.ts";

const COMMIT: BatchVerdict = { kind: "commit" };
const WITHIN = { timeout: 20_000, interval: 20 };

groupContract("Kafka", openKafkaTopic);

test("members of a group share its partitions, and the one that stays takes over", async () => {
  const first = await openKafkaTopic(4);
  const second = await openNamed(first.topic.name, 4);
  const group = freshName("shared");
  const seen: [Set<number>, Set<number>] = [new Set(), new Set()];
  const handled: string[] = [];
  const member = (index: 0 | 1) => async (batch: Batch<string>) => {
    seen[index].add(batch.partition);
    handled.push(...batch.entries.map(textOf));
    return COMMIT;
  };
  const readers = [
    await first.topic.consume({ group, handle: member(0) }),
    await second.topic.consume({ group, handle: member(1) }),
  ];
  let round = 0;
  const appendEverywhere = async () => {
    round += 1;
    await Promise.all([0, 1, 2, 3].map((partition) => first.topic.append(partition, [`${partition} round ${round}`])));
  };
  await vi.waitFor(async () => {
    seen[0].clear();
    seen[1].clear();
    await appendEverywhere();
    await delay(200);
    expect([seen[0].size, seen[1].size]).toEqual([2, 2]);
  }, WITHIN);
  expect(new Set([...seen[0], ...seen[1]])).toEqual(new Set([0, 1, 2, 3]));

  await readers[0]?.close();
  await appendEverywhere();
  const expected = [0, 1, 2, 3].flatMap((partition) =>
    Array.from({ length: round }, (_, index) => `${partition} round ${index + 1}`),
  );
  await vi.waitFor(() => expect([...new Set(handled)].sort()).toEqual(expected.sort()), WITHIN);
  await readers[1]?.close();
  await Promise.all([first.close(), second.close()]);
});

test("a member without partitions waits for no answer, until it takes over", async () => {
  const first = await openKafkaTopic(1);
  const second = await openNamed(first.topic.name, 1);
  const group = freshName("watched");
  const isDue = [false, false];
  const member = (index: 0 | 1) => ({
    group,
    handle: () => Promise.resolve(COMMIT),
    link: { onAnswer: () => void (isDue[index] = true), onUnasked: () => void (isDue[index] = false) },
  });
  const readers = [await first.topic.consume(member(0))];
  expect(isDue).toEqual([true, false]);
  readers.push(await second.topic.consume(member(1)));
  await vi.waitFor(() => expect(isDue.filter(Boolean)).toHaveLength(1), WITHIN);
  const withPartition = isDue.indexOf(true);
  await readers[withPartition]?.close();
  await vi.waitFor(() => expect(isDue.indexOf(true)).toBe(1 - withPartition), WITHIN);
  await Promise.all(readers.map((reader) => reader.close()));
  expect(isDue).toEqual([false, false]);
  await Promise.all([first.close(), second.close()]);
});

test("a batch held over a rebalance is no longer owned, and its commit does not rewind the group", async () => {
  const first = await openKafkaTopic(1);
  const second = await openNamed(first.topic.name, 1);
  const group = freshName("held");
  await first.topic.append(0, ["a", "b"]);
  const started = Promise.withResolvers<void>();
  const ownership: boolean[] = [];
  const seen: string[] = [];
  const slow = async (batch: Batch<string>): Promise<BatchVerdict> => {
    ownership.push(batch.stillOwned());
    started.resolve();
    // Until the coordinator says that the group has moved on.
    await vi.waitFor(
      () =>
        batch.heartbeat().then(
          () => Promise.reject(new Error("still a member")),
          () => undefined,
        ),
      WITHIN,
    );
    ownership.push(batch.stillOwned());
    return COMMIT;
  };
  let isHeld = true;
  const reader = await first.topic.consume({ group, handle: (batch) => (isHeld ? slow(batch) : handleAll(batch)) });
  const handleAll = async (batch: Batch<string>): Promise<BatchVerdict> => {
    seen.push(...batch.entries.map(textOf));
    return COMMIT;
  };
  await started.promise;
  isHeld = false;
  const other = await second.topic.consume({ group, handle: handleAll });
  await vi.waitFor(() => expect(seen).toEqual(["a", "b"]), WITHIN);
  expect(ownership).toEqual([true, false]);
  expect(await first.topic.committedOffsets(group)).toEqual([2]);
  await Promise.all([reader.close(), other.close()]);
  await Promise.all([first.close(), second.close()]);
});

test("a member that joins anew has stored what it did just before, so that nobody does it again", async () => {
  const first = await openKafkaTopic(1);
  const second = await openNamed(first.topic.name, 1);
  const group = freshName("flushed");
  const handled: string[] = [];
  const isAsking = [true, true];
  const member = (index: 0 | 1) => ({
    group,
    link: { onAnswer: () => undefined, onUnasked: () => void (isAsking[index] = false) },
    handle: async ({ entries }: Batch<string>): Promise<BatchVerdict> => {
      handled.push(...entries.map(textOf));
      return COMMIT;
    },
  });
  const readers = [await first.topic.consume(member(0))];
  const appended: string[] = [];
  const appendOne = async () => {
    appended.push(`record ${appended.length}`);
    await first.topic.append(0, appended.slice(-1));
  };
  await appendOne();
  await vi.waitFor(() => expect(handled).toEqual(appended), WITHIN);
  const joining = second.topic.consume(member(1));
  // One of them goes without the only partition, as soon as all have joined.
  while (isAsking.every(Boolean)) await appendOne();
  readers.push(await joining);
  await vi.waitFor(() => expect(new Set(handled)).toEqual(new Set(appended)), WITHIN);
  expect(handled).toEqual(appended);
  await Promise.all(readers.map((reader) => reader.close()));
  await Promise.all([first.close(), second.close()]);
});

test("a batch whose offset could not be stored comes again, and is stored then", async () => {
  const { topic, close } = await openKafkaTopic(1);
  const group = freshName("unstored");
  await topic.append(0, ["a", "b"]);
  let commits = 0;
  const untap = tapKafka(kafkaBrokers(), ({ apiKey, socket }) => {
    if (apiKey !== API.offsetCommit) return;
    commits += 1;
    if (commits === 1) socket.destroy(new Error("The link was cut."));
  });
  const seen: string[] = [];
  const reader = await topic.consume({
    group,
    handle: async ({ entries }) => {
      seen.push(...entries.map(textOf));
      return COMMIT;
    },
  });
  await vi.waitFor(async () => expect(await topic.committedOffsets(group)).toEqual([2]), WITHIN);
  expect(seen).toEqual(["a", "b", "a", "b"]);
  untap();
  await reader.close();
  await close();
});
