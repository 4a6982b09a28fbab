import { kafkajsInternal } from "./kafkajs-internals.ts";

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
}

interface RequestQueueClass {
  readonly prototype: { scheduleCheckPendingRequests: (this: RequestQueue) => void };
}

let isQuiet = false;

/**
 * Stops kafkajs from spinning. Its request queue re-arms a timer whose delay is `throttledUntil - now` even when nothing is
 * throttled or pending; from Node 20 on a negative delay means 1 ms, so an idle client takes 7 % of a core for nothing
 * (kafkajs #1751; test/integration/kafka-idle.test.ts measures it). With nothing to check, there is now no timer.
 */
export function quietRequestQueue(): void {
  if (isQuiet) return;
  const { prototype } = kafkajsInternal("network/requestQueue") as RequestQueueClass;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleIfNeeded() {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
  isQuiet = true;
}
