import { setImmediate as nextTurn } from "node:timers/promises";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { Entry } from "../../services/core/ports/log.ts";
import { type OpenTopic, type OpenedTopic, readAll, textOf } from "./topic-codec.ts";

const numbered = (count: number, prefix = "record") =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

/** What `Topic` of services/core/ports/log.ts promises, for any adapter. */
export function topicContract(name: string, open: OpenTopic, { modelRuns }: { readonly modelRuns: number }): void {
  describe(`topic contract: ${name}`, () => {
    let opened: OpenedTopic | undefined;
    const openTopic = async (partitionCount: number) => (opened = await open(partitionCount)).topic;
    const reopenTopic = async () => {
      if (opened === undefined) throw new Error("Nothing is open.");
      opened = await opened.reopen();
      return opened.topic;
    };
    afterEach(async () => {
      await opened?.close();
      opened = undefined;
    });

    test("append resolves to the offset of its first record, and the end includes it", async () => {
      const topic = await openTopic(1);
      expect(await topic.endOffset(0)).toBe(0);
      expect(await topic.append(0, ["a", "b", "c"])).toBe(0);
      expect(await topic.append(0, ["d"])).toBe(3);
      expect(await topic.endOffset(0)).toBe(4);
    });

    test("a reader sees the records of a half-open range in order", async () => {
      const topic = await openTopic(1);
      await topic.append(0, numbered(10));
      await topic.append(0, numbered(10, "later"));
      const seen: Entry<string>[] = [];
      for await (const batch of topic.readRange(0, 8, 12)) seen.push(...batch);
      expect(seen.map(({ offset }) => offset)).toEqual([8, 9, 10, 11]);
      expect(seen.map(textOf)).toEqual(["record 8", "record 9", "later 0", "later 1"]);
    });

    test("an empty range has no batches, and a range beyond the end stops at the end", async () => {
      const topic = await openTopic(1);
      const batches: (readonly Entry<string>[])[] = [];
      for await (const batch of topic.readRange(0, 0, 10)) batches.push(batch);
      await topic.append(0, ["a"]);
      for await (const batch of topic.readRange(0, 1, 1)) batches.push(batch);
      expect(batches).toEqual([]);
      for await (const batch of topic.readRange(0, 0, 10)) batches.push(batch);
      expect(batches.flat().map(textOf)).toEqual(["a"]);
    });

    test("batches of a read have 1 to 500 records", async () => {
      const topic = await openTopic(1);
      for (let round = 0; round < 3; round += 1) await topic.append(0, numbered(777, `round-${round}`));
      const sizes: number[] = [];
      for await (const batch of topic.readRange(0, 0, 2331)) sizes.push(batch.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2331);
    });

    test("partitions are independent", async () => {
      const topic = await openTopic(3);
      await Promise.all(
        [0, 1, 2].map((partition) => topic.append(partition, numbered(partition + 1, `p${partition}`))),
      );
      for (const partition of [0, 1, 2]) {
        expect((await readAll(topic, partition)).map(textOf)).toEqual(numbered(partition + 1, `p${partition}`));
      }
    });

    test.each([3, 9, -1, 0.5, Number.NaN])("partition %d of 3 is a fault, never silence", async (partition) => {
      const topic = await openTopic(3);
      const fault = { name: "Fault", code: "LOG_UNAVAILABLE", retriable: true };
      await expect(topic.append(partition, ["lost"])).rejects.toMatchObject(fault);
      await expect(topic.endOffset(partition)).rejects.toMatchObject(fault);
      for (const existing of [0, 1, 2]) expect(await topic.endOffset(existing)).toBe(0);
    });

    test("an append has 1 to 1,000 records", async () => {
      const topic = await openTopic(1);
      await expect(topic.append(0, [])).rejects.toThrow(RangeError);
      await expect(topic.append(0, numbered(1001))).rejects.toThrow(RangeError);
      expect(await topic.append(0, numbered(1000))).toBe(0);
      expect(await topic.endOffset(0)).toBe(1000);
    });

    test("concurrent appends are in the order of their calls, each in one piece", async () => {
      const topic = await openTopic(2);
      const appends = Array.from({ length: 60 }, (_, index) => ({
        partition: index % 2,
        texts: numbered(1 + (index % 7), `call-${index}`),
      }));
      const offsets = await Promise.all(appends.map(({ partition, texts }) => topic.append(partition, texts)));
      for (const partition of [0, 1]) {
        const mine = appends
          .map((append, index) => ({ ...append, offset: offsets[index] }))
          .filter((append) => append.partition === partition);
        const stored = (await readAll(topic, partition)).map(textOf);
        expect(stored).toEqual(mine.flatMap(({ texts }) => texts));
        for (const { offset = -1, texts } of mine) expect(stored.slice(offset, offset + texts.length)).toEqual(texts);
      }
    });

    test("the end never goes back and includes every append acknowledged before it was asked", async () => {
      const topic = await openTopic(1);
      let acknowledged = 0;
      let lastEnd = 0;
      const appending = { isDone: false };
      const done = (async () => {
        for (let round = 0; round < 40; round += 1) acknowledged = (await topic.append(0, numbered(3))) + 3;
        appending.isDone = true;
      })();
      while (!appending.isDone) {
        const atLeast = Math.max(acknowledged, lastEnd);
        lastEnd = await topic.endOffset(0);
        // The file log answers without a turn of the event loop, which would starve its writes.
        await nextTurn();
        expect(lastEnd).toBeGreaterThanOrEqual(atLeast);
      }
      await done;
      expect(await topic.endOffset(0)).toBe(120);
    });

    test("a record that can't be decoded comes with its key and bytes, between its neighbours", async () => {
      const topic = await openTopic(1);
      await topic.append(0, ["before", "undecodable record", "-"]);
      const [before, poison, after] = await readAll(topic, 0);
      expect([before?.kind, after?.kind]).toEqual(["value", "value"]);
      expect(poison).toMatchObject({ kind: "poison", offset: 1, code: "RECORD_UNDECODABLE", at: "/text" });
      if (poison?.kind !== "poison") throw new Error("expected a poison entry");
      expect(Buffer.from(poison.bytes).toString()).toBe("undecodable record");
      expect(Buffer.from(poison.key ?? []).toString()).toBe("undecodable");
    });

    test("entries tell when they were appended", async () => {
      const topic = await openTopic(1);
      const beforeMs = Date.now();
      await topic.append(0, ["a"]);
      const [entry] = await readAll(topic, 0);
      expect(entry?.appendedAtMs).toBeGreaterThanOrEqual(beforeMs - 1000);
      expect(entry?.appendedAtMs).toBeLessThanOrEqual(Date.now() + 1000);
    });

    test("values larger than a read's chunk, and empty ones, come back whole", async () => {
      const topic = await openTopic(1);
      const values = ["small", `- ${"x".repeat(700_000)}`, "", `- ${"y".repeat(300_000)}`, "small"];
      for (const value of values) await topic.append(0, [value]);
      expect((await readAll(topic, 0)).map(textOf)).toEqual(values);
      expect((await readAll(topic, 0, 3)).map(textOf)).toEqual(values.slice(3));
    });

    test("records survive a restart", async () => {
      const topic = await openTopic(2);
      await topic.append(1, numbered(20));
      const again = await reopenTopic();
      expect(await again.endOffset(1)).toBe(20);
      expect(await again.append(1, ["next"])).toBe(20);
      expect((await readAll(again, 1)).map(textOf)).toEqual([...numbered(20), "next"]);
    });

    test("any sequence of appends, reads and restarts answers as an array would", async () => {
      const command = fc.oneof(
        {
          weight: 6,
          arbitrary: fc.record({
            kind: fc.constant("append" as const),
            partition: fc.nat(1),
            sizes: fc.array(fc.nat(3000), { minLength: 1, maxLength: 30 }),
          }),
        },
        {
          weight: 3,
          arbitrary: fc.record({
            kind: fc.constant("read" as const),
            partition: fc.nat(1),
            from: fc.double({ min: 0, max: 1, noNaN: true }),
            to: fc.double({ min: 0, max: 1, noNaN: true }),
          }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 25 }), async (commands) => {
          let run = await open(2);
          const model: string[][] = [[], []];
          const answers: unknown[] = [];
          const expected: unknown[] = [];
          try {
            for (const step of commands) {
              if (step.kind === "reopen") {
                run = await run.reopen();
                continue;
              }
              const stored = model[step.partition] ?? [];
              if (step.kind === "append") {
                const texts = step.sizes.map((size, index) => `k${stored.length + index} `.padEnd(size, "z"));
                expected.push(stored.length, stored.length + texts.length);
                stored.push(...texts);
                answers.push(await run.topic.append(step.partition, texts), await run.topic.endOffset(step.partition));
              } else {
                const [from, to] = [Math.floor(step.from * stored.length), Math.floor(step.to * stored.length)];
                expected.push(stored.slice(from, Math.max(from, to)).map((text, index) => `${from + index}: ${text}`));
                const seen: Entry<string>[] = [];
                for await (const batch of run.topic.readRange(step.partition, from, to)) seen.push(...batch);
                answers.push(seen.map((entry) => `${entry.offset}: ${textOf(entry)}`));
              }
            }
            expect(answers).toEqual(expected);
          } finally {
            await run.close();
          }
        }),
        { numRuns: modelRuns },
      );
    });
  });
}
