/** What a topic is made with. Names follow the installation's prefix. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
}

export interface TopicNames {
  readonly leads: string;
  readonly activities: string;
  readonly decisions: string;
  readonly assignments: string;
  readonly tasks: string;
  readonly control: string;
  readonly retry: string;
  readonly deadLetters: string;
  readonly audit: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const FOREVER = "-1";
/** An append of 1,000 records goes as one batch; Kafka's default of 1 MiB would refuse 500 leads of 2 kB. */
const MAX_BATCH_BYTES = String(8 * 1024 * 1024);

/** `prefix` is "fairlead" unless several installations share a cluster. */
export function topicNames(prefix = "fairlead"): TopicNames {
  return {
    leads: `${prefix}.leads.v1`,
    activities: `${prefix}.activities.v1`,
    decisions: `${prefix}.decisions.v1`,
    assignments: `${prefix}.assignments.v1`,
    tasks: `${prefix}.tasks.v1`,
    control: `${prefix}.control.v1`,
    retry: `${prefix}.leads.retry.v1`,
    deadLetters: `${prefix}.leads.dlq.v1`,
    audit: `${prefix}.audit.v1`,
  };
}

/**
 * Services call their groups `fairlead.<service>`; installations that share a cluster must not share those, or they would
 * rebalance each other.
 */
export function groupId(group: string, prefix = "fairlead"): string {
  return group.replace(/^fairlead\./, `${prefix}.`);
}

export function topicSpecs(names: TopicNames, partitions: number): readonly TopicSpec[] {
  return [
    { name: names.leads, partitions, settings: kept(30 * DAY_MS) },
    { name: names.activities, partitions, settings: kept(30 * DAY_MS) },
    // The truth: never compacted, because the first of a lead's cycle counts, and kept until somebody decides otherwise.
    { name: names.decisions, partitions, settings: kept(FOREVER) },
    { name: names.assignments, partitions, settings: { ...shared, "cleanup.policy": "compact" } },
    { name: names.tasks, partitions, settings: kept(30 * DAY_MS) },
    // Its end is the epoch of the ledger: one partition, never deleted, never made anew.
    { name: names.control, partitions: 1, settings: kept(FOREVER) },
    { name: names.retry, partitions, settings: kept(30 * DAY_MS) },
    { name: names.deadLetters, partitions, settings: kept(90 * DAY_MS) },
    { name: names.audit, partitions: 1, settings: kept(FOREVER) },
  ];
}

/** How many replicas have to have a record before it is acknowledged: of three brokers one may be away, and another be lost. */
export const minInSyncReplicas = (replicationFactor: number): number => Math.min(2, replicationFactor);

const shared = {
  "message.timestamp.type": "LogAppendTime",
  "max.message.bytes": MAX_BATCH_BYTES,
  "unclean.leader.election.enable": "false",
};

function kept(retentionMs: number | typeof FOREVER): Readonly<Record<string, string>> {
  return { ...shared, "cleanup.policy": "delete", "retention.ms": String(retentionMs), "retention.bytes": FOREVER };
}
