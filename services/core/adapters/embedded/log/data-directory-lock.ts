import { mkdir, open, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../../domain/fault.ts";

const PREFIX = "lock-";

export interface DataDirectoryLock {
  release(): Promise<void>;
}

/** A process, told apart from a later one with the same id. */
interface Holder {
  readonly pid: number;
  /** Boot and start time of the process in clock ticks; empty where there is no /proc. */
  readonly start: string;
}

/**
 * Makes this process the only one that uses the directory, or fails with `DATA_DIR_LOCKED`.
 *
 * Each process has a lock file of its own name and creates it before it looks at those of others. So of two that start
 * together at most one wins (possibly none), and a lock left behind by `kill -9` needs no take-over step that could race:
 * it names a process that is gone. Processes of another container are not seen: don't share a volume between them.
 */
export async function lockDataDirectory(directory: string): Promise<DataDirectoryLock> {
  await mkdir(directory, { recursive: true });
  const own = lockFileName({ pid: process.pid, start: (await startOf(process.pid)) ?? "" });
  await createOwn(directory, own);
  for (const file of await readdir(directory)) {
    const holder = file === own ? undefined : holderIn(file);
    if (holder === undefined) continue;
    if (await isAlive(holder)) {
      await rm(join(directory, own), { force: true });
      throw locked(directory, holder.pid);
    }
    await rm(join(directory, file), { force: true });
  }
  return { release: () => rm(join(directory, own), { force: true }) };
}

async function createOwn(directory: string, file: string): Promise<void> {
  try {
    await (await open(join(directory, file), "wx")).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw locked(directory, process.pid);
    throw error;
  }
}

function locked(directory: string, pid: number): Fault {
  return new Fault("DATA_DIR_LOCKED", `${directory} is in use by process ${pid}. Stop it first.`, { at: directory });
}

function lockFileName({ pid, start }: Holder): string {
  return `${PREFIX}${pid}-${start}`;
}

function holderIn(file: string): Holder | undefined {
  const match = /^lock-(\d+)-(.*)$/.exec(file);
  return match === null ? undefined : { pid: Number(match[1]), start: match[2] ?? "" };
}

async function isAlive({ pid, start }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return start === "" || start === (await startOf(pid));
}

/** Undefined if the process is gone, a zombie, or if there is no /proc. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses and may hold anything; the third is the state, the 22nd the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === "Z" || state === "X" || startTicks === undefined) return undefined;
    const bootId = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    return `${bootId.slice(0, 8)}-${startTicks}`;
  } catch {
    return undefined;
  }
}
