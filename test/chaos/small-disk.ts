import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processGuard } from "../../deploy/local/guard.ts";
import { runTool } from "../../deploy/local/run-tool.ts";

/** A file system of our own that can be filled to the last byte without harm to anybody else. */
export interface SmallDisk {
  readonly directory: string;
  /** Leaves room for nothing. */
  fill(): void;
  /** Takes away what filled it. */
  free(): void;
  remove(): Promise<void>;
}

const CHUNK = Buffer.alloc(64 * 1024);

/** In memory. Rejects without the right to mount: see `canMount`. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  // The guard unmounts what this process leaves behind.
  const directory = mkdtempSync(join(processGuard().directory, "disk-"));
  await runTool("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", directory]);
  // PostgreSQL runs as another user when we are root.
  chmodSync(directory, 0o711);
  const ballast = join(directory, "ballast");
  return {
    directory,
    fill() {
      try {
        for (;;) writeFileSync(ballast, CHUNK, { flag: "a" });
      } catch (error) {
        if (!isFull(error)) throw error;
      }
    },
    free: () => rmSync(ballast, { force: true }),
    async remove() {
      await runTool("umount", [directory]);
      rmSync(directory, { recursive: true });
    },
  };
}

/** Root may, unless a container withholds the right. */
export async function canMount(): Promise<boolean> {
  try {
    await (await mountSmallDisk(1)).remove();
    return true;
  } catch {
    return false;
  }
}

const isFull = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOSPC";
