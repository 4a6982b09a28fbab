import { readFileSync } from "node:fs";

/** What a living process and those that it forked have in memory, in MiB. */
export function residentMb(pid: number): number {
  return Math.round(residentKb(pid) / 1024);
}

function residentKb(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  return children.reduce((sum, child) => sum + residentKb(child), Number(kilobytes));
}
