import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createFileTopic, type FileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import { textCodec } from "../contract/topic-codec.ts";
import { createRandom, type Random } from "../model/random.ts";
import { scaled, timeoutMs } from "../model/scale.ts";
import { flipBit } from "../support/flip-bit.ts";
import { tallyFaults } from "../support/fault-tally.ts";
import { reopenedTexts } from "../support/reopened-log.ts";

const NAME = "fairlead.test.v1";
const ROUNDS = 1;

/** How the end of a log comes to look: what was appended at once shares a frame. */
interface Ending {
  readonly name: string;
  readonly segmentBytes: number;
  /** Numbers of records of the appends that were made at once, one of these after the other. */
  readonly frames: readonly (readonly number[])[];
}

const ENDINGS: readonly Ending[] = [
  { name: "one append", segmentBytes: 1 << 20, frames: [[2], [1], [3]] },
  { name: "appends that shared a write", segmentBytes: 1 << 20, frames: [[1], [2, 1, 1, 2]] },
  { name: "the first append of a new segment", segmentBytes: 1, frames: [[2], [1], [4]] },
  { name: "the append that filled its segment", segmentBytes: 200, frames: [[1], [1], [3]] },
];

/** One write: whole, or not there. */
interface Frame {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly texts: readonly string[];
}

let directory = "";
let partition = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "fairlead-tails-"));
  partition = join(directory, NAME, "0");
});
afterEach(() => rm(directory, { recursive: true }));

it.each(ENDINGS)(
  "$name, cut or flipped anywhere, is whole or not there",
  { timeout: timeoutMs(20_000) },
  async (ending) => {
    let count = 0;
    for (let round = 1; round <= scaled(ROUNDS); round += 1) {
      await rm(partition, { recursive: true, force: true });
      const frames = await write(ending, createRandom(round));
      const files = await contents();
      const last = frames.at(-1)!;
      const bytes = files.get(last.file)!;
      for (let cut = 0; cut <= bytes.byteLength; cut += 1) {
        const kept = frames.filter(({ file, to }) => file !== last.file || to <= cut);
        const found = await textsInFiles(ending, new Map([...files, [last.file, bytes.subarray(0, cut)]]));
        expect(found, `round ${round}, cut at ${cut}`).toEqual(textsOf(kept));
      }
      for (let bit = last.from * 8; bit < last.to * 8; bit += 1) {
        const found = await textsInFiles(ending, new Map([...files, [last.file, flipBit(bytes, bit)]]));
        expect(found, `round ${round}, bit ${bit}`).toEqual(textsOf(frames.slice(0, -1)));
      }
      count += bytes.byteLength + 1 + (last.to - last.from) * 8;
    }
    tallyFaults({ row: "F21", level: "S", count });
  },
);

it("a last segment whose name never became durable is as if it had not been begun", async () => {
  const ending = ENDINGS.find(({ segmentBytes }) => segmentBytes === 1)!;
  const frames = await write(ending, createRandom(1));
  const files = await contents();
  files.delete(frames.at(-1)!.file);
  expect(await textsInFiles(ending, files)).toEqual(textsOf(frames.slice(0, -1)));
});

const open = ({ segmentBytes }: Ending): Promise<FileTopic<string>> =>
  createFileTopic({ directory, name: NAME, partitionCount: 1, codec: textCodec, clock: () => 1, segmentBytes });

async function write(ending: Ending, random: Random): Promise<readonly Frame[]> {
  const topic = await open(ending);
  const frames: Frame[] = [];
  for (const appends of ending.frames) {
    const before = await lastFile();
    const texts = appends.map((records) => Array.from({ length: records }, () => textOfAny(random)));
    await Promise.all(texts.map((values) => topic.append(0, values)));
    const after = await lastFile();
    const from = after.file === before.file ? before.size : 0;
    frames.push({ file: after.file, from, to: after.size, texts: texts.flat() });
  }
  await topic.close();
  return frames;
}

const textsOf = (frames: readonly Frame[]): readonly string[] => frames.flatMap(({ texts }) => texts);

const textOfAny = (random: Random): string => String.fromCodePoint(97 + random.below(26)).repeat(5 + random.below(10));

async function contents(): Promise<Map<string, Buffer>> {
  const files = (await readdir(partition)).sort();
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(join(partition, file))] as const)));
}

async function lastFile(): Promise<{ readonly file: string; readonly size: number }> {
  const [file = "", bytes = Buffer.alloc(0)] = [...(await contents())].at(-1) ?? [];
  return { file, size: bytes.byteLength };
}

async function textsInFiles(ending: Ending, files: ReadonlyMap<string, Buffer>): Promise<readonly string[]> {
  for (const file of await readdir(partition)) await rm(join(partition, file));
  for (const [file, bytes] of files) await writeFile(join(partition, file), bytes);
  return reopenedTexts(open(ending));
}
