import { mkdtemp, open, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import { lockDataDirectory } from "../../services/core/adapters/embedded/log/data-directory-lock.ts";
import { flipBit } from "../support/flip-bit.ts";
import { tallyFaults } from "../support/fault-tally.ts";
import { reopenedTexts } from "../support/reopened-log.ts";
import { readAll, textCodec, textOf } from "../contract/topic-codec.ts";

const NAME = "fairlead.test.v1";
const FIRST = ["first 0", "first 1"];
const SECOND = ["second"];
const LAST = ["last 0", "last 1", "last 2"];

let directory = "";
let segment = "";

const openTopic = (segmentBytes = 64 * 1024 * 1024) =>
  createFileTopic({ directory, name: NAME, partitionCount: 1, codec: textCodec, clock: Date.now, segmentBytes });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "fairlead-torn-"));
  segment = join(directory, NAME, "0", "0000000000000000.log");
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

/** Writes three frames; returns where each starts, and the end. */
async function writeThree(): Promise<number[]> {
  const topic = await openTopic();
  const positions = [0];
  for (const texts of [FIRST, SECOND, LAST]) {
    await topic.append(0, texts);
    positions.push((await readFile(segment)).byteLength);
  }
  await topic.close();
  return positions;
}

test("a file cut at any byte opens with the appends that were whole, never with a part of one", async () => {
  const positions = await writeThree();
  const whole = await readFile(segment);
  const [, secondAt = 0, lastAt = 0, end = 0] = positions;
  for (let cut = 0; cut <= end; cut += 1) {
    await writeFile(segment, whole.subarray(0, cut));
    const kept = [cut >= secondAt ? FIRST : [], cut >= lastAt ? SECOND : [], cut >= end ? LAST : []].flat();
    expect(await reopenedTexts(openTopic()), `cut at ${cut} of ${end}`).toEqual(kept);
  }
  tallyFaults({ row: "F21", level: "S", count: end + 1 });
});

test("any bit flipped in the last append takes that append away, and no more", async () => {
  const positions = await writeThree();
  const whole = await readFile(segment);
  const [, , lastAt = 0, end = 0] = positions;
  for (let bit = lastAt * 8; bit < end * 8; bit += 1) {
    await writeFile(segment, flipBit(whole, bit));
    expect(await reopenedTexts(openTopic()), `bit ${bit}`).toEqual([...FIRST, ...SECOND]);
  }
  tallyFaults({ row: "F21", level: "S", count: (end - lastAt) * 8 });
});

test("a bit flipped before sound records is damage, not a torn end, and the file stays as it is", async () => {
  const positions = await writeThree();
  const whole = await readFile(segment);
  const [, secondAt = 0, lastAt = 0] = positions;
  for (let bit = secondAt * 8; bit < lastAt * 8; bit += 3) {
    await writeFile(segment, flipBit(whole, bit));
    await expect(openTopic(), `bit ${bit}`).rejects.toMatchObject({
      code: "LOG_CORRUPT",
      at: `${segment}:${secondAt}`,
    });
  }
  expect((await readFile(segment)).byteLength).toBe(whole.byteLength);
});

test("zeros and garbage behind the end, as a power failure leaves them, are cut off", async () => {
  await writeThree();
  const whole = await readFile(segment);
  for (const debris of [Buffer.alloc(5000), Buffer.alloc(5000, 0xa5), whole]) {
    await writeFile(segment, Buffer.concat([whole, debris]));
    expect(await reopenedTexts(openTopic())).toEqual([...FIRST, ...SECOND, ...LAST]);
  }
});

test("damage in an earlier segment is found by the reader that gets there", async () => {
  const topic = await openTopic(100);
  for (let round = 0; round < 6; round += 1) await topic.append(0, [`round ${round} ${"x".repeat(60)}`]);
  await topic.close();
  const files = (await readdir(join(directory, NAME, "0"))).sort();
  expect(files.length).toBeGreaterThan(2);
  await writeFile(segment, flipBit(await readFile(segment), 300));
  const damaged = await openTopic(100);
  await expect(readAll(damaged, 0)).rejects.toMatchObject({ code: "LOG_CORRUPT", at: `${segment}:0` });
  await damaged.close();
});

test.each(["write", "datasync"] as const)(
  "a %s that fails is a retriable fault, and the partition goes on",
  async (step) => {
    const topic = await openTopic();
    await topic.append(0, ["kept"]);
    const handle = await open(segment, "r");
    const prototype = Object.getPrototypeOf(handle) as Record<typeof step, () => Promise<unknown>>;
    await handle.close();
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    vi.spyOn(prototype, step).mockRejectedValueOnce(full).mockRejectedValueOnce(full);
    for (let round = 0; round < 2; round += 1) {
      const fault = { code: "LOG_UNAVAILABLE", retriable: true, cause: full };
      await expect(topic.append(0, ["lost", "lost"])).rejects.toMatchObject(fault);
      expect(await topic.endOffset(0)).toBe(1);
      expect((await readAll(topic, 0)).map(textOf)).toEqual(["kept"]);
    }
    expect(await topic.append(0, ["next"])).toBe(1);
    await topic.close();
    expect(await reopenedTexts(openTopic())).toEqual(["kept", "next"]);
  },
);

test("a topic is not opened with another number of partitions", async () => {
  await writeThree();
  const other = createFileTopic({ directory, name: NAME, partitionCount: 2, codec: textCodec, clock: Date.now });
  await expect(other).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});

test("a data directory has one holder; the lock of a dead process does not count", async () => {
  const lock = await lockDataDirectory(directory);
  await expect(lockDataDirectory(directory)).rejects.toMatchObject({ code: "DATA_DIR_LOCKED" });
  await lock.release();
  // A pid that can't be, and our parent's pid with a start time that is not its own.
  await writeFile(join(directory, "lock-99999999-x"), "");
  await writeFile(join(directory, `lock-${process.ppid}-0-1`), "");
  const again = await lockDataDirectory(directory);
  expect((await readdir(directory)).filter((file) => file.startsWith("lock-"))).toHaveLength(1);
  await again.release();
});
