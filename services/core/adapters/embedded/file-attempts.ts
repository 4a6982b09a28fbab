import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Attempts } from "../../ports/attempts.ts";

/**
 * Counts in a small file. It is renamed into place and not synced: it has to outlive the process, not the machine.
 * Written synchronously, so that nothing of this process runs between the count and the attempt.
 */
export function openFileAttempts(file: string): Attempts {
  const counts = new Map<string, number>(Object.entries(readCounts(file)));
  const begun = new Set<string>();

  function write(): void {
    writeFileSync(`${file}.draft`, JSON.stringify(Object.fromEntries(counts)));
    renameSync(`${file}.draft`, file);
  }

  return {
    begin(work) {
      const before = counts.get(work) ?? 0;
      if (begun.has(work)) return Promise.resolve(before);
      begun.add(work);
      counts.set(work, before + 1);
      write();
      return Promise.resolve(before + 1);
    },
    end(work) {
      begun.delete(work);
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
