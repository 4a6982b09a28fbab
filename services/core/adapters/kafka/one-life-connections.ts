import type { Socket } from "node:net";
import { kafkajsInternal } from "./kafkajs-internals.ts";

/** Of kafkajs: the way to a broker, over one socket after another. */
interface Connection {
  readonly host: string;
  readonly port: number;
  readonly socket?: Socket;
  readonly requestQueue: { rejectAll(error: Error): void };
  /** Bytes of a reply that is not there yet as a whole. */
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  connectionStatus: string;
  isConnected(): boolean;
}

interface ConnectionClass {
  readonly prototype: {
    connect: (this: Connection) => Promise<unknown>;
    send: (this: Connection, request: unknown) => Promise<unknown>;
  };
}

interface Errors {
  readonly KafkaJSConnectionClosedError: new (message: string, place: { host: string; port: number }) => Error;
}

/** A reply begins with its length. */
const LENGTH_BYTES = 4;
const DISCONNECTED = "disconnected";

let isReplaced = false;

/**
 * Has kafkajs begin anew with each socket. By itself it
 * - reads the first reply of a new socket behind what the last one has left of a reply that broke off: no reply is understood
 *   from then on, each request waits for its timeout, in silence, and the group is read no further;
 * - opens a socket for each of several requests that find none, and writes what they receive together;
 * - listens to a socket that it has given up, and takes its end for that of the new one;
 * - keeps a socket on which a request was not answered in time, and sends the next one there, too;
 * - forgets what it has sent on a socket that it was about to close.
 */
export function giveSocketsOneLife(): void {
  if (isReplaced) return;
  const { prototype } = kafkajsInternal("network/connection") as ConnectionClass;
  const { connect, send } = prototype;
  const opening = new WeakMap<Connection, Promise<unknown>>();

  prototype.connect = function connectOnce() {
    if (this.isConnected()) return Promise.resolve(true);
    const underway = opening.get(this);
    if (underway !== undefined) return underway;
    const opened = openAnew(this, connect).finally(() => opening.delete(this));
    opening.set(this, opened);
    return opened;
  };
  prototype.send = async function sendOrDrop(request) {
    const { socket } = this;
    try {
      return await send.call(this, request);
    } catch (error) {
      if ((error as Error).name === "KafkaJSRequestTimeoutError") giveUp(this, socket);
      throw error;
    }
  };
  isReplaced = true;
}

function openAnew(connection: Connection, connect: ConnectionClass["prototype"]["connect"]): Promise<unknown> {
  giveUp(connection, connection.socket);
  connection.chunks = [];
  connection.bytesBuffered = 0;
  connection.bytesNeeded = LENGTH_BYTES;
  const opened = connect.call(connection);
  const { socket } = connection;
  const closed = new Promise<never>((_, reject) => {
    // What kafkajs sends while it closes a socket is answered by nobody. Of an error it has heard: its reason goes first.
    socket?.once("close", () => {
      giveUp(connection, socket);
      setImmediate(reject, closedError(connection));
    });
  });
  return Promise.race([opened, closed]);
}

/** Nothing is sent there any more, and nobody waits for an answer. */
function giveUp(connection: Connection, socket: Socket | undefined): void {
  socket?.destroy();
  if (connection.socket !== socket) return;
  connection.connectionStatus = DISCONNECTED;
  connection.requestQueue.rejectAll(closedError(connection));
}

function closedError({ host, port }: Connection): Error {
  const { KafkaJSConnectionClosedError } = kafkajsInternal("errors") as Errors;
  return new KafkaJSConnectionClosedError("Closed connection", { host, port });
}
