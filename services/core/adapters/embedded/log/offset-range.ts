/** Half open. */
export interface OffsetRange {
  readonly fromOffset: number;
  readonly toOffset: number;
}
