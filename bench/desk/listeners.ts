import { get, type ClientRequest } from "node:http";
import { quantiles, round, type Quantiles } from "../pipeline/summary.ts";

export interface StreamResult {
  readonly clients: number;
  /** Streams that were refused or ended. */
  readonly broken: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  /** Clients that got at least one event. */
  readonly reached: number;
  /** From the decision to the event at the client, over all clients and events. */
  readonly delayMs: Quantiles;
}

const AT = /"at":"([^"]+)"/gu;

/** Clients of the live stream, one a token. Each looks only for the times of its events: it shares our processors. */
export async function openStreams(baseUrl: string, tokens: readonly string[]) {
  const requests: ClientRequest[] = [];
  const events = tokens.map(() => 0);
  let delaysMs: number[] = [];
  let broken = 0;
  let startedMs = performance.now();

  function open(token: string, index: number): Promise<void> {
    return new Promise((resolve) => {
      const request = get(`${baseUrl}/v1/stream`, { agent: false, headers: { authorization: `Bearer ${token}` } });
      requests.push(request);
      request.on("error", () => (broken += 1));
      request.on("response", (response) => {
        if (response.statusCode !== 200) broken += 1;
        response.setEncoding("utf8");
        response.on("end", () => (broken += 1));
        response.on("data", (chunk: string) => {
          // With the first position the client is seated.
          resolve();
          const nowMs = Date.now();
          for (const [, at] of chunk.matchAll(AT)) {
            delaysMs.push(nowMs - Date.parse(at ?? ""));
            events[index] = (events[index] ?? 0) + 1;
          }
        });
      });
    });
  }

  for (const [index, token] of tokens.entries()) await open(token, index);
  return {
    /** Forgets what came until now. */
    reset(): void {
      delaysMs = [];
      events.fill(0);
      startedMs = performance.now();
    },
    close(): StreamResult {
      const seconds = (performance.now() - startedMs) / 1000;
      const result = { clients: tokens.length, broken, events: delaysMs.length };
      for (const request of requests) request.destroy();
      return {
        ...result,
        eventsPerSecond: round(result.events / seconds),
        reached: events.filter((count) => count > 0).length,
        delayMs: quantiles(delaysMs.length === 0 ? [Number.NaN] : delaysMs),
      };
    },
  };
}
