import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** What befalls one request, and then no other. */
export type Strike =
  /**
   * The connection breaks when so many bytes have passed. 0 bytes of the reply is the cut between request and reply: the
   * server has done what was asked, and nobody is told.
   */
  | { readonly kind: "cut"; readonly within: "request" | "reply"; readonly afterBytes: number }
  /** The client's connection breaks at once, and the server gets the request nevertheless, so much later. */
  | { readonly kind: "late"; readonly afterMs: number };

/** How the link is until it is set otherwise. */
export type LinkState =
  | { readonly kind: "open" }
  /** Each chunk takes so long. */
  | { readonly kind: "slow"; readonly latencyMs: number }
  /** Nothing arrives, and nobody is told: a dead network. What was sent arrives when the link opens again. */
  | { readonly kind: "half_open" }
  /** Connections break, and new ones do too. */
  | { readonly kind: "refused" };

/** Stands between clients and a server of loopback, and breaks what passes as it is told. */
export interface TcpProxy {
  readonly port: number;
  /** Where connections lead from now on; those that are open stay where they are. */
  pointAt(targetPort: number): void;
  set(state: LinkState): void;
  /** Breaks every connection there is. */
  cutAll(): void;
  /** @returns true once it has hit the next request that matches, false if `heal` came first */
  strike(strike: Strike, matches?: (request: Buffer) => boolean): Promise<boolean>;
  /** Opens the link and withdraws the strikes that have hit nothing yet. */
  heal(): void;
  close(): Promise<void>;
}

interface Armed {
  readonly strike: Strike;
  readonly matches: (request: Buffer) => boolean;
  readonly done: (hasHit: boolean) => void;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** A strike that waits for the reply. */
  onReply: Armed | null;
}

const OPEN: LinkState = { kind: "open" };

/** Refuses until it is pointed at a server. */
export async function startTcpProxy(): Promise<TcpProxy> {
  let target: number | null = null;
  let state = OPEN;
  let stateChanged = Promise.withResolvers<void>();
  const links = new Set<Link>();
  const armed: Armed[] = [];

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    client.on("error", () => undefined);
    if (target === null || state.kind === "refused") return void client.resetAndDestroy();
    const server = connect({ port: target, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    server.on("error", () => undefined);
    client.setNoDelay(true);
    const link: Link = { client, server, onReply: null };
    links.add(link);
    const requests = carry(client, server, (request) => passRequest(link, request));
    const replies = carry(server, client, (reply) => passReply(link, reply));
    const broken = (): void => cut(link);
    const ended = (): void => {
      links.delete(link);
      link.onReply?.done(false);
    };
    void Promise.all([requests, replies]).then(ended, broken);
  });

  /** Chunks in order, each when the link lets it through and the receiver has room. */
  async function carry(from: Socket, to: Socket, pass: (chunk: Buffer) => boolean): Promise<void> {
    // Left alone at its end: the other direction may still have something to say.
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      await passage();
      if (!pass(chunk as Buffer)) return;
      if (to.writableNeedDrain) await Promise.race([once(to, "drain"), once(to, "close")]);
    }
    await passage();
    to.end();
  }

  async function passage(): Promise<void> {
    while (state.kind === "half_open") await stateChanged.promise;
    if (state.kind === "slow") await delay(state.latencyMs);
  }

  /** @returns whether there is more to carry */
  function passRequest(link: Link, request: Buffer): boolean {
    const index = armed.findIndex(({ matches }) => matches(request));
    const [hit] = index < 0 ? [] : armed.splice(index, 1);
    if (hit === undefined) return write(link.server, request);
    const { strike, done } = hit;
    if (strike.kind === "cut" && strike.within === "reply") {
      link.onReply = hit;
      return write(link.server, request);
    }
    links.delete(link);
    link.client.resetAndDestroy();
    const part = strike.kind === "cut" ? request.subarray(0, strike.afterBytes) : request;
    setTimeout(() => link.server.end(part, () => done(true)), strike.kind === "late" ? strike.afterMs : 0);
    return false;
  }

  function passReply(link: Link, reply: Buffer): boolean {
    const { client, server, onReply } = link;
    // The client is gone; that the server sees it go must not keep it from reading what comes late.
    if (!links.has(link)) return true;
    if (onReply?.strike.kind !== "cut") return write(client, reply);
    links.delete(link);
    server.resetAndDestroy();
    client.end(reply.subarray(0, onReply.strike.afterBytes), () => client.destroy());
    onReply.done(true);
    return false;
  }

  function cut(link: Link): void {
    if (!links.delete(link)) return;
    // Its reply will never pass; whoever waits for the strike must not wait for ever.
    link.onReply?.done(false);
    link.client.resetAndDestroy();
    link.server.resetAndDestroy();
  }

  function cutAll(): void {
    for (const link of links) cut(link);
  }

  function set(next: LinkState): void {
    state = next;
    stateChanged.resolve();
    stateChanged = Promise.withResolvers();
    if (state.kind === "refused") cutAll();
  }

  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    pointAt: (targetPort) => void (target = targetPort),
    set,
    cutAll,
    strike: (strike, matches = () => true) =>
      new Promise((done) => {
        armed.push({ strike, matches, done });
      }),
    heal() {
      set(OPEN);
      for (const { done } of armed.splice(0)) done(false);
    },
    async close() {
      set({ kind: "refused" });
      listener.close();
      await once(listener, "close");
    },
  };
}

function write(to: Socket, chunk: Buffer): boolean {
  if (to.destroyed) return false;
  to.write(chunk);
  return true;
}
