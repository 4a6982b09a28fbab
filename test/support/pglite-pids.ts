import { readFileSync } from "node:fs";

/** The PGlite processes on a directory that this process has forked. */
export function pglitePids(directory: string): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8")
    .split(" ")
    .filter(Boolean)
    .map(Number);
  return children.filter((pid) => {
    const [, script, argument] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return script?.endsWith("pglite-process.ts") === true && argument === directory;
  });
}
