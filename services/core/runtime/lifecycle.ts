import type { Logger } from "./logger.ts";

/** Closes what was opened, in reverse order, once. */
export interface Lifecycle {
  /** Register right after opening, so that dependants are closed before what they depend on. */
  onClose(name: string, close: () => void | Promise<void>): void;
  close(): Promise<void>;
}

export function createLifecycle(logger: Logger): Lifecycle {
  const steps: { readonly name: string; readonly close: () => void | Promise<void> }[] = [];
  let closing: Promise<void> | null = null;

  async function closeAll(): Promise<void> {
    for (const { name, close } of steps.reverse()) {
      try {
        await close();
      } catch (err) {
        logger.error({ err, name }, "Could not close");
      }
    }
  }

  return {
    onClose: (name, close) => steps.push({ name, close }),
    close: () => (closing ??= closeAll()),
  };
}

/** Below the 30 s that orchestrators give, so that the exit is ours. */
const HARD_STOP_MS = 20_000;

/** Closes on SIGTERM or SIGINT and exits 0; a second signal, or a close that hangs, exits 1. An abrupt exit is safe. */
export function closeOnSignal(lifecycle: Lifecycle, logger: Logger): void {
  let signals = 0;
  const stop = (signal: NodeJS.Signals): void => {
    if (++signals > 1) process.exit(1);
    logger.info({ signal }, "Stopping");
    setTimeout(() => process.exit(1), HARD_STOP_MS).unref();
    void lifecycle.close().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
