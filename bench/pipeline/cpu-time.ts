import { readdirSync, readFileSync } from "node:fs";

/** Linux counts in ticks of 10 ms. */
const MICROS_PER_TICK = 10_000;

export interface Machine {
  readonly [name: string]: readonly number[];
}

/** CPU time by name in µs, and that of the whole machine, whoever used it. */
export interface CpuSample {
  readonly atMs: number;
  /** Of this process, which pays for reading all of this. */
  readonly ownMicros: number;
  readonly micros: Readonly<Record<string, number>>;
  readonly machineMicros: number;
}

/** From /proc: user and system time of all threads. A name's processes are counted with their children. */
export function sampleCpu(processes: Machine): CpuSample {
  const children = childrenByParent();
  const micros = Object.fromEntries(
    Object.entries(processes).map(([name, pids]) => [name, sum(pids.map((pid) => treeMicros(pid, children)))]),
  );
  return { atMs: performance.now(), ownMicros: ownMicros(), micros, machineMicros: machineMicros() };
}

function treeMicros(pid: number, children: ReadonlyMap<number, readonly number[]>): number {
  return processMicros(pid) + sum((children.get(pid) ?? []).map((child) => treeMicros(child, children)));
}

/** With the children that have ended and were waited for, as PostgreSQL's backends are. */
function processMicros(pid: number): number {
  const fields = statFields(`/proc/${pid}/stat`);
  return fields === null ? 0 : sum(fields.slice(11, 15).map(Number)) * MICROS_PER_TICK;
}

function ownMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** The main thread alone: where JavaScript runs. */
export function mainThreadMicros(pid: number): number {
  const fields = statFields(`/proc/${pid}/task/${pid}/stat`);
  return fields === null ? 0 : sum(fields.slice(11, 13).map(Number)) * MICROS_PER_TICK;
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? statFields(`/proc/${pid}/stat`)?.[1] : undefined;
    if (parent === undefined) continue;
    const siblings = children.get(Number(parent));
    if (siblings === undefined) children.set(Number(parent), [pid]);
    else siblings.push(pid);
  }
  return children;
}

/** The fields behind the name of the program, which may hold anything; null if the process is gone. */
function statFields(file: string): string[] | null {
  try {
    const text = readFileSync(file, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** user, nice, system, irq and softirq; neither idle, nor waiting for a disk, nor stolen. */
function machineMicros(): number {
  const [, user, nice, system, , , irq, softirq] = readFileSync("/proc/stat", "utf8").split("\n", 1)[0]!.split(/\s+/u);
  return sum([user, nice, system, irq, softirq].map(Number)) * MICROS_PER_TICK;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
