import { Fault } from "../core/domain/fault.ts";

/** Everything a process needs to know, read once from the environment. */
export interface Config {
  readonly http: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly logLevel: string;
  /** Play demo leads: asked for, refused, or left to whether the data directory is new. */
  readonly demo: boolean | "if_new";
  /** Demo leads per second. */
  readonly demoRate: number;
  /** Tenant of callers without a key. */
  readonly defaultTenant: string;
  /** File with the hashes of API keys; null switches authentication off, which only loopback may do. */
  readonly apiKeysFile: string | null;
  /** Age of the oldest undecided lead beyond which the door takes no more; null lets the log take whatever comes. */
  readonly maxBacklogSeconds: number | null;
  readonly backing: Backing;
}

export type Backing =
  | { readonly mode: "embedded" }
  | {
      readonly mode: "distributed";
      readonly kafkaBrokers: readonly string[];
      /** First part of topic and group names, so that installations can share a cluster. */
      readonly kafkaPrefix: string;
      readonly redisUrl: string;
      readonly postgresUrl: string;
      /** A process that is silent for so long counts as dead. */
      readonly kafkaSessionMs: number;
      /** Partitions of new topics; existing ones keep theirs. */
      readonly partitions: number;
      readonly replicationFactor: number;
      readonly identityKey: Uint8Array;
      readonly contactKey: Uint8Array | null;
    };

/** Every setting with its meaning; the README's table is made from it. */
export const SETTINGS = {
  FAIRLEAD_MODE: "`embedded` (default): one process, no server. `distributed`: Kafka, Redis, PostgreSQL",
  FAIRLEAD_HTTP_HOST: "address to listen on; default 127.0.0.1",
  FAIRLEAD_HTTP_PORT: "port to listen on; default 8080; 0 takes a free one",
  FAIRLEAD_DATA_DIR: "data directory of embedded mode; default ./.fairlead",
  FAIRLEAD_DEMO:
    "1: load the demo plan and play demo leads; 0: neither; default 1 in embedded mode on an empty data directory (and on one that the demo began)",
  FAIRLEAD_DEMO_RATE: "demo leads per second; default 25",
  FAIRLEAD_LOG_LEVEL: "fatal, error, warn, info, debug, trace or silent; default info",
  FAIRLEAD_TENANT: "tenant of callers without a key; default demo",
  FAIRLEAD_API_KEYS_FILE: "JSON file with hashed API keys; needed to listen on anything but loopback",
  FAIRLEAD_BACKLOG_SECONDS:
    "capture answers 429 while the oldest undecided lead is older than this; default 0: never, the log takes them all",
  FAIRLEAD_KAFKA_BROKERS: "distributed: host:port, comma separated",
  FAIRLEAD_KAFKA_PREFIX: "distributed: first part of topic and group names; default fairlead",
  FAIRLEAD_KAFKA_SESSION_MS:
    "distributed: a process that is silent for so long counts as dead, and others take over; default 10000",
  FAIRLEAD_REDIS_URL:
    "distributed: redis://… of a server, or of several nodes of a Redis Cluster, comma separated; with maxmemory-policy noeviction",
  FAIRLEAD_POSTGRES_URL: "distributed: postgres://…",
  FAIRLEAD_PARTITIONS: "distributed: partitions of new topics; default 8",
  FAIRLEAD_REPLICATION_FACTOR: "distributed: replicas of new topics; default 1 with one broker, else 3",
  FAIRLEAD_IDENTITY_KEY: "distributed: 32 bytes in base64; pepper of identity hashes",
  FAIRLEAD_CONTACT_KEY: "distributed, capture: 32 bytes in base64; seals contacts",
} as const;

type Setting = keyof typeof SETTINGS;
type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** @throws Fault CONFIG_INVALID that names every bad setting at once. */
export function loadConfig(env: Environment): Config {
  const read = createReader(env);
  const host = read.text("FAIRLEAD_HTTP_HOST", "127.0.0.1");
  const apiKeysFile = read.text("FAIRLEAD_API_KEYS_FILE", "") || null;
  if (apiKeysFile === null && !LOOPBACK.test(host)) {
    read.problem("FAIRLEAD_API_KEYS_FILE", "is needed to listen on anything but loopback");
  }
  for (const name of Object.keys(env)) {
    if (name.startsWith("FAIRLEAD_") && !(name in SETTINGS) && !name.startsWith("FAIRLEAD_TEST_")) {
      if (name !== "FAIRLEAD_SERVERS_DIR") read.problem(name as Setting, "is not a setting");
    }
  }
  const mode = read.oneOf("FAIRLEAD_MODE", ["embedded", "distributed"], "embedded");
  const demo = read.oneOf("FAIRLEAD_DEMO", ["", "0", "1"], "");
  const config: Config = {
    http: { host, port: read.integer("FAIRLEAD_HTTP_PORT", 8080, { min: 0, max: 65_535 }) },
    dataDir: read.text("FAIRLEAD_DATA_DIR", "./.fairlead"),
    logLevel: read.oneOf("FAIRLEAD_LOG_LEVEL", LOG_LEVELS, "info"),
    demo: demo === "" ? (mode === "embedded" ? "if_new" : false) : demo === "1",
    demoRate: read.integer("FAIRLEAD_DEMO_RATE", 25, { min: 1, max: 100_000 }),
    defaultTenant: read.text("FAIRLEAD_TENANT", "demo"),
    apiKeysFile,
    maxBacklogSeconds: read.integer("FAIRLEAD_BACKLOG_SECONDS", 0, { min: 0, max: 86_400 }) || null,
    backing: mode === "embedded" ? { mode } : distributed(read),
  };
  read.throwIfBad();
  return config;
}

function distributed(read: SettingReader): Backing {
  const kafkaBrokers = read.required("FAIRLEAD_KAFKA_BROKERS").split(",").filter(Boolean);
  const defaultReplicas = kafkaBrokers.length < 3 ? 1 : 3;
  return {
    mode: "distributed",
    kafkaBrokers,
    kafkaPrefix: read.text("FAIRLEAD_KAFKA_PREFIX", "fairlead"),
    kafkaSessionMs: read.integer("FAIRLEAD_KAFKA_SESSION_MS", 10_000, { min: 1_000, max: 300_000 }),
    redisUrl: read.required("FAIRLEAD_REDIS_URL"),
    postgresUrl: read.required("FAIRLEAD_POSTGRES_URL"),
    partitions: read.integer("FAIRLEAD_PARTITIONS", 8, { min: 1, max: 1024 }),
    replicationFactor: read.integer("FAIRLEAD_REPLICATION_FACTOR", defaultReplicas, { min: 1, max: 9 }),
    identityKey: read.key("FAIRLEAD_IDENTITY_KEY") ?? new Uint8Array(KEY_BYTES),
    contactKey: read.text("FAIRLEAD_CONTACT_KEY", "") === "" ? null : read.key("FAIRLEAD_CONTACT_KEY"),
  };
}

const KEY_BYTES = 32;

type SettingReader = ReturnType<typeof createReader>;

/** Values never appear in a message: some of them are secrets. */
function createReader(env: Environment) {
  const problems: string[] = [];
  const problem = (name: Setting, what: string): void => {
    problems.push(`${name} ${what}`);
  };
  const text = (name: Setting, fallback: string): string => env[name]?.trim() || fallback;
  return {
    problem,
    text,
    required(name: Setting): string {
      const value = text(name, "");
      if (value === "") problem(name, "is required in distributed mode");
      return value;
    },
    oneOf<T extends string>(name: Setting, allowed: readonly T[], fallback: T): T {
      const value = text(name, fallback);
      const found = allowed.find((candidate) => candidate === value);
      if (found === undefined) problem(name, `must be one of ${allowed.filter(Boolean).join(", ")}`);
      return found ?? fallback;
    },
    integer(name: Setting, fallback: number, { min, max }: { min: number; max: number }): number {
      const value = Number(text(name, String(fallback)));
      if (Number.isInteger(value) && value >= min && value <= max) return value;
      problem(name, `must be a whole number from ${min} to ${max}`);
      return fallback;
    },
    key(name: Setting): Uint8Array | null {
      const bytes = Buffer.from(text(name, ""), "base64");
      if (bytes.length === KEY_BYTES) return bytes;
      problem(name, `must be ${KEY_BYTES} bytes in base64, as from: openssl rand -base64 32`);
      return null;
    },
    throwIfBad(): void {
      if (problems.length > 0) throw new Fault("CONFIG_INVALID", problems.join("; "));
    },
  };
}
