import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Kafka, logLevel } from "kafkajs";
import { dataDirectory } from "./data-directory.ts";
import { freePort } from "./free-port.ts";
import { kafkaJars } from "./kafka-jars.ts";
import { runTool } from "./run-tool.ts";
import { type Server, startServer } from "./server.ts";
import { findJava } from "./tools.ts";

export interface KafkaOptions {
  /** Combined broker+controllers in the cluster. Default 1. Topics of Kafka's own have up to 3 replicas. */
  readonly nodes?: number;
  /** Default: a temporary folder. */
  readonly dataDir?: string | undefined;
  /** Default 512 for one node, 400 for each of several. */
  readonly heapMegabytes?: number;
  /**
   * For each node the loopback port that clients are told instead of the broker's own. Whatever listens there has to lead
   * to the node's `backPorts`; the brokers talk to each other past it.
   */
  readonly frontPorts?: readonly number[];
  /** More lines of server.properties, by name; they win. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

/** The cluster. `stop`, `kill` and `restart` act on all its nodes at once, `pid` is the first node's. */
export interface KafkaServer extends Server {
  /** host:port of each broker, in the order of `nodes`. */
  readonly brokers: readonly string[];
  /** Of each node, where connections of its front port have to be led to. Empty without front ports. */
  readonly backPorts: readonly number[];
  /** Each to be stopped, killed and restarted by itself. Node ids are 1, 2, … in order. */
  readonly nodes: readonly Server[];
}

interface Node {
  readonly id: number;
  readonly directory: string;
  readonly brokerPort: number;
  readonly controllerPort: number;
  readonly front: { readonly frontPort: number; readonly backPort: number } | null;
}

const READY_WITHIN_MS = 90_000;
const PROBE_TIMEOUT_MS = 1000;
const LOG_CONFIG = fileURLToPath(new URL("./kafka-log4j2.properties", import.meta.url));

/** A Kafka cluster (KRaft) on free loopback ports. One broker answers after some 6 s and takes 330 MB. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const directory = dataDirectory("kafka", options.dataDir);
  const nodes: Node[] = [];
  for (let id = 1; id <= (options.nodes ?? 1); id += 1) {
    const [brokerPort, controllerPort] = [await freePort(), await freePort()];
    const frontPort = options.frontPorts?.[id - 1];
    const front = frontPort === undefined ? null : { frontPort, backPort: await freePort() };
    nodes.push({ id, directory: join(directory, `node-${id}`), brokerPort, controllerPort, front });
  }
  const clusterId = readOrCreateClusterId(directory);
  const started = await Promise.all(nodes.map((node) => startNode(node, nodes, { clusterId, options })));
  const brokers = nodes.map(({ brokerPort }) => `127.0.0.1:${brokerPort}`);
  await waitUntilJoined(brokers);
  const backPorts = nodes.flatMap(({ front }) => (front === null ? [] : [front.backPort]));
  return cluster(started, { brokers, backPorts });
}

function cluster(
  nodes: readonly Server[],
  { brokers, backPorts }: Pick<KafkaServer, "brokers" | "backPorts">,
): KafkaServer {
  const [first] = nodes;
  if (first === undefined) throw new Error("A Kafka cluster has at least one node.");
  const each = async (act: (node: Server) => Promise<void>) => void (await Promise.all(nodes.map(act)));
  return {
    name: "Kafka",
    brokers,
    backPorts,
    nodes,
    get pid() {
      return first.pid;
    },
    logFile: first.logFile,
    // A broker hands over to its controllers before it ends. When all end at once, the last ones have none left and
    // would wait, so a cluster is killed; the log is made for it.
    stop: () => each((node) => (nodes.length === 1 ? node.stop() : node.kill())),
    kill: (signal) => each((node) => node.kill(signal)),
    async restart() {
      await this.stop();
      await each((node) => node.restart());
      await waitUntilJoined(brokers);
    },
  };
}

interface NodeStart {
  readonly clusterId: string;
  readonly options: KafkaOptions;
}

async function startNode(node: Node, nodes: readonly Node[], { clusterId, options }: NodeStart): Promise<Server> {
  const properties = join(node.directory, "server.properties");
  mkdirSync(node.directory, { recursive: true });
  const lines = Object.entries({ ...nodeSettings(node, nodes), ...options.settings }).map(
    ([name, value]) => `${name}=${value}`,
  );
  writeFileSync(properties, `${lines.join("\n")}\n`);

  const java = findJava();
  const classes = ["-cp", join(kafkaJars(), "*"), `-Dlog4j2.configurationFile=${LOG_CONFIG}`];
  // One word: an id may begin with a hyphen, and would be taken for an option.
  const format = ["format", "--ignore-formatted", `--cluster-id=${clusterId}`, "--config", properties];
  // The tool lives for a second: not worth the optimising compiler.
  const shortLived = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx128m"];
  await runTool(java, [...shortLived, ...classes, "kafka.tools.StorageTool", ...format]);

  const heapMegabytes = options.heapMegabytes ?? (nodes.length === 1 ? 512 : 400);
  return startServer({
    name: `Kafka node ${node.id}`,
    command: java,
    args: [`-Xmx${heapMegabytes}m`, "-XX:+UseSerialGC", ...classes, "kafka.Kafka", properties],
    logFile: join(node.directory, "kafka.log"),
    stopSignal: "SIGTERM",
    probe: () => expectMembers(`127.0.0.1:${node.brokerPort}`, [node.id]),
    readyWithinMs: READY_WITHIN_MS,
  });
}

function nodeSettings(node: Node, nodes: readonly Node[]) {
  const replicas = Math.min(nodes.length, 3);
  const inSync = Math.min(nodes.length, 2);
  return {
    "process.roles": "broker,controller",
    "node.id": node.id,
    "controller.quorum.voters": nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(","),
    ...listeners(node),
    "log.dirs": join(node.directory, "log"),
    "auto.create.topics.enable": false,
    // What lets tests with consumer groups take seconds instead of minutes.
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
    "offsets.topic.num.partitions": 4,
    "offsets.topic.replication.factor": replicas,
    "transaction.state.log.num.partitions": 4,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": inSync,
    "share.coordinator.state.topic.num.partitions": 4,
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": inSync,
    // A killed broker comes back only when its old session has ended: after 9 s by default.
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    // The default buffer of 128 MB would be a quarter of the heap.
    "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
  };
}

/** A client is told the addresses of the listener that it came by. */
function listeners({ brokerPort, controllerPort, front }: Node) {
  const own = `PLAINTEXT://127.0.0.1:${brokerPort}`;
  const controller = `CONTROLLER://127.0.0.1:${controllerPort}`;
  const back = front === null ? [] : [`FRONT://127.0.0.1:${front.backPort}`];
  const told = front === null ? [] : [`FRONT://127.0.0.1:${front.frontPort}`];
  return {
    listeners: [own, ...back, controller].join(","),
    "advertised.listeners": [own, ...told].join(","),
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,FRONT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
  };
}

/** Kept beside the data, so that a cluster with a folder of its own is the same one next time. */
function readOrCreateClusterId(directory: string): string {
  const file = join(directory, "cluster-id");
  if (!existsSync(file)) writeFileSync(file, randomBytes(16).toString("base64url"));
  return readFileSync(file, "utf8");
}

async function waitUntilJoined(brokers: readonly string[]): Promise<void> {
  const deadlineMs = Date.now() + READY_WITHIN_MS;
  const ids = brokers.map((_, index) => index + 1);
  for (const broker of brokers) {
    for (;;) {
      try {
        await expectMembers(broker, ids);
        break;
      } catch (cause) {
        if (Date.now() >= deadlineMs) throw new Error(`The brokers ${brokers.join(", ")} did not join.`, { cause });
        await delay(100);
      }
    }
  }
}

/** Asks one broker which brokers it knows to be alive. */
async function expectMembers(broker: string, ids: readonly number[]): Promise<void> {
  const client = new Kafka({
    clientId: "fairlead-probe",
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    connectionTimeout: PROBE_TIMEOUT_MS,
    requestTimeout: PROBE_TIMEOUT_MS,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    const members = new Set((await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId));
    const missing = ids.filter((id) => !members.has(id));
    if (missing.length > 0) throw new Error(`${broker} does not know node ${missing.join(", ")} yet.`);
  } finally {
    await admin.disconnect();
  }
}
