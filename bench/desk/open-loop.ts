import { Agent, get } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { quantiles, round, type Quantiles } from "../pipeline/summary.ts";

export interface Read {
  /** Kind of read, in the result. */
  readonly name: string;
  readonly path: string;
  readonly token: string;
}

export interface ReadResult {
  readonly perSecond: number;
  readonly requests: number;
  /** By status, where it was not 200. */
  readonly failed: Readonly<Record<string, number>>;
  /** From the time a request was due, so a slow answer does not hold up, and so hide, those behind it. */
  readonly latencyMs: Quantiles;
  readonly latencyMsByRead: Readonly<Record<string, Quantiles>>;
}

const TICK_MS = 1;
const SOCKETS = 64;

/** Asks at a fixed rate for so long, whether or not answers come. */
export async function readOpenLoop(
  baseUrl: string,
  { perSecond, seconds, next }: { readonly perSecond: number; readonly seconds: number; readonly next: () => Read },
): Promise<ReadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const latencies = new Map<string, number[]>();
  const failed: Record<string, number> = {};
  const pending = new Set<Promise<void>>();
  const startMs = performance.now();
  const total = perSecond * seconds;
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) * perSecond) / 1000));
    for (; sent < due; sent += 1) {
      const dueMs = startMs + (sent * 1000) / perSecond;
      const read = next();
      const asking = ask(`${baseUrl}${read.path}`, read.token, agent).then((status) => {
        if (status !== 200) failed[status] = (failed[status] ?? 0) + 1;
        const own = latencies.get(read.name) ?? [];
        latencies.set(read.name, own);
        own.push(performance.now() - dueMs);
      });
      pending.add(asking);
      void asking.finally(() => pending.delete(asking));
    }
    await wait(TICK_MS);
  }
  const sentPerSecond = (total * 1000) / (performance.now() - startMs);
  await Promise.all(pending);
  agent.destroy();
  return {
    perSecond: round(sentPerSecond),
    requests: total,
    failed,
    latencyMs: rounded([...latencies.values()].flat()),
    latencyMsByRead: Object.fromEntries(Array.from(latencies, ([name, own]) => [name, rounded(own)])),
  };
}

function rounded(valuesMs: readonly number[]): Quantiles {
  const { p50, p95, p99, max } = quantiles(valuesMs);
  return { p50: round(p50), p95: round(p95), p99: round(p99), max: round(max) };
}

/** Resolves to the status when the whole body is there; 0 without an answer. */
function ask(url: string, token: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const request = get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(0));
    });
    request.on("error", () => resolve(0));
  });
}
