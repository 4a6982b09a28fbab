const SAMPLE_EVERY_MS = 50;
/** A collection of garbage or a big batch shows in one or two of them, a standing queue in all. */
const SAMPLES = 4;

export interface LoopDelay {
  /** The least delay of the last few timers, ms: what even the luckiest turn of the event loop had to wait. */
  standingMs(): number;
  stop(): void;
}

/** Measures how late timers are. */
export function watchLoopDelay(): LoopDelay {
  const delaysMs = Array.from({ length: SAMPLES }, () => 0);
  let taken = 0;
  let dueMs = performance.now() + SAMPLE_EVERY_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    delaysMs[taken % SAMPLES] = Math.max(0, nowMs - dueMs);
    taken += 1;
    dueMs = nowMs + SAMPLE_EVERY_MS;
  }, SAMPLE_EVERY_MS);
  timer.unref();
  return {
    standingMs: () => Math.min(...delaysMs),
    stop: () => clearInterval(timer),
  };
}
