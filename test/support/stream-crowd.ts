import { connect, type Socket } from "node:net";

/** An event as a crowd remembers it: who hears a hundred thousand keeps no texts. */
export interface HeardEvent {
  readonly leadId: string;
  readonly type: string;
}

/**
 * One of many clients of the live stream: a socket that comes back with the last id it saw. It keeps a number for each
 * event.
 */
export class CrowdClient {
  readonly token: string;
  /** Events in the order in which they came, over all connections. */
  readonly heard: number[] = [];
  /** Id of the first position, from which on nothing may be missing; empty before. */
  startId = "";
  lastId = "";
  /** Status of the last answer; 0 before it. */
  status = 0;
  isOpen = false;
  readonly #keyOf: (event: HeardEvent) => number;
  #socket: Socket | null = null;

  constructor(token: string, keyOf: (event: HeardEvent) => number) {
    this.token = token;
    this.#keyOf = keyOf;
  }

  /** Resolves with the first position, or with the end of the connection. */
  connect(baseUrl: string): Promise<void> {
    const { hostname, port } = new URL(baseUrl);
    const socket = connect({ host: hostname, port: Number(port) });
    this.#socket = socket;
    this.status = 0;
    const resume = this.lastId === "" ? "" : `last-event-id: ${this.lastId}\r\n`;
    socket.setEncoding("latin1");
    const head = `host: ${hostname}\r\nconnection: close\r\nauthorization: Bearer ${this.token}\r\n`;
    socket.write(`GET /v1/stream HTTP/1.1\r\n${head}${resume}\r\n`);
    return new Promise((resolve) => {
      let rest = "";
      socket.on("error", () => undefined);
      socket.on("close", () => {
        if (this.#socket === socket) this.isOpen = false;
        resolve();
      });
      socket.on("data", (chunk: string) => {
        // What a connection that was cut still had is not ours any more.
        if (this.#socket !== socket) return;
        rest = this.#read(rest + chunk);
        if (this.isOpen) resolve();
      });
    });
  }

  /** Takes nothing more, without a word to the server. */
  stall(): void {
    this.#socket?.pause();
  }

  /** Takes what there is, to the end of a connection that the server has ended. */
  async drain(): Promise<void> {
    const socket = this.#socket;
    if (socket === null || socket.destroyed) return;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.resume();
    await closed;
  }

  cut(): void {
    this.#socket?.destroy();
    this.#socket = null;
    this.isOpen = false;
  }

  /** @returns what may be the beginning of the next frame */
  #read(text: string): string {
    let begin = 0;
    if (this.status === 0) {
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return text;
      this.status = Number(text.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
      begin = end + 4;
    }
    if (this.status !== 200) return "";
    for (let end = text.indexOf("\n\n", begin); end >= 0; end = text.indexOf("\n\n", begin)) {
      this.#take(text.slice(begin, end));
      begin = end + 2;
    }
    return text.slice(begin);
  }

  #take(frame: string): void {
    const [, id] = /^id: (.*)$/m.exec(frame) ?? [];
    if (id === undefined) return;
    this.lastId = id;
    if (this.startId === "") this.startId = id;
    this.isOpen = true;
    const [, type] = /^event: (.*)$/m.exec(frame) ?? [];
    const [, leadId] = /"leadId":"([^"]+)"/.exec(frame) ?? [];
    if (type !== undefined && leadId !== undefined) this.heard.push(this.#keyOf({ leadId, type }));
  }
}
