import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { processGuard } from "../../deploy/local/guard.ts";
import { startFairlead, type FairleadChild } from "../support/child-process.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

export type Service = "router" | "projector" | "steward" | "desk" | "capture" | "planner";

/** One process of the installation. Whoever dies is started again, as any orchestrator would. */
export interface Member {
  /** As "router-2". */
  readonly name: string;
  /** Its own way to Redis, so that some processes can see another server than the rest. */
  readonly redis: TcpProxy;
  /** Base URL; empty before it listens for the first time. */
  address(): string;
  /** Resolves when the present life of the process listens. */
  ready(): Promise<void>;
  /** Ends this life. @returns when it is over; the next one begins at once */
  kill(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Stops it in an orderly way until `start`. */
  stop(): Promise<void>;
  start(): void;
  freeze(): void;
  thaw(): void;
  /** For its next lives. */
  setEnvironment(environment: Readonly<Record<string, string>>): void;
  /** Sum of a metric in this life; null if it does not answer. */
  metric(name: string): Promise<number | null>;
  /** Lives that ended without being asked to. */
  readonly crashes: () => number;
  /** The end of what it wrote, in this life and the one before. */
  tail(): string;
  close(): Promise<void>;
}

export interface MemberOptions {
  readonly service: Service;
  readonly name: string;
  /** Of the installation, without Redis. */
  readonly settings: Readonly<Record<string, string>>;
}

const START_AGAIN_MS = 200;
const TAIL_CHARACTERS = 8_000;

export async function startMember({ service, name, settings }: MemberOptions): Promise<Member> {
  const redis = await startTcpProxy();
  let environment: Readonly<Record<string, string>> = {};
  let child: FairleadChild | null = null;
  let address = "";
  let before = "";
  let crashes = 0;
  let isWanted = true;
  let isAsked = false;
  let wanted = Promise.withResolvers<void>();
  const closing = new AbortController();
  const guard = processGuard();

  async function live(): Promise<void> {
    const redisUrl = `redis://127.0.0.1:${redis.port}`;
    const life = startFairlead(["start", service], { ...settings, FAIRLEAD_REDIS_URL: redisUrl, ...environment });
    const { pid } = life.child;
    const exited = once(life.child, "exit");
    if (pid !== undefined) guard.watch(pid);
    isAsked = false;
    child = life;
    void listening(life).then(
      (url) => (address = url),
      () => undefined,
    );
    await exited;
    if (pid !== undefined) guard.forget(pid);
    before = tailOf(life.output());
    child = null;
    if (isAsked) return;
    crashes += 1;
    await delay(START_AGAIN_MS);
  }

  async function superviseUntilClosed(): Promise<void> {
    while (!closing.signal.aborted) {
      if (isWanted) await live();
      else await wanted.promise;
    }
  }

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    isAsked = true;
    await child?.stop(signal);
  }

  const supervising = superviseUntilClosed();
  return {
    name,
    redis,
    address: () => address,
    async ready() {
      const isListening = async (): Promise<boolean> => child !== null && (await listening(child)) !== "";
      while (!(await isListening().catch(() => false))) await delay(20);
    },
    kill: (signal = "SIGKILL") => end(signal),
    async stop() {
      isWanted = false;
      await end("SIGTERM");
    },
    start() {
      isWanted = true;
      wanted.resolve();
      wanted = Promise.withResolvers();
    },
    freeze: () => void child?.child.kill("SIGSTOP"),
    thaw: () => void child?.child.kill("SIGCONT"),
    setEnvironment: (next) => void (environment = next),
    metric: (metric) => readMetric(address, metric).catch(() => null),
    crashes: () => crashes,
    tail: () => `${before}\n${tailOf(child?.output() ?? "")}`,
    async close() {
      closing.abort();
      wanted.resolve();
      await end("SIGKILL");
      await supervising;
      await redis.close();
    },
  };
}

const tailOf = (output: string): string => output.slice(-TAIL_CHARACTERS);

async function listening(child: FairleadChild): Promise<string> {
  await child.until('"msg":"Listening"');
  return /"address":"([^"]+)"/u.exec(child.output())?.[1] ?? "";
}

async function readMetric(address: string, name: string): Promise<number> {
  const response = await fetch(`${address}/metrics`, { signal: AbortSignal.timeout(2_000) });
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith(name) && !line.startsWith("#"));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
