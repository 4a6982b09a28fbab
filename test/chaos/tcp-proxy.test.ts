import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

describe("the fault proxy", () => {
  let requests: string[];
  let server: Server;
  let proxy: TcpProxy;

  beforeEach(async () => {
    requests = [];
    server = await serve((socket) => {
      socket.on("data", (chunk) => {
        requests.push(chunk.toString());
        socket.write(`done ${chunk.toString()}`);
      });
    });
    proxy = await startTcpProxy();
    proxy.pointAt(portOf(server));
  });
  afterEach(async () => {
    await proxy.close();
    server.close();
  });

  function dial(): Socket {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.on("error", () => undefined);
    return socket;
  }

  async function ask(socket: Socket, request: string): Promise<string> {
    socket.write(request);
    const [reply] = (await once(socket, "data")) as [Buffer];
    return reply.toString();
  }

  /** All that comes until the connection ends or breaks. */
  const rest = (socket: Socket): Promise<string> => text(socket).catch(() => "broken");

  it("passes what it is given, both ways", async () => {
    const socket = dial();
    expect(await ask(socket, "one")).toBe("done one");
    expect(await ask(socket, "two")).toBe("done two");
    socket.destroy();
  });

  it("passes much, in order, without keeping it", async () => {
    const echo = await serve((socket) => void socket.pipe(socket));
    proxy.pointAt(portOf(echo));
    const sent = Buffer.alloc(8 * 1024 * 1024, "0123456789").toString();
    const socket = dial();
    socket.end(sent);
    expect((await text(socket)) === sent).toBe(true);
    echo.close();
  });

  it("cuts between request and reply: the server did it, the client was not told", async () => {
    const socket = dial();
    const hit = proxy.strike({ kind: "cut", within: "reply", afterBytes: 0 });
    socket.write("deed");
    expect(await rest(socket)).toMatch(/^(broken)?$/u);
    expect(await hit).toBe(true);
    expect(requests).toEqual(["deed"]);
  });

  it("cuts within a reply, and before or within a request", async () => {
    const replied = dial();
    void proxy.strike({ kind: "cut", within: "reply", afterBytes: 6 });
    replied.write("deed");
    expect(await rest(replied)).toBe("done d");

    for (const afterBytes of [0, 2]) {
      requests.length = 0;
      const asked = dial();
      void proxy.strike({ kind: "cut", within: "request", afterBytes });
      asked.write("wish");
      expect(await rest(asked)).toMatch(/^(broken)?$/u);
      const arrived = afterBytes === 0 ? [] : ["wi"];
      await vi.waitFor(() => expect(requests).toEqual(arrived));
    }
  });

  it("delivers a request after its client has gone", async () => {
    const socket = dial();
    const hit = proxy.strike({ kind: "late", afterMs: 50 });
    socket.write("late");
    await rest(socket);
    expect(requests).toEqual([]);
    expect(await hit).toBe(true);
    await vi.waitFor(() => expect(requests).toEqual(["late"]));
  });

  it("strikes once, only what matches, and not at all after it was healed", async () => {
    const socket = dial();
    const never = proxy.strike({ kind: "cut", within: "request", afterBytes: 0 }, (request) => request.length > 100);
    const hit = proxy.strike({ kind: "cut", within: "request", afterBytes: 0 }, (request) => request.includes("bad"));
    expect(await ask(socket, "good")).toBe("done good");
    socket.write("bad");
    await rest(socket);
    expect(await hit).toBe(true);
    const next = dial();
    expect(await ask(next, "bad")).toBe("done bad");
    proxy.heal();
    expect(await never).toBe(false);
    expect(await ask(next, "x".repeat(200))).toContain("done x");
    next.destroy();
  });

  it("is a dead network: nothing arrives and nothing breaks, and all of it arrives later", async () => {
    const socket = dial();
    expect(await ask(socket, "before")).toBe("done before");
    proxy.set({ kind: "half_open" });
    const answer = ask(socket, "meanwhile");
    expect(await Promise.race([answer, delay(100, "silence")])).toBe("silence");
    expect(requests).toEqual(["before"]);
    proxy.heal();
    expect(await answer).toBe("done meanwhile");
    socket.destroy();
  });

  it("is slow", async () => {
    proxy.set({ kind: "slow", latencyMs: 60 });
    const socket = dial();
    const startMs = performance.now();
    expect(await ask(socket, "slowly")).toBe("done slowly");
    expect(performance.now() - startMs).toBeGreaterThan(110);
    socket.destroy();
  });

  it("refuses, and breaks what is open", async () => {
    const open = dial();
    expect(await ask(open, "first")).toBe("done first");
    proxy.set({ kind: "refused" });
    expect(await rest(open)).toBe("broken");
    expect(await rest(dial())).toBe("broken");
    proxy.heal();
    const again = dial();
    expect(await ask(again, "again")).toBe("done again");
    proxy.cutAll();
    expect(await rest(again)).toBe("broken");
  });

  it("leaves open connections with the old server when it is pointed at another", async () => {
    const socket = dial();
    expect(await ask(socket, "old")).toBe("done old");
    const other = await serve((client) => void client.end("other"));
    proxy.pointAt(portOf(other));
    expect(await ask(socket, "still old")).toBe("done still old");
    expect(await rest(dial())).toBe("other");
    socket.destroy();
    other.close();
  });
});

/** A server whose connections may break. */
async function serve(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
