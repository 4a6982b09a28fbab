import type { Consumer } from "kafkajs";

/** Whether the group still counts on us, as far as one can know from here. */
export interface Membership {
  isMember(): boolean;
  /** Takes note of the error of a heartbeat or commit: others may own our partitions now. */
  noteRefusal(error: unknown): void;
  /** We leave: what is still under way must not commit. */
  abandon(): void;
}

/** What kafkajs answers with a new join. */
const REJOIN_AFTER = new Set([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "NOT_COORDINATOR_FOR_GROUP",
]);

/**
 * kafkajs' own `isStale` knows only about seeks. A member that was asleep for longer than its session has been replaced,
 * even if nobody has told it yet; so what counts is the last answer of the coordinator.
 */
export function trackMembership(consumer: Consumer, sessionTimeoutMs: number): Membership {
  let lastAnswerMs = performance.now();
  let isLost = false;
  let isAbandoned = false;
  const accepted = () => {
    lastAnswerMs = performance.now();
    isLost = false;
  };
  consumer.on(consumer.events.GROUP_JOIN, accepted);
  consumer.on(consumer.events.HEARTBEAT, accepted);
  consumer.on(consumer.events.REBALANCING, () => {
    isLost = true;
  });
  return {
    isMember: () => !isAbandoned && !isLost && performance.now() - lastAnswerMs < sessionTimeoutMs,
    noteRefusal(error) {
      // After any other error, as a broken connection, we are still a member.
      if (REJOIN_AFTER.has(String((error as { readonly type?: unknown } | undefined)?.type))) isLost = true;
    },
    abandon() {
      isAbandoned = true;
    },
  };
}
