import { connect, type Socket } from "node:net";
import { quantiles, type Quantiles } from "../pipeline/summary.ts";

export interface Listeners {
  /** Events that each has had since it was seated. */
  readonly events: readonly number[];
  /** Streams that were refused or ended. */
  broken(): number;
  /** Delays from here on, from the decision to the event at the client; forgets those before. */
  measure(): void;
  /** Over all clients and events. */
  delays(): Quantiles & { readonly count: number };
  close(): void;
}

const AT = '"at":"';
const AT_CHARACTERS = "2026-01-01T00:00:00.000Z".length;
/** All clients read into it: what came is looked through before the next one reads. */
const BUFFER = Buffer.alloc(256 * 1024);

/**
 * Clients of the live stream, one a token, seated when this resolves. They share two cores with what they measure, so they
 * are sockets that look for nothing but the times of events.
 */
export async function openListeners(baseUrl: string, tokens: readonly string[]): Promise<Listeners> {
  const { hostname, port } = new URL(baseUrl);
  const sockets: Socket[] = [];
  const events = tokens.map(() => 0);
  let delaysMs: number[] = [];
  let broken = 0;
  let isClosing = false;

  function open(token: string, index: number): Promise<void> {
    return new Promise((resolve) => {
      let rest = "";
      let isSeated = false;
      const socket = connect({
        host: hostname,
        port: Number(port),
        onread: {
          buffer: BUFFER,
          callback(length) {
            rest = hear(rest + BUFFER.toString("latin1", 0, length), index);
            if (!isSeated) {
              isSeated = rest.includes("\nid: ");
              if (isSeated) resolve();
            }
            return true;
          },
        },
      });
      sockets.push(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        if (!isClosing) broken += 1;
        resolve();
      });
      socket.write(`GET /v1/stream HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${token}\r\n\r\n`);
    });
  }

  /** Counts and times whole events. @returns what may be the beginning of the next */
  function hear(text: string, index: number): string {
    const nowMs = Date.now();
    let behind = 0;
    for (let at = text.indexOf(AT); at >= 0; at = text.indexOf(AT, behind)) {
      const begin = at + AT.length;
      if (begin + AT_CHARACTERS > text.length) break;
      behind = begin + AT_CHARACTERS;
      delaysMs.push(nowMs - Date.parse(text.slice(begin, behind)));
      events[index]! += 1;
    }
    return text.slice(behind);
  }

  for (const [index, token] of tokens.entries()) await open(token, index);
  return {
    events,
    broken: () => broken,
    measure: () => void (delaysMs = []),
    delays: () => ({ count: delaysMs.length, ...quantiles(delaysMs.length === 0 ? [Number.NaN] : delaysMs) }),
    close() {
      isClosing = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}
