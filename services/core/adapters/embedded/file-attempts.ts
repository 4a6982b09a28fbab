import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Attempts } from "../../ports/attempts.ts";

/**
 * Counts in a small file. It is renamed into place and not synced: it has to outlive the process, not the machine.
 * Written synchronously, so that nothing of this process runs between the count and the attempt.
 */
export function openFileAttempts(file: string): Attempts {
  const counts = new Map<string, number>(Object.entries(readCounts(file)));

  function write(): void {
    writeFileSync(`${file}.draft`, JSON.stringify(Object.fromEntries(counts)));
    renameSync(`${file}.draft`, file);
  }

  return {
    begin(work) {
      const count = (counts.get(work) ?? 0) + 1;
      counts.set(work, count);
      write();
      return Promise.resolve(count);
    },
    end(work) {
      if (counts.delete(work)) write();
      return Promise.resolve();
    },
  };
}

function readCounts(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, number>;
  } catch (error) {
    // None yet, or damaged: the counts begin again.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}
