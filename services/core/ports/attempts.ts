/**
 * Who has begun work that may kill the process, kept where the next process finds it. Best effort: a note that is lost
 * costs one more attempt, and nothing else depends on it.
 *
 * Contract (test/contract/attempts.contract.ts): a process counts once, however often it has to try and whatever becomes
 * of the answers, since it has survived each time. Faults are retriable.
 */
export interface Attempts {
  /** Notes an attempt before it is made. @returns how many processes have begun the work, this one included */
  begin(work: string): Promise<number>;
  /** The process survived it: all that was noted is forgotten. */
  end(work: string): Promise<void>;
}
