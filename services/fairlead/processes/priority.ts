import { readdirSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/**
 * Nice values of services whose work can wait for others on a machine that they share: people wait for desk and capture, a lead
 * for the router, and nobody for the rest. Where every process has cores of its own they change nothing; where all share two, broker
 * and database, which are not ours to place, are before the router too, which tells when it is near its maximum.
 */
const NICE: Readonly<Record<string, number>> = { router: 5, projector: 10, steward: 10, auditor: 10 };

/** Puts this process where its service belongs, or leaves it further behind, where its operator put it. */
export function takePlace(service: string): void {
  try {
    const nice = Math.max(getPriority(), NICE[service] ?? 0);
    for (const thread of threads()) setPriority(thread, nice);
  } catch {
    // A sandbox that forbids it is no reason not to start.
  }
}

/** To Linux each thread has a priority of its own; one that is made later has that of the thread that makes it. */
function threads(): readonly number[] {
  return process.platform === "linux" ? readdirSync("/proc/self/task").map(Number) : [process.pid];
}
