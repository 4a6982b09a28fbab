/**
 * Attempts at work that may kill the process, kept where the next process finds them. Best effort: a count that is lost
 * costs one more attempt, and nothing else depends on it.
 */
export interface Attempts {
  /** Counts an attempt before it is made. @returns how many there were, this one included */
  begin(work: string): Promise<number>;
  /** The process survived it: the count is forgotten. */
  end(work: string): Promise<void>;
}
