import { Worker } from "node:worker_threads";
import type { CheckpointHead } from "../../core/ports/checkpoints.ts";
import type { CheckpointOrder } from "./checkpoint-worker.ts";

/** Takes a checkpoint of an embedded log in a thread of its own: it is seconds of work, and routing must not wait for it. */
export function takeInWorker(order: CheckpointOrder, signal: AbortSignal): Promise<CheckpointHead> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./checkpoint-worker.ts", import.meta.url), { workerData: order });
    const stop = (): void => void worker.terminate();
    signal.addEventListener("abort", stop, { once: true });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => {
      signal.removeEventListener("abort", stop);
      // Changes nothing if it has answered before.
      reject(new Error("The checkpoint was not finished"));
    });
  });
}
