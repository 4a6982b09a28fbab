import type { LogRecord } from "../../domain/decision/log-record.ts";
import { Fault } from "../../domain/fault.ts";
import type { LeadRequest } from "../../domain/lead/lead.ts";
import type { AuditRecord, DeadLetter, Log, RecoveryStart } from "../../ports/log.ts";
import type { Codec } from "../../wire/codec.ts";
import { partitionCounts, withAdmin } from "./create-topics.ts";
import { createKafkaConnection } from "./kafka-connection.ts";
import type { KafkaLogger } from "./kafka-logger.ts";
import { createKafkaTopic, type KafkaTopic } from "./kafka-topic.ts";
import { topicNames } from "./topic-specs.ts";

export interface KafkaLogOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly codecs: LogCodecs;
  readonly logger: KafkaLogger;
  /** As `GroupTopic.onFault`. */
  readonly onFault: (error: unknown) => void;
  /** Told when a consumer has died for good; the process should end. */
  readonly onCrash: (error: unknown) => void;
  /** As `GroupTopic.sessionTimeoutMs`. */
  readonly sessionTimeoutMs?: number;
  /** Of topics and groups. Default "fairlead". */
  readonly prefix?: string;
}

export interface LogCodecs {
  readonly leads: Codec<LeadRequest>;
  readonly decisions: Codec<LogRecord>;
  readonly control: Codec<RecoveryStart>;
  readonly deadLetters: Codec<DeadLetter>;
  readonly audit: Codec<AuditRecord>;
}

/** The topics of one installation. They exist already: see `createTopics`. */
export async function createKafkaLog(options: KafkaLogOptions): Promise<Log> {
  const { codecs, prefix, sessionTimeoutMs, onFault, onCrash } = options;
  const names = topicNames(prefix);
  const connection = createKafkaConnection(options);

  const counts = await withAdmin(connection.groups, (admin) =>
    partitionCounts(admin, [names.leads, names.decisions, names.control, names.deadLetters, names.audit]),
  ).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });

  function topic<T>(name: string, codec: Codec<T>): KafkaTopic<T> {
    const partitionCount = counts.get(name);
    if (partitionCount === undefined) {
      throw new Fault("CONFIG_INVALID", `The topic ${name} does not exist. Run \`fairlead migrate\` first.`, {
        at: name,
      });
    }
    return createKafkaTopic({
      connection,
      name,
      partitionCount,
      codec,
      prefix,
      sessionTimeoutMs,
      onFault,
      onCrash,
    });
  }

  try {
    const leads = topic(names.leads, codecs.leads);
    return {
      leads,
      leadCopies: leads,
      decisions: topic(names.decisions, codecs.decisions),
      control: topic(names.control, codecs.control),
      deadLetters: topic(names.deadLetters, codecs.deadLetters),
      audit: topic(names.audit, codecs.audit),
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
