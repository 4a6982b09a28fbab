import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { processGuard } from "./guard.ts";

export interface Server {
  readonly name: string;
  /** Undefined while the server is down. */
  readonly pid: number | undefined;
  readonly logFile: string;
  /** Ends it in an orderly way, by force after 10 s. Its data stays until this process ends, for `restart`. */
  stop(): Promise<void>;
  /**
   * Sends a signal. Resolves when the server is gone, or at once for SIGSTOP and SIGCONT, which it survives.
   * Default SIGKILL.
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it if it is up, starts it on the same port and data, resolves when it answers. */
  restart(): Promise<void>;
}

export interface ServerSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** User to run as, when that is not the present one. */
  readonly user?: UserIds | undefined;
  readonly logFile: string;
  readonly stopSignal: NodeJS.Signals;
  /** Resolves if the server answers in its own protocol; rejects if it does not yet. */
  readonly probe: () => Promise<void>;
  readonly readyWithinMs: number;
}

export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

const STOP_WITHIN_MS = 10_000;
const PROBE_EVERY_MS = 50;
const LOG_TAIL_LINES = 40;
const SURVIVED: readonly NodeJS.Signals[] = ["SIGSTOP", "SIGCONT"];

/** Starts a process and resolves when it answers its probe. Rejects with the tail of its log if it does not. */
export async function startServer(spec: ServerSpec): Promise<Server> {
  let child = await launch(spec);
  const isUp = () => child.exitCode === null && child.signalCode === null;

  async function stop(): Promise<void> {
    if (isUp()) await end(child, spec.stopSignal);
  }

  return {
    name: spec.name,
    get pid() {
      return isUp() ? child.pid : undefined;
    },
    logFile: spec.logFile,
    stop,
    async kill(signal = "SIGKILL") {
      if (!isUp()) return;
      if (SURVIVED.includes(signal)) child.kill(signal);
      else await end(child, signal);
    },
    async restart() {
      await stop();
      child = await launch(spec);
    },
  };
}

async function launch(spec: ServerSpec): Promise<ChildProcess> {
  const guard = processGuard();
  const log = openSync(spec.logFile, "a");
  // Detached: Ctrl-C in a terminal goes to us alone, and we stop the servers in order.
  const child = spawn(spec.command, spec.args, { ...spec.user, stdio: ["ignore", log, log], detached: true });
  closeSync(log);
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error(`${spec.name} has no process id.`);
  guard.watch(pid);
  child.once("exit", () => guard.forget(pid));
  try {
    await waitUntilReady(spec, child);
  } catch (cause) {
    await end(child, "SIGKILL");
    throw cause;
  }
  return child;
}

async function waitUntilReady(spec: ServerSpec, child: ChildProcess): Promise<void> {
  const deadlineMs = Date.now() + spec.readyWithinMs;
  for (;;) {
    try {
      return await spec.probe();
    } catch (cause) {
      const ended = child.exitCode ?? child.signalCode;
      if (ended === null && Date.now() < deadlineMs) {
        await delay(PROBE_EVERY_MS);
        continue;
      }
      const what = ended === null ? `did not answer within ${spec.readyWithinMs} ms` : `ended at its start (${ended})`;
      throw new Error(`${spec.name} ${what}. End of ${spec.logFile}:\n${logTail(spec.logFile)}`, { cause });
    }
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  const orphans = signal === "SIGKILL" ? forkedBy(child) : [];
  child.kill(signal);
  // A process under SIGSTOP takes the signal only once it continues.
  child.kill("SIGCONT");
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  await exited;
  clearTimeout(force);
  await untilGone(orphans);
}

/** Outlive it for a moment if it is killed, and PostgreSQL does not start as long as one holds its shared memory. */
function forkedBy(child: ChildProcess): number[] {
  // It forks no more from here on.
  child.kill("SIGSTOP");
  const file = `/proc/${child.pid}/task/${child.pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number) : [];
}

async function untilGone(pids: readonly number[]): Promise<void> {
  const forceAtMs = Date.now() + STOP_WITHIN_MS;
  for (const pid of pids) {
    while (isRunning(pid)) {
      if (Date.now() > forceAtMs) process.kill(pid, "SIGKILL");
      await delay(PROBE_EVERY_MS);
    }
  }
}

/** A process that has ended and was not waited for has no command line. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

function logTail(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n");
}
