import { Fault } from "../../../services/core/domain/fault.ts";
import type { BatchVerdict, ConsumableTopic, ConsumeOptions, Topic } from "../../../services/core/ports/log.ts";
import type { CallOptions, Scheduler, SimProcess } from "./scheduler.ts";
import type { Assignment, TopicServer } from "./topic-server.ts";

const RETRY_AFTER_THROW_MS = 1_000;
const READ_CHUNK = 8;

const logUnavailable = (): Fault => new Fault("LOG_UNAVAILABLE", "The log did not answer.", { retriable: true });
const READ: CallOptions = { kind: "read", unknownFate: logUnavailable };
const APPEND: CallOptions = { kind: "append", unknownFate: logUnavailable, mayArriveLate: true };
const MEMBER: CallOptions = { kind: "coordinator", unknownFate: logUnavailable };
const COMMIT: CallOptions = { ...MEMBER, mayArriveLate: true };

/** What `heartbeat` rejects with once another member owns the partition. */
export class Rebalanced extends Error {}

/** A topic as one process sees it: every call is a step of the scheduler. */
export function topicPort<T>(scheduler: Scheduler, process: SimProcess, server: TopicServer<T>): ConsumableTopic<T> {
  const { name, partitionCount } = server.options;
  const call = <R>(what: string, effect: () => R, options: CallOptions): Promise<R> =>
    scheduler.call(process, `${what} ${name}`, effect, options);

  const topic: Topic<T> = {
    name,
    partitionCount,
    append: (partition, values) =>
      call("append", () => server.append(partition, values), { ...APPEND, sent: { partition, values } }),
    endOffset: (partition) => call("end", () => server.end(partition), READ),
    async *readRange(partition, fromOffset, toOffset) {
      for (let from = fromOffset; from < toOffset; from += READ_CHUNK) {
        const to = Math.min(from + READ_CHUNK, toOffset);
        yield await call("read", () => server.partitions[partition]!.slice(from, to), READ);
      }
    },
  };

  async function deliver(options: ConsumeOptions<T>, assignment: Assignment<T>): Promise<BatchVerdict> {
    const isCurrent = (): boolean => server.isCurrent(options.group, process, assignment);
    try {
      return await options.handle({
        partition: assignment.partition,
        entries: assignment.entries,
        endOffset: server.end(assignment.partition),
        // As old as the last heartbeat: a member that was paused does not know better.
        stillOwned: () => true,
        heartbeat: () =>
          call(
            "heartbeat",
            () => {
              server.expectCoordinator("heartbeat");
              if (!isCurrent()) throw new Rebalanced("Another member owns the partition.");
            },
            MEMBER,
          ),
      });
    } catch {
      return { kind: "retry", afterMs: RETRY_AFTER_THROW_MS };
    }
  }

  async function consumeForever(options: ConsumeOptions<T>): Promise<never> {
    const { group } = options;
    for (;;) {
      const isReady = (): boolean => server.hasWork(group, process);
      const assignment = await call("poll", () => server.poll(group, process), { isReady });
      if (assignment === null) continue;
      const verdict = await deliver(options, assignment);
      if (verdict.kind === "retry") await scheduler.sleep(process, verdict.afterMs);
      // A refused or failed commit is no news: the next poll tells where the group stands.
      else await call("commit", () => server.commit(group, process, assignment), COMMIT).catch(() => undefined);
    }
  }

  return {
    ...topic,
    committedOffsets: (group) => call("committed", () => server.committed(group), MEMBER),
    async consume(options) {
      server.join(options.group, process);
      void consumeForever(options);
      return { close: () => Promise.resolve() };
    },
  };
}
