import { fork, type ChildProcess, type ForkOptions } from "node:child_process";

/**
 * Runs a module in a process that belongs to this one, which says when it ends. It is in a process group of its own: the Ctrl-C of
 * a terminal is for everyone in the group in front of it.
 */
export function forkOwn(module: URL, args: readonly string[], options: ForkOptions = {}): ChildProcess {
  return fork(module, args, { execArgv: [], detached: true, ...options });
}

/** For the module that is forked: it ends with the process that it belongs to, however that ends, and not before. */
export function belongToParent(): void {
  process.once("disconnect", () => process.exit());
  // It may have ended while this one was loaded.
  if (!process.connected) process.exit();
  // A service manager tells every process of the service.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
}
