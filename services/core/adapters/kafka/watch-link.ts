import type { Consumer } from "kafkajs";
import type { LinkEvents } from "../../ports/log.ts";

/**
 * Tells of the answers to a consumer's fetches. kafkajs' own event of a fetch also comes when its connection has closed, and when it
 * had nothing to ask.
 *
 * @returns ends it
 */
export function watchLink(consumer: Consumer, link: LinkEvents): () => void {
  let isAsking = false;

  function ask(hasPartitions: boolean): void {
    if (hasPartitions === isAsking) return;
    isAsking = hasPartitions;
    if (isAsking) link.onAnswer();
    else link.onUnasked();
  }

  // Also of one that can't even join it is known since when it waits.
  ask(true);
  consumer.on(consumer.events.REQUEST, ({ payload: { apiName } }) => {
    if (isAsking && apiName === "Fetch") link.onAnswer();
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) =>
    ask(Object.values(memberAssignment).some((partitions) => partitions.length > 0)),
  );
  return () => ask(false);
}
