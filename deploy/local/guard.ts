import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Guard {
  /** Where servers keep temporary data. Removed when this process has ended. */
  readonly directory: string;
  watch(pid: number): void;
  forget(pid: number): void;
}

let guard: Guard | undefined;

/**
 * The guard of this process, started on first use: a shell (`guard.sh`) that reads a pipe whose other end only this
 * process holds. However this process ends, kill -9 included, the kernel closes the pipe, and the guard ends the
 * servers that are left and removes their data.
 */
export function processGuard(): Guard {
  guard ??= startGuard();
  return guard;
}

function startGuard(): Guard {
  const directory = mkdtempSync(join(tmpdir(), "fairlead-servers-"));
  // PostgreSQL runs as another user when we are root, and has to get through to its own folder.
  chmodSync(directory, 0o711);
  const script = fileURLToPath(new URL("./guard.sh", import.meta.url));
  // Detached, so that Ctrl-C in a terminal does not reach it; unreferenced, so that it does not keep us alive.
  const shell = spawn("sh", [script, directory], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  shell.unref();
  (shell.stdin as Socket).unref();
  return {
    directory,
    watch: (pid) => void shell.stdin.write(`watch ${pid}\n`),
    forget: (pid) => void shell.stdin.write(`forget ${pid}\n`),
  };
}
