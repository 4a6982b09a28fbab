import { createHash, randomBytes } from "node:crypto";
import { get, type ClientRequest, type IncomingMessage } from "node:http";
import type { Rep } from "../../services/core/domain/rep/rep.ts";
import { quantiles, type Quantiles } from "../pipeline/summary.ts";

export interface Listener {
  readonly token: string;
  readonly repId: string;
}

/** Keys for so many reps, one stream each, as their dashboards would have; and the document for the server. */
export function createListeners(tenantId: string, reps: readonly Rep[], count: number) {
  const listeners = reps
    .slice(0, count)
    .map(({ repId }): Listener => ({ repId, token: `fl_${randomBytes(24).toString("base64url")}` }));
  const keys = listeners.map(({ repId, token }, index) => ({
    sha256: createHash("sha256").update(token).digest("hex"),
    principalId: `listener-${index}`,
    tenantId,
    nodeId: reps[index]?.nodeIds[0] ?? null,
    role: "rep",
    repId,
  }));
  return { listeners, keys };
}

export interface StreamResult {
  readonly clients: number;
  /** Streams that the server refused or ended. */
  readonly broken: number;
  readonly events: number;
  /** Assignments that reached the stream of their owner. */
  readonly assigned: number;
  /** From the decision to the event at the client. */
  readonly delayMs: Quantiles;
}

export interface StreamClients {
  /** Resolves when every stream has its first position. */
  open(): Promise<void>;
  /** Ends the streams. */
  close(): StreamResult;
}

/** Clients of the live stream in this process; each counts and times the events it gets. */
export function createStreamClients(desk: string, listeners: readonly Listener[]): StreamClients {
  const requests: ClientRequest[] = [];
  const delaysMs: number[] = [];
  let broken = 0;
  let assigned = 0;

  function listen({ token, repId }: Listener): Promise<void> {
    return new Promise((resolve) => {
      const request = get(`${desk}/v1/stream`, { agent: false, headers: { authorization: `Bearer ${token}` } });
      requests.push(request);
      request.on("error", () => (broken += 1));
      request.on("response", (response: IncomingMessage) => {
        if (response.statusCode !== 200) broken += 1;
        response.on("end", () => (broken += 1));
        readFrames(response, (fields) => {
          resolve();
          const data = fields.get("data");
          if (data === undefined) return;
          const change = JSON.parse(data) as { type: string; at: string; to: { repId: string } | null };
          delaysMs.push(Date.now() - Date.parse(change.at));
          if (change.type === "assigned" && change.to?.repId === repId) assigned += 1;
        });
      });
    });
  }

  return {
    async open() {
      for (const listener of listeners) await listen(listener);
    },
    close() {
      const result = { clients: listeners.length, broken, events: delaysMs.length, assigned };
      for (const request of requests) request.destroy();
      return { ...result, delayMs: quantiles(delaysMs.length === 0 ? [Number.NaN] : delaysMs) };
    },
  };
}

function readFrames(response: IncomingMessage, onFrame: (fields: ReadonlyMap<string, string>) => void): void {
  let text = "";
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const fields = new Map(
        lines.map((line): [string, string] => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
      );
      if (fields.has("id")) onFrame(fields);
    }
  });
}
