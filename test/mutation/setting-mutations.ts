import { type Mutation, without } from "./mutation.ts";

const KAFKA = "services/core/adapters/kafka";
const REDIS = "services/core/adapters/redis/connect.ts";

const redis = (setting: string, text: string, replace = ""): Mutation =>
  without(`Redis ${setting}`, REDIS, [text, replace], ["test/integration/redis-settings.test.ts", `${setting}:`]);

const cluster = (setting: string, text: readonly string[]): Mutation =>
  without(`Redis Cluster ${setting}`, "services/core/adapters/redis/create-cluster.ts", text, [
    "test/integration/redis-cluster-settings.test.ts",
    `${setting}:`,
  ]);

const group = (setting: string, text: string): Mutation =>
  without(
    `group ${setting}`,
    `${KAFKA}/consume-group.ts`,
    [text],
    ["test/integration/kafka-consumer-settings.test.ts", `${setting}:`],
  );

const append = (setting: string, file: string, text: readonly string[]): Mutation =>
  without(`append ${setting}`, `${KAFKA}/${file}`, text, [
    "test/integration/kafka-producer-settings.test.ts",
    `${setting}:`,
  ]);

const topic = (setting: string, text: readonly string[]): Mutation =>
  without(`topic ${setting}`, `${KAFKA}/topic-specs.ts`, text, [
    "test/integration/kafka-log.test.ts",
    "createTopics makes the topics of the architecture once",
  ]);

const socket = (promise: string, text: string): Mutation =>
  without(
    `connections ${promise}`,
    `${KAFKA}/one-life-connections.ts`,
    [text],
    [`${KAFKA}/one-life-connections.test.ts`, promise],
  );

/** The settings of the clients, each taken away so that the client's default is in force. */
export const SETTING_MUTATIONS: readonly Mutation[] = [
  redis("autoResendUnfulfilledCommands", "autoResendUnfulfilledCommands: false,"),
  {
    // Either alone keeps a command from running twice; without both it does.
    name: "Redis autoResendUnfulfilledCommands and maxRetriesPerRequest",
    changes: ["autoResendUnfulfilledCommands: false,", "maxRetriesPerRequest: 0,"].map((find) => ({
      file: REDIS,
      find,
      replace: "",
    })),
    caughtBy: { file: "test/integration/redis-settings.test.ts", name: "INCR whose reply is lost runs once" },
  },
  redis("maxRetriesPerRequest", "maxRetriesPerRequest: 0,"),
  redis("enableOfflineQueue", "enableOfflineQueue: false,"),
  redis("commandTimeout", "commandTimeout: commandTimeoutMs ?? COMMAND_TIMEOUT_MS,", "...{ commandTimeoutMs },"),
  redis("connectTimeout", "connectTimeout: CONNECT_TIMEOUT_MS,"),
  redis("maxmemory-policy", 'expectNoEviction(readInfo(answer.value, "maxmemory_policy"));'),
  cluster("retryDelayOnFailover", ["retryDelayOnFailover: NEVER,"]),
  cluster("+node", ["void node.connect().catch(ignore);"]),
  cluster("slotsRefreshInterval", ["slotsRefreshInterval: REFRESH_MS,"]),
  group("sessionTimeout", "\n    sessionTimeout,"),
  group("heartbeatInterval", "heartbeatInterval: sessionTimeout / HEARTBEATS_PER_SESSION,"),
  group("maxBytesPerPartition", "maxBytesPerPartition: BYTES_PER_PARTITION,"),
  group("maxWaitTimeInMs", "maxWaitTimeInMs: FETCH_WAIT_MS,"),
  group("fromBeginning", ", fromBeginning: true"),
  group("autoCommit", "autoCommit: false,"),
  group("eachBatchAutoResolve", "eachBatchAutoResolve: false,"),
  group("partitionsConsumedConcurrently", "partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,"),
  without(
    "group allowAutoTopicCreation",
    `${KAFKA}/consume-group.ts`,
    ["allowAutoTopicCreation: false,"],
    ["test/integration/kafka-auto-creation.test.ts", "allowAutoTopicCreation:"],
  ),
  // Its default is the same today, so the mutation says the contrary.
  without(
    "append autocreateTopics",
    `${KAFKA}/kafka-connection.ts`,
    ["autocreateTopics: false,", "autocreateTopics: true,"],
    ["test/integration/kafka-auto-creation.test.ts", "autocreateTopics:"],
  ),
  append("acks", "produce.ts", ["ALL_ACKNOWLEDGE = -1", "ALL_ACKNOWLEDGE = 1"]),
  append("maxInFlight", "append-records.ts", [
    "(tails.get(partition) ?? Promise.resolve()).then(() => send(place, { records, headers }))",
    "send(place, { records, headers })",
  ]),
  append("retries", "append-records.ts", [
    "if (!hasMoved(cause) || attempt === ATTEMPTS)",
    "if (attempt === ATTEMPTS)",
  ]),
  topic("message.timestamp.type", ['"message.timestamp.type": "LogAppendTime",']),
  without(
    "topic min.insync.replicas",
    `${KAFKA}/create-topics.ts`,
    ['"min.insync.replicas": minInSync', ""],
    ["test/integration/kafka-log.test.ts", "createTopics makes the topics of the architecture once"],
  ),
  without(
    "topic min.insync.replicas of three",
    `${KAFKA}/topic-specs.ts`,
    ["Math.min(2, replicationFactor)", "1"],
    [`${KAFKA}/topic-specs.test.ts`, "min.insync.replicas:"],
  ),
  topic("unclean.leader.election.enable", ['"unclean.leader.election.enable": "false",']),
  topic("retention.ms", ['"retention.ms": String(retentionMs), ']),
  topic("cleanup.policy: the decisions are never compacted", [
    "{ name: names.decisions, partitions, settings: kept(FOREVER) }",
    '{ name: names.decisions, partitions, settings: { ...kept(FOREVER), "cleanup.policy": "compact" } }',
  ]),
  socket("read the first reply of a socket from its beginning", "connection.chunks = [];"),
  socket("open one socket for requests that come together", "if (underway !== undefined) return underway;"),
  socket("do not take the end of the last socket for their own", "socket?.destroy();"),
  socket("ask again on another socket", "giveUp(this, socket);"),
  socket("leave no request waiting", "giveUp(connection, socket);\n      "),
  without(
    "collections of everything for buffers that pass",
    "services/fairlead/processes/collect-seldom.ts",
    ['"--external-memory-accounted-in-global-limit",'],
    ["services/fairlead/processes/collect-seldom.test.ts", "passing buffers begin few collections of everything"],
  ),
];
