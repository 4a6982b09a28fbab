import type { VerifyReport } from "../../services/auditor/verify.ts";
import type { DeadLetter, Topic } from "../../services/core/ports/log.ts";
import { createLogger, type Logger } from "../../services/core/runtime/logger.ts";

/** One running installation, whatever it is made of. Scenarios share it and keep to tenants of their own. */
export interface Flow {
  /** Base URLs, without a slash at the end. */
  readonly capture: string;
  readonly desk: string;
  readonly planner: string;
  /** Puts bytes into the leads topic as they are, as a capture system that writes to it itself. */
  appendLeads(records: readonly Uint8Array[]): Promise<void>;
  /** Everything in the dead-letter topic. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** Judges ledger and store by the log, once nothing is routed any more. */
  verify(): Promise<VerifyReport>;
  close(): Promise<void>;
}

export type OpenFlow = () => Promise<Flow>;

/** Silent, unless somebody looks for the cause of a failure: `FAIRLEAD_TEST_LOG=warn`. */
export function flowLogger(): Logger {
  return createLogger(process.env["FAIRLEAD_TEST_LOG"] ?? "silent", "flow");
}

/** The same installation for everyone who asks. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}

export async function readDeadLetters(topic: Topic<DeadLetter>): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (let partition = 0; partition < topic.partitionCount; partition += 1) {
    for await (const entries of topic.readRange(partition, 0, await topic.endOffset(partition))) {
      for (const entry of entries) if (entry.kind === "value") letters.push(entry.value);
    }
  }
  return letters;
}
