import { readFileSync } from "node:fs";

/** What V8 writes for --cpu-prof, as far as it is needed here. */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** µs on the clock of `process.hrtime`. */
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

interface Rule {
  readonly stage: string;
  readonly url: RegExp;
  readonly name?: RegExp;
}

const NODE = "Node: sockets, timers, promises";

/** The innermost frame that one of these knows gives a sample its stage; the first rule that fits counts. */
const RULES: readonly Rule[] = [
  { stage: "decode decisions", url: /wire\/log-record-codec/u, name: /^decodeLogRecord$/u },
  { stage: "applier", url: /protocol\/apply-log|wire\/record-glance/u },
  { stage: "rows of the store", url: /adapters\/sql\//u },
  { stage: "PostgreSQL driver", url: /node_modules\/pg|adapters\/postgres\//u },
  { stage: "fold", url: /services\/projector\/|domain\/decision\/fold/u },
  { stage: "encode decision", url: /wire\/log-record-codec/u, name: /^encode$/u },
  { stage: "lead decode", url: /wire\/lead-request-codec/u, name: /^decode$/u },
  {
    stage: "match: place, score, candidate lists",
    url: /domain\/(matching|territory|scoring|plan|organisation|rep)\//u,
  },
  { stage: "reserve: pack", url: /redis\/(pack-batch|batch-index|message-pack)/u },
  { stage: "reserve: replay", url: /domain\/ledger\/|redis\/(reserve-batch|batch-snapshot|batch-reply|record-codec)/u },
  { stage: "reserve: driver", url: /node_modules\/(ioredis|@ioredis|redis-parser|redis-errors|standard-as-callback)/u },
  { stage: "build decision", url: /domain\/decision\/|wire\/(murmur2|partition-key)|protocol\/commit-decisions/u },
  { stage: "fence", url: /kafka\/end-offset|list-offsets/u },
  {
    stage: "append",
    url: /@platformatic\/|kafka\/(append-records|cloud-event|record-batch|end-offset|leader-connection)|@node-rs/u,
  },
  {
    stage: "commit, heartbeat",
    url: /kafkajs\/src\/(consumer\/offsetManager|protocol\/requests\/(offset|heartbeat))/u,
  },
  {
    stage: "fetch and record decode",
    url: /node_modules\/kafkajs|kafka\/(fetch-response|fetched-batch|fetched-records|record-cursor)/u,
  },
  { stage: "metrics", url: /prom-client|process-metrics|define-metrics/u },
  { stage: "deliver", url: /kafka\/(deliver-batch|decode-record|membership|consume-group)|services\/router\//u },
];

const SPECIAL: ReadonlyMap<string, string> = new Map([
  ["(garbage collector)", "garbage collection"],
  ["(program)", "native code outside of JavaScript"],
  ["(idle)", "idle"],
]);

export interface StageTimes {
  /** µs by stage, of samples between the two times. */
  readonly stages: ReadonlyMap<string, number>;
  /** The functions in which most time was spent themselves. */
  readonly functions: readonly { readonly name: string; readonly micros: number }[];
}

/** Only what was sampled between two readings of `process.hrtime`, in µs. */
export function readStages(file: string, fromMicros: number, toMicros: number): StageTimes {
  const profile = JSON.parse(readFileSync(file, "utf8")) as CpuProfile;
  const stageOf = stagesByNode(profile.nodes);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const stages = new Map<string, number>();
  const functions = new Map<string, number>();
  let atMicros = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index]!;
    atMicros += delta;
    if (atMicros < fromMicros || atMicros > toMicros) continue;
    // The time since the last sample belongs to what ran then; over thousands of samples it is the same.
    add(stages, stageOf.get(id) ?? "?", delta);
    add(functions, functionName(nodes.get(id)!), delta);
  }
  const sorted = Array.from(functions, ([name, micros]) => ({ name, micros })).sort((a, b) => b.micros - a.micros);
  return { stages, functions: sorted.filter(({ name }) => name !== "(idle)").slice(0, 25) };
}

/** A frame of its own stage decides for what it calls, unless that has one too. */
function stagesByNode(nodes: readonly ProfileNode[]): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const stages = new Map<number, string>();
  const visit = (node: ProfileNode, inherited: string): void => {
    const stage = ownStage(node) ?? inherited;
    stages.set(node.id, stage);
    for (const child of node.children ?? []) visit(byId.get(child)!, stage);
  };
  const [root] = nodes;
  if (root !== undefined) visit(root, NODE);
  return stages;
}

function ownStage({ callFrame: { functionName, url } }: ProfileNode): string | undefined {
  const special = SPECIAL.get(functionName);
  if (special !== undefined) return special;
  return RULES.find(({ url: place, name }) => place.test(url) && (name === undefined || name.test(functionName)))
    ?.stage;
}

function functionName({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  if (url === "") return functionName;
  const file = url.replace(/^.*\/(node_modules|services|bench)\//u, "");
  return `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`;
}

function add(times: Map<string, number>, key: string, micros: number): void {
  times.set(key, (times.get(key) ?? 0) + micros);
}
