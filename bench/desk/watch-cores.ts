import type { Worker } from "node:worker_threads";
import { sampleCpu, type Machine } from "../pipeline/cpu-time.ts";
import { round } from "../pipeline/summary.ts";

/**
 * Watches who uses the processors from now on.
 *
 * @returns what answers the share of a core that each process used since, the thread of the load and our own clients
 * among them; `foreign` is whoever else is on the machine
 */
export async function watchCores(machine: Machine, load: Worker) {
  const [before, loadBefore] = [sampleCpu(machine), await load.cpuUsage()];
  return async (): Promise<Readonly<Record<string, number>>> => {
    const [after, loadUsed] = [sampleCpu(machine), await load.cpuUsage(loadBefore)];
    const loadMicros = loadUsed.user + loadUsed.system;
    const micros: Record<string, number> = {
      ...Object.fromEntries(Object.entries(after.micros).map(([name, used]) => [name, used - before.micros[name]!])),
      load: loadMicros,
      clients: after.ownMicros - before.ownMicros - loadMicros,
    };
    const known = Object.values(micros).reduce((total, used) => total + used, 0);
    micros["foreign"] = Math.max(0, after.machineMicros - before.machineMicros - known);
    const elapsedMicros = (after.atMs - before.atMs) * 1000;
    return Object.fromEntries(Object.entries(micros).map(([name, used]) => [name, round(used / elapsedMicros)]));
  };
}
