import type { ProjectedCounts } from "./fold-entries.ts";

/** One transaction of the projection. */
export interface Projected {
  readonly partition: number;
  readonly counts: ProjectedCounts;
  readonly states: number;
  /** Reading the states, folding and writing. */
  readonly durationMs: number;
}

export interface ProjectorLag {
  readonly partition: number;
  /** Where the projection stands. */
  readonly next: number;
  /** Records that the projection has not seen. Below zero: the store is ahead of the log, which was lost in part. */
  readonly behind: number;
  /** Age of the last record of the batch when the projection had it. */
  readonly delayMs: number;
}

/** What the projector tells its surroundings; the process file turns it into metrics and log lines. */
export interface ProjectorEvents {
  readonly onProjected?: (projected: Projected) => void;
  readonly onLag?: (lag: ProjectorLag) => void;
  /** Another projector was ahead, or a database that failed over is behind. */
  readonly onConflict?: (partition: number) => void;
  /** The batch will come again after the pause. */
  readonly onFault?: (error: unknown, retryAfterMs: number) => void;
}
