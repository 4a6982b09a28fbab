import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Lead numbers are reserved in blocks, so that progress is written rarely and a crash only skips numbers. */
const BLOCK = 1_000;

export interface DemoProgress {
  readonly nextIndex: number;
  /** Makes sure that no later start uses a number below this. */
  advance(nextIndex: number): Promise<void>;
}

/** How far the demo of a data directory has come; null if none ever ran there. */
export async function readDemoProgress(dataDir: string): Promise<DemoProgress | null> {
  try {
    const { reserved } = JSON.parse(await readFile(fileOf(dataDir), "utf8")) as { readonly reserved: number };
    return progressFrom(dataDir, reserved);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Marks the directory as one that the demo began. */
export async function beginDemoProgress(dataDir: string): Promise<DemoProgress> {
  await write(dataDir, 0);
  return progressFrom(dataDir, 0);
}

function progressFrom(dataDir: string, nextIndex: number): DemoProgress {
  let reserved = nextIndex;
  return {
    nextIndex,
    async advance(next) {
      if (next <= reserved) return;
      reserved = next + BLOCK;
      await write(dataDir, reserved);
    },
  };
}

const fileOf = (dataDir: string): string => join(dataDir, "demo.json");

async function write(dataDir: string, reserved: number): Promise<void> {
  await writeFile(`${fileOf(dataDir)}.new`, JSON.stringify({ reserved }));
  await rename(`${fileOf(dataDir)}.new`, fileOf(dataDir));
}
