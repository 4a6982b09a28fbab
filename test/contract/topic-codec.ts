import type { ConsumableTopic, Entry } from "../../services/core/ports/log.ts";
import type { Codec } from "../../services/core/wire/codec.ts";

const UNDECODABLE = "undecodable";

/** Text as UTF-8; its first word is the key, unless it is "-". What starts with "undecodable" can't be read back. */
export const textCodec: Codec<string> = {
  key(value) {
    const [word = "-"] = value.split(" ", 1);
    return word === "-" ? null : Buffer.from(word);
  },
  encode: (value) => Buffer.from(value),
  decode(bytes) {
    const value = Buffer.from(bytes).toString();
    return value.startsWith(UNDECODABLE) ? { ok: false, code: "RECORD_UNDECODABLE", at: "/text" } : { ok: true, value };
  },
  eventType: "dev.fairlead.test.v1",
};

/** A topic of a contract run, and the same one opened anew, as after a restart. */
export interface OpenedTopic {
  readonly topic: ConsumableTopic<string>;
  /** Errors that the adapter counted. */
  readonly faults: readonly unknown[];
  reopen(): Promise<OpenedTopic>;
  close(): Promise<void>;
}

/** Opens an empty topic of `partitionCount` partitions. */
export type OpenTopic = (partitionCount: number) => Promise<OpenedTopic>;

export async function readAll(
  topic: ConsumableTopic<string>,
  partition: number,
  fromOffset = 0,
): Promise<Entry<string>[]> {
  const entries: Entry<string>[] = [];
  for await (const batch of topic.readRange(partition, fromOffset, await topic.endOffset(partition)))
    entries.push(...batch);
  return entries;
}

export function textOf(entry: Entry<string>): string {
  return entry.kind === "value" ? entry.value : Buffer.from(entry.bytes).toString();
}
