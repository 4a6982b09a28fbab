import { sleep } from "k6";
import http from "k6/http";
import { textOf } from "./text-of.ts";
import { target } from "./target.ts";

export interface Counters {
  /** Leads the door has taken, durable. */
  readonly accepted: number;
  /** Leads decided for the first time. */
  readonly decided: number;
  readonly residentBytes: number;
}

/** Sums over all processes of the installation. */
export function readCounters(): Counters {
  const texts = http
    .batch(target.metrics.map((url) => ["GET", `${url}/metrics`, null, { tags: { kind: "metrics" } }]))
    .map(textOf);
  const sum = (name: string): number =>
    texts.reduce((total, text) => total + Number(new RegExp(`^${name} (\\S+)$`, "mu").exec(text)?.[1] ?? 0), 0);
  return {
    accepted: sum('fairlead_leads_captured_total\\{status="accepted"\\}'),
    decided: sum("fairlead_lead_decision_seconds_count"),
    residentBytes: sum("process_resident_memory_bytes"),
  };
}

/** Waits until everything accepted since `before` is decided. @returns what is missing when the time is over */
export function awaitDecided(
  before: Counters,
  seconds: number,
): { readonly missing: number; readonly decided: number } {
  for (let waited = 0; ; waited += 0.25) {
    const now = readCounters();
    const decided = now.decided - before.decided;
    const missing = now.accepted - before.accepted - decided;
    if (missing === 0 || waited >= seconds) return { missing, decided };
    sleep(0.25);
  }
}
