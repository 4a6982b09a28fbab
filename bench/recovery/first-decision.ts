import { setTimeout as wait } from "node:timers/promises";
import type { LogRecord } from "../../services/core/domain/decision/log-record.ts";
import type { Topic } from "../../services/core/ports/log.ts";

const POLL_MS = 50;
const GIVE_UP_MS = 180_000;

/** Append time of the first decision of the epoch that began after a moment. Reads each partition from its mark on. */
export async function firstDecisionMs(
  decisions: Topic<LogRecord>,
  { marks, afterMs }: { readonly marks: readonly number[]; readonly afterMs: number },
): Promise<number> {
  const next = [...marks];
  let epoch = Infinity;
  let firstMs = Infinity;
  for (const startedMs = performance.now(); firstMs === Infinity; await wait(POLL_MS)) {
    if (performance.now() - startedMs > GIVE_UP_MS) throw new Error("No lead was routed again.");
    for (const [partition, from] of next.entries()) {
      const end = await decisions.endOffset(partition);
      for await (const entries of decisions.readRange(partition, from, end)) {
        for (const { appendedAtMs, ...entry } of entries) {
          if (entry.kind !== "value" || appendedAtMs < afterMs) continue;
          if (entry.value.type === "barrier") epoch = Math.min(epoch, entry.value.epoch);
          if (entry.value.type === "decision" && entry.value.epoch >= epoch) firstMs = Math.min(firstMs, appendedAtMs);
        }
      }
      next[partition] = end;
    }
  }
  return firstMs;
}
