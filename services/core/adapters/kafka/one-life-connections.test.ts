import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kafkajsInternal } from "./kafkajs-internals.ts";
import { giveSocketsOneLife } from "./one-life-connections.ts";

interface KafkajsConnection {
  readonly socket?: Socket;
  connect(): Promise<unknown>;
  disconnect(): Promise<unknown>;
  send(exchange: unknown): Promise<Buffer>;
}
type ConnectionOf = new (options: object) => KafkajsConnection;

const REQUEST_TIMEOUT_MS = 300;
const silent = { namespace: () => silent, debug() {}, info() {}, warn() {}, error() {} };

const Encoder = kafkajsInternal("protocol/encoder") as new () => object;

/** A request with an empty body, whose reply is taken as it is. */
const exchange = {
  request: { apiKey: 3, apiVersion: 1, apiName: "Metadata", encode: async () => new Encoder() },
  response: { decode: async (payload: Buffer) => payload, parse: async (payload: Buffer) => payload },
};

/** The request's correlation id and a payload, as a broker answers; whatever follows the request is answered as well. */
function replyTo(requests: Buffer, payload: string): Buffer {
  const reply = Buffer.alloc(8 + payload.length);
  reply.writeInt32BE(4 + payload.length, 0);
  requests.copy(reply, 4, 8, 12);
  reply.write(payload, 8);
  const next = requests.subarray(4 + requests.readInt32BE(0));
  return next.length === 0 ? reply : Buffer.concat([reply, replyTo(next, payload)]);
}

describe("kafkajs' connections", () => {
  /** What the server does with the request, by number of its socket; the last one stands for all that follow. */
  let answers: ((socket: Socket, request: Buffer) => void)[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const answer = answers[Math.min(sockets.length, answers.length - 1)];
    sockets.push(socket);
    socket.on("error", () => undefined).on("data", (request) => answer?.(socket, request));
  });
  let connection: KafkajsConnection;

  beforeEach(async () => {
    giveSocketsOneLife();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const Connection = kafkajsInternal("network/connection") as ConnectionOf;
    const createSocketFactory = kafkajsInternal("network/socketFactory") as () => unknown;
    connection = new Connection({
      host: "127.0.0.1",
      port: (server.address() as AddressInfo).port,
      logger: silent,
      socketFactory: createSocketFactory(),
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: 1000,
    });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
    await once(server, "close");
  });

  async function ask(): Promise<string> {
    await connection.connect();
    return (await connection.send(exchange)).toString();
  }
  const answersWell = (socket: Socket, request: Buffer): void => void socket.write(replyTo(request, "well"));

  it("read the first reply of a socket from its beginning, whatever the last one broke off in", async () => {
    answers = [(socket, request) => socket.end(replyTo(request, "broken off").subarray(0, 10)), answersWell];
    await expect(ask()).rejects.toThrow("Closed connection");
    expect(await ask()).toBe("well");
  });

  it("open one socket for requests that come together", async () => {
    answers = [answersWell];
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(["well", "well", "well"]);
    expect(sockets).toHaveLength(1);
  });

  it("do not take the end of the last socket for their own", async () => {
    answers = [
      answersWell,
      (socket, request) => {
        sockets[0]?.end();
        setTimeout(answersWell, REQUEST_TIMEOUT_MS / 3, socket, request);
      },
    ];
    await ask();
    await connection.disconnect();
    expect(await ask()).toBe("well");
  });

  it("ask again on another socket when one has not answered in time", async () => {
    answers = [() => undefined, answersWell];
    await expect(ask()).rejects.toThrow("timed out");
    expect(await ask()).toBe("well");
    expect(sockets).toHaveLength(2);
  });

  it("say why they could not be opened", async () => {
    server.close();
    await expect(connection.connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    server.listen(0, "127.0.0.1");
  });

  it("leave no request waiting whose socket is gone", async () => {
    answers = [() => connection.socket?.destroy(), answersWell];
    await expect(ask()).rejects.toThrow("Closed connection");
    expect(await ask()).toBe("well");
  });
});
