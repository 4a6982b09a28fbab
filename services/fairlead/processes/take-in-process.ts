import { forkOwn } from "../../core/adapters/embedded/own-process.ts";
import type { CheckpointHead } from "../../core/ports/checkpoints.ts";

const MODULE = new URL("./checkpoint-process.ts", import.meta.url);

export interface CheckpointOrder {
  readonly dataDir: string;
  /** Ends of the decision log by partition. */
  readonly ends: readonly number[];
}

/** Takes a checkpoint of an embedded log in a process of its own: it is seconds of work, and routing must not wait for it. */
export function takeInProcess({ dataDir, ends }: CheckpointOrder, signal: AbortSignal): Promise<CheckpointHead> {
  return new Promise((resolve, reject) => {
    // What it has not finished is as if it had not begun, so it may be killed.
    const child = forkOwn(MODULE, [dataDir, ...ends.map(String)], { signal, killSignal: "SIGKILL" });
    child.once("message", (head: CheckpointHead) => resolve(head));
    child.once("error", reject);
    // Changes nothing if it has answered before.
    child.once("exit", () => reject(new Error("The checkpoint was not finished")));
  });
}
