import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { crc32 } from "node:zlib";
import { expect, it } from "vitest";
import { createFileCheckpoints } from "../../services/core/adapters/embedded/file-checkpoints.ts";
import { CheckpointChunkSchema } from "../../services/core/wire/gen/fairlead/v1/checkpoint_pb.ts";
import { decodeCheckpointHead } from "../../services/core/wire/checkpoint-codec.ts";
import { FOLD_VERSION } from "../../services/core/wire/checkpoint-head-fields.ts";
import { checkpointsContract, contentOf, foldOf } from "./checkpoints.contract.ts";

checkpointsContract("file", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairlead-checkpoint-"));
  return { checkpoints: createFileCheckpoints(directory), close: () => rm(directory, { recursive: true }) };
});

it("a file with a wrong bit or without its end is as if it was not there", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairlead-checkpoint-"));
  const checkpoints = createFileCheckpoints(directory);
  const file = join(directory, "ledger.checkpoint");
  await checkpoints.save(foldOf(50));
  const sound = await readFile(file);
  for (let at = 0; at < sound.length; at += 7) {
    const flipped = Buffer.from(sound);
    flipped[at]! ^= 0x10;
    await writeFile(file, flipped);
    expect(await checkpoints.newest(), `bit of byte ${at}`).toBeNull();
    await writeFile(file, sound.subarray(0, at));
    expect(await checkpoints.newest(), `cut at byte ${at}`).toBeNull();
  }
  await writeFile(file, sound);
  expect(contentOf(await checkpoints.newest())).toEqual(contentOf(foldOf(50)));
  await rm(directory, { recursive: true });
});

it("one of another version of the fold is as if it was not there", () => {
  expect(decodeCheckpointHead(headChunk(FOLD_VERSION))).toEqual({ positions: [], leads: 7 });
  expect(decodeCheckpointHead(headChunk(FOLD_VERSION + 1))).toBeNull();
  expect(decodeCheckpointHead(headChunk(0))).toBeNull();
});

function headChunk(foldVersion: number): Uint8Array {
  const message = toBinary(CheckpointChunkSchema, create(CheckpointChunkSchema, { head: { foldVersion, leads: 7n } }));
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(message));
  return Buffer.concat([crc, message]);
}
