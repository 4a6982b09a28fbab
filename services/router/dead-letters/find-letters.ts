import type { AuditRecord, DeadLetter, Entry, Log, Topic } from "../../core/ports/log.ts";

/** Which dead letters are meant; null leaves a question open. */
export interface LetterFilter {
  readonly code: string | null;
  readonly tenantId: string | null;
  readonly deadLetterId: string | null;
  /** Seen first before this time, ms since epoch. */
  readonly beforeMs: number | null;
}

export interface FoundLetter {
  readonly letter: DeadLetter;
  /** Null if its bytes can't be read so far. */
  readonly tenantId: string | null;
  /** When it was last put back into the leads topic; null if never. */
  readonly replayedAtMs: number | null;
}

export interface FindLettersDeps {
  readonly log: Pick<Log, "deadLetters" | "audit">;
  /** Whose lead a record is; null if it can't be decoded. */
  readonly tenantOf: (bytes: Uint8Array) => string | null;
}

/** The dead letters that a filter lets through, oldest first. A record that was given up twice is one letter. */
export async function findLetters(
  { log, tenantOf }: FindLettersDeps,
  filter: LetterFilter,
): Promise<readonly FoundLetter[]> {
  const replayed = await replayTimes(log.audit);
  const found = new Map<string, FoundLetter>();
  for await (const letter of readAll(log.deadLetters)) {
    const { deadLetterId } = letter;
    if (found.has(deadLetterId)) continue;
    const tenantId = tenantOf(letter.bytes);
    if (!isMeant(filter, letter, tenantId)) continue;
    found.set(deadLetterId, { letter, tenantId, replayedAtMs: replayed.get(deadLetterId) ?? null });
  }
  return [...found.values()].sort((a, b) => a.letter.firstSeenMs - b.letter.firstSeenMs);
}

function isMeant(filter: LetterFilter, letter: DeadLetter, tenantId: string | null): boolean {
  if (filter.code !== null && filter.code !== letter.code) return false;
  if (filter.tenantId !== null && filter.tenantId !== tenantId) return false;
  if (filter.deadLetterId !== null && filter.deadLetterId !== letter.deadLetterId) return false;
  return filter.beforeMs === null || letter.firstSeenMs < filter.beforeMs;
}

async function replayTimes(audit: Topic<AuditRecord>): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  for await (const { action, subjects, atMs } of readAll(audit)) {
    if (action === "dlq_replay_done") for (const id of subjects) times.set(id, atMs);
  }
  return times;
}

async function* readAll<T>(topic: Topic<T>): AsyncGenerator<T> {
  for (let partition = 0; partition < topic.partitionCount; partition += 1) {
    for await (const entries of topic.readRange(partition, 0, await topic.endOffset(partition))) {
      yield* entries.filter((entry): entry is Entry<T> & { kind: "value" } => entry.kind === "value").map(valueOf);
    }
  }
}

const valueOf = <T>({ value }: Entry<T> & { kind: "value" }): T => value;
