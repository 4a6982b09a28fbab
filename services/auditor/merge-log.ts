import type { LogRecord } from "../core/domain/decision/log-record.ts";
import type { Entry, Topic } from "../core/ports/log.ts";

/** Records of all partitions that were appended in the same millisecond, in partition order. */
export interface LogInstant {
  readonly atMs: number;
  readonly records: readonly { readonly partition: number; readonly record: LogRecord }[];
}

interface Head {
  readonly partition: number;
  readonly source: AsyncIterator<readonly Entry<LogRecord>[]>;
  batch: readonly Entry<LogRecord>[];
  index: number;
}

/**
 * The partitions of the log in the order of their append times. Within one millisecond the order across partitions is
 * not known, so an instant is told as a whole.
 */
export async function* mergeLog(decisions: Topic<LogRecord>, marks: readonly number[]): AsyncGenerator<LogInstant> {
  const heads = await Promise.all(
    marks.map(async (mark, partition) => {
      const source = decisions.readRange(partition, 0, mark)[Symbol.asyncIterator]();
      return refill({ partition, source, batch: [], index: 0 });
    }),
  );
  for (;;) {
    const atMs = Math.min(...heads.map(timeOf));
    if (atMs === Number.POSITIVE_INFINITY) return;
    const records: { partition: number; record: LogRecord }[] = [];
    for (const head of heads) {
      while (timeOf(head) <= atMs) {
        const entry = head.batch[head.index++];
        if (entry?.kind === "value") records.push({ partition: head.partition, record: entry.value });
        if (head.index === head.batch.length) await refill(head);
      }
    }
    yield { atMs, records };
  }
}

/** A partition at its end is later than any other. */
function timeOf({ batch, index }: Head): number {
  return batch[index]?.appendedAtMs ?? Number.POSITIVE_INFINITY;
}

async function refill(head: Head): Promise<Head> {
  head.index = 0;
  do {
    const next = await head.source.next();
    head.batch = next.done === true ? [] : next.value;
    if (next.done === true) return head;
  } while (head.batch.length === 0);
  return head;
}
