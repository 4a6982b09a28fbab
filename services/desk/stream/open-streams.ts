import { isDeepStrictEqual } from "node:util";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Fault } from "../../core/domain/fault.ts";
import { principalOf, type Authenticate, type Headers } from "../../core/http/auth.ts";
import type { Principal } from "../../core/http/principal.ts";
import { StreamWriter, type StreamEnd } from "./stream-writer.ts";

export interface StreamLimits {
  /** Of this process. */
  readonly maxStreams: number;
  readonly maxPerPrincipal: number;
  /** Events held for one client that is slow. */
  readonly maxQueued: number;
  readonly heartbeatMs: number;
}

const LIMITS: StreamLimits = { maxStreams: 1_200, maxPerPrincipal: 20, maxQueued: 256, heartbeatMs: 15_000 };
/** When a client whose stream ended comes back. */
export const RETRY_MS = 2_000;

/** What the streams tell their surroundings. */
export interface StreamEvents {
  readonly onOpened?: () => void;
  readonly onEnded?: (reason: StreamEnd) => void;
}

export interface OpenStreamsOptions extends StreamEvents {
  readonly authenticate: Authenticate;
  readonly limits?: Partial<StreamLimits>;
}

interface OpenStream {
  /** Whose it is. */
  readonly caller: string;
  /** False once his key is revoked, has expired, or is another's. */
  readonly isWelcome: () => boolean;
}

/** The event streams of a process: how many there may be, their heartbeat and their end. */
export class OpenStreams {
  readonly limits: StreamLimits;
  readonly #authenticate: Authenticate;
  readonly #events: StreamEvents;
  readonly #streams = new Map<StreamWriter, OpenStream>();

  constructor({ authenticate, limits = {}, ...events }: OpenStreamsOptions) {
    this.limits = { ...LIMITS, ...limits };
    this.#authenticate = authenticate;
    this.#events = events;
  }

  /**
   * Takes the connection over from Fastify: an event stream has no end for a reply to wait for.
   *
   * @param heartbeat the frame of each heartbeat
   * @throws Fault OVERLOADED
   */
  open(request: FastifyRequest, reply: FastifyReply, heartbeat: () => string): StreamWriter {
    const principal = principalOf(request);
    const { tenantId, principalId } = principal;
    const caller = `${tenantId}/${principalId}`;
    this.#expectRoom(caller);
    reply.hijack();
    const { raw } = reply;
    // The end of the stream is the end of the connection: frames of HTTP around each event would be for nobody.
    raw.removeHeader("transfer-encoding");
    // The heartbeat is what notices a dead connection now.
    request.raw.socket.setTimeout?.(0);
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      connection: "close",
      "x-accel-buffering": "no",
    });
    const onClose = (reason: StreamEnd): void => {
      clearInterval(beating);
      this.#streams.delete(writer);
      this.#events.onEnded?.(reason);
    };
    const writer = new StreamWriter({ output: raw, maxQueued: this.limits.maxQueued, onClose });
    const { headers } = request;
    const isWelcome = (): boolean => this.#isStill(principal, headers);
    const beating = setInterval(() => {
      if (isWelcome()) writer.write(heartbeat());
      else writer.close("revoked", RETRY_MS);
    }, this.limits.heartbeatMs);
    beating.unref();
    this.#streams.set(writer, { caller, isWelcome });
    this.#events.onOpened?.();
    writer.write(`retry: ${RETRY_MS}\n\n`);
    return writer;
  }

  /** Ends the streams of those whose keys no longer open them. */
  closeUnwelcome(): void {
    for (const [writer, { isWelcome }] of this.#streams) if (!isWelcome()) writer.close("revoked", RETRY_MS);
  }

  close(): void {
    // Spread over a second, so that the next process is not met by all of them at once.
    for (const writer of this.#streams.keys()) writer.close("stopping", RETRY_MS + Math.random() * 1_000);
  }

  #expectRoom(caller: string): void {
    const own = Array.from(this.#streams.values()).filter((other) => other.caller === caller).length;
    if (this.#streams.size >= this.limits.maxStreams || own >= this.limits.maxPerPrincipal) {
      throw new Fault("OVERLOADED", "Too many streams are open", { retriable: true });
    }
  }

  /** A stream ends with its key, and with what the key said of its owner. */
  #isStill(principal: Principal, headers: Headers): boolean {
    try {
      return isDeepStrictEqual(this.#authenticate(headers), principal);
    } catch {
      return false;
    }
  }
}
