import { Socket } from "node:net";

/** Sees what every client of this process writes to a server, before it is written. */
export type OnWrite = (socket: Socket, bytes: Buffer) => void;

/** Listens to the sockets of the process until the returned function is called. One tap at a time. */
export function tapSockets(onWrite: OnWrite): () => void {
  const write = Socket.prototype.write;
  Socket.prototype.write = function tapped(this: Socket, chunk: Uint8Array | string, ...rest: unknown[]): boolean {
    onWrite(this, Buffer.from(chunk));
    return Reflect.apply(write, this, [chunk, ...rest]) as boolean;
  };
  return () => {
    Socket.prototype.write = write;
  };
}

/**
 * Cuts the link between execution and reply: the server gets and answers what has been written, and the first byte of
 * its answer ends the connection without having been seen.
 */
export function loseReply(socket: Socket): void {
  const emit = socket.emit.bind(socket);
  socket.emit = ((event: string, ...args: unknown[]) => {
    if (event !== "data") return emit(event, ...args);
    socket.destroy();
    return true;
  }) as Socket["emit"];
}
