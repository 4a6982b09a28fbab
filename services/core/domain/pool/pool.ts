/** A public pool (公海): leads without an owner that reps of the node's subtree may claim. */
export interface Pool {
  readonly poolId: string;
  readonly nodeId: string;
  readonly name: string;
  readonly enabled: boolean;
  /** A former owner may not claim a lead back before this long after its release (P4). */
  readonly coolDownMs: number;
  /** Nobody may claim a lead before this long after it entered the pool (P5, counted from entry). */
  readonly freezeMs: number;
}
