import type { Socket } from "node:net";
import { tapSockets } from "./socket-tap.ts";

/** A request of a Kafka client of this process, as it is on the wire. */
export interface KafkaRequest {
  readonly socket: Socket;
  readonly atMs: number;
  readonly apiKey: number;
  readonly apiVersion: number;
  /** What follows the header. */
  readonly body: Buffer;
}

export const API = { produce: 0, fetch: 1, listOffsets: 2, offsetCommit: 8, heartbeat: 12 } as const;

/** From these versions on the header ends with tagged fields, of which our clients send none: one byte. */
const FLEXIBLE_FROM: ReadonlyMap<number, number> = new Map([
  [API.produce, 9],
  [API.heartbeat, 4],
]);

/** Tells of every request to one of the brokers until the returned function is called. */
export function tapKafka(brokers: readonly string[], onRequest: (request: KafkaRequest) => void): () => void {
  const ports = new Set(brokers.map((broker) => Number(broker.split(":").at(-1))));
  const unread = new WeakMap<Socket, Buffer>();
  return tapSockets((socket, bytes) => {
    if (!ports.has(socket.remotePort ?? 0)) return;
    let buffer = Buffer.concat([unread.get(socket) ?? Buffer.alloc(0), bytes]);
    while (buffer.length >= 4 && buffer.length >= 4 + buffer.readInt32BE(0)) {
      const end = 4 + buffer.readInt32BE(0);
      onRequest(parseRequest(socket, buffer.subarray(4, end)));
      buffer = buffer.subarray(end);
    }
    unread.set(socket, buffer);
  });
}

function parseRequest(socket: Socket, frame: Buffer): KafkaRequest {
  const apiKey = frame.readInt16BE(0);
  const apiVersion = frame.readInt16BE(2);
  const clientIdBytes = Math.max(0, frame.readInt16BE(8));
  const taggedBytes = apiVersion >= (FLEXIBLE_FROM.get(apiKey) ?? Infinity) ? 1 : 0;
  const body = frame.subarray(10 + clientIdBytes + taggedBytes);
  return { socket, atMs: performance.now(), apiKey, apiVersion, body };
}

/** Acknowledgements that a Produce request asks for. Versions 9 to 12. */
export function readAcks({ apiVersion, body }: KafkaRequest): number {
  if (apiVersion < 9 || apiVersion > 12) throw new Error(`Produce of version ${apiVersion} is not understood.`);
  // Behind the transactional id, which is absent: one byte.
  return body.readInt16BE(1);
}
