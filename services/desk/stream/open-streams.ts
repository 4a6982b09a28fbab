import type { FastifyReply, FastifyRequest } from "fastify";
import { Fault } from "../../core/domain/fault.ts";
import { principalOf, type Authenticate } from "../../core/http/auth.ts";
import { StreamWriter } from "./stream-writer.ts";

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

/** The event streams of a process: how many there may be, their heartbeat and their end. */
export class OpenStreams {
  readonly limits: StreamLimits;
  readonly #authenticate: Authenticate;
  /** Writers with the caller they belong to. */
  readonly #streams = new Map<StreamWriter, string>();

  constructor(authenticate: Authenticate, limits: Partial<StreamLimits> = {}) {
    this.limits = { ...LIMITS, ...limits };
    this.#authenticate = authenticate;
  }

  /**
   * Takes the connection over from Fastify: an event stream has no end for a reply to wait for.
   *
   * @param heartbeat the frame of each heartbeat
   * @throws Fault OVERLOADED
   */
  open(request: FastifyRequest, reply: FastifyReply, heartbeat: () => string): StreamWriter {
    const { tenantId, principalId } = principalOf(request);
    const caller = `${tenantId}/${principalId}`;
    this.#expectRoom(caller);
    reply.hijack();
    const { raw } = reply;
    // The heartbeat is what notices a dead connection now.
    request.raw.socket.setTimeout?.(0);
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      // Kept alive after the stream's end, it would hold up the end of the process.
      connection: "close",
      "x-accel-buffering": "no",
    });
    const onClose = (): void => {
      clearInterval(beating);
      this.#streams.delete(writer);
    };
    const writer = new StreamWriter({ output: raw, maxQueued: this.limits.maxQueued, onClose });
    const beating = setInterval(() => {
      if (this.#isStillWelcome(request)) writer.write(heartbeat());
      else writer.close(RETRY_MS);
    }, this.limits.heartbeatMs);
    beating.unref();
    this.#streams.set(writer, caller);
    writer.write(`retry: ${RETRY_MS}\n\n`);
    return writer;
  }

  close(): void {
    // Spread over a second, so that the next process is not met by all of them at once.
    for (const writer of this.#streams.keys()) writer.close(RETRY_MS + Math.random() * 1_000);
  }

  #expectRoom(caller: string): void {
    const own = Array.from(this.#streams.values()).filter((other) => other === caller).length;
    if (this.#streams.size >= this.limits.maxStreams || own >= this.limits.maxPerPrincipal) {
      throw new Fault("OVERLOADED", "Too many streams are open", { retriable: true });
    }
  }

  /** A stream ends with its key. */
  #isStillWelcome({ headers }: FastifyRequest): boolean {
    try {
      this.#authenticate(headers);
      return true;
    } catch {
      return false;
    }
  }
}
