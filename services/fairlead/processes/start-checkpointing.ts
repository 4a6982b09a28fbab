import { setTimeout as wait } from "node:timers/promises";
import type { CheckpointHead } from "../../core/ports/checkpoints.ts";
import { isCheckpointDue } from "../../core/protocol/take-checkpoint.ts";
import type { ServiceContext } from "./service-context.ts";

const LOOK_EVERY_MS = 10_000;

/** Keeps the fold of the log at hand, so that a recovery reads its last part only. */
export function startCheckpointing(
  { backing, clock, logger, metrics, lifecycle }: ServiceContext,
  take: (signal: AbortSignal) => Promise<CheckpointHead>,
): void {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function checkpointForever(): Promise<void> {
    while (!signal.aborted) {
      await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        if (await isCheckpointDue({ decisions: backing.log.decisions, checkpoints: backing.checkpoints }))
          await takeOne();
      } catch (error) {
        if (!signal.aborted) metrics.onFault("checkpoint", error);
      }
    }
  }

  async function takeOne(): Promise<void> {
    const startMs = clock();
    const { leads, positions } = await take(signal);
    const records = positions.reduce((sum, { next }) => sum + next, 0);
    const tookMs = clock() - startMs;
    logger.info({ leads, records, tookMs }, "Checkpoint taken");
    metrics.onCheckpoint(leads);
  }

  const checkpointing = checkpointForever();
  lifecycle.onClose("checkpoints", async () => {
    stopping.abort();
    await checkpointing;
  });
}
