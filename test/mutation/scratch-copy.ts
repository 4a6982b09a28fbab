import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Change, Mutation } from "./mutation.ts";

/** A copy of the working tree that may be broken at will. */
export interface ScratchCopy {
  readonly directory: string;
  /** Applies a mutation; the returned function takes it back. @throws Error if a text is not there exactly once */
  mutate(mutation: Mutation): () => void;
  remove(): void;
}

/** Copies what git knows or would know of the project, with today's changes; installed packages are shared. */
export function copyProject(root: string): ScratchCopy {
  const directory = mkdtempSync(join(tmpdir(), "fairlead-mutation-"));
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const deleted = new Set(lines(execFileSync("git", ["ls-files", "-z", "--deleted"], { cwd: root })));
  for (const file of lines(execFileSync("git", list, { cwd: root }))) {
    if (!deleted.has(file)) cpSync(join(root, file), join(directory, file));
  }
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  return {
    directory,
    mutate({ name, changes }) {
      const before = changes.map(({ file }) => [file, readFileSync(join(directory, file), "utf8")] as const);
      for (const change of changes) apply(directory, name, change);
      return () => {
        for (const [file, text] of before.toReversed()) writeFileSync(join(directory, file), text);
      };
    },
    remove: () => rmSync(directory, { recursive: true }),
  };
}

const lines = (output: Buffer): readonly string[] => output.toString().split("\0").filter(Boolean);

function apply(directory: string, name: string, { file, find, replace }: Change): void {
  const path = join(directory, file);
  const parts = readFileSync(path, "utf8").split(find);
  if (parts.length === 2) return writeFileSync(path, parts.join(replace));
  throw new Error(`${name}: the text is ${parts.length - 1} times in ${file}, expected once:\n${find}`);
}
