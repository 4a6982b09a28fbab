import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RedisClient } from "./connect.ts";
import { orUnavailable } from "./ledger-fault.ts";

export interface ScriptCall {
  readonly keys: readonly string[];
  readonly argv: readonly (string | Buffer)[];
}

export interface ScriptDefinition<Request, Reply> {
  /** Put one behind the other. Read at import, so that a missing file stops the process at its start. */
  readonly files: readonly URL[];
  readonly encode: (request: Request) => ScriptCall;
  /** Bulk strings come as Buffers, since records are binary. */
  readonly decode: (raw: unknown, request: Request) => Reply;
}

export type Script<Request, Reply> = (client: RedisClient, request: Request) => Promise<Reply>;

/**
 * A Lua command with a typed call. The server's script cache is empty after a restart, a failover or SCRIPT FLUSH; the
 * call then sends the text once.
 */
export function defineScript<Request, Reply>(definition: ScriptDefinition<Request, Reply>): Script<Request, Reply> {
  const text = definition.files.map((file) => readFileSync(file, "utf8")).join("\n");
  const sha = createHash("sha1").update(text).digest("hex");
  return async (client, request) => {
    const { keys, argv } = definition.encode(request);
    const args = [keys.length, ...keys, ...argv];
    const cached = client.callBuffer("EVALSHA", [sha, ...args]).catch((error: unknown) => {
      if (!isNoScript(error)) throw error;
      return client.callBuffer("EVAL", [text, ...args]);
    });
    const raw = await orUnavailable(cached);
    return definition.decode(raw, request);
  };
}

const isNoScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith("NOSCRIPT");
