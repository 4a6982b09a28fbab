import { Readable } from "node:stream";
import { Fault } from "../../core/domain/fault.ts";
import type { CaptureLead } from "../capture-lead.ts";
import { captureBulk, tooManyLine, type BulkOptions, type OutcomeLine } from "./capture-bulk.ts";
import type { BulkEntry } from "./read-bulk.ts";

export interface BulkLimits {
  readonly maxLeads: number;
  readonly maxBytes: number;
  /** Uploads of one process at a time; the rest is told to come back. */
  readonly maxUploads: number;
}

export interface BulkStart {
  readonly tenantId: string;
  readonly captureLead: CaptureLead;
  readonly room: BulkOptions["room"];
  readonly limits: BulkLimits;
  readonly read: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<readonly BulkEntry[]>;
  /** Called once; with null if the upload was read to its end or to a limit. */
  readonly onEnd: (error: Error | null) => void;
}

/**
 * Starts an upload and gives the answer as a stream of NDJSON. Resolves after the first outcomes, so that a file that
 * is wrong from its first line is a plain problem.
 *
 * Reading doesn't wait for the client to take the outcomes: many clients read nothing before they have sent all, and
 * both sides would wait for ever. What is held meanwhile is bounded: some 200 bytes a line, so 20 MiB for the most
 * lines allowed.
 *
 * @throws Fault REQUEST_INVALID for a CSV header that cannot be used.
 */
export async function startBulk(upload: AsyncIterable<Uint8Array>, start: BulkStart): Promise<Readable> {
  const { tenantId, captureLead, room, limits, read, onEnd } = start;
  const outcomes = captureBulk(read(limitBytes(upload, limits.maxBytes)), {
    tenantId,
    captureLead,
    room,
    maxLeads: limits.maxLeads,
  });
  const answer = new Readable({ read() {} });
  let lastLine = 0;
  const write = (lines: readonly OutcomeLine[]): void => {
    lastLine = lines.at(-1)?.line ?? lastLine;
    if (lines.length > 0) answer.push(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  };
  let first: IteratorResult<readonly OutcomeLine[]>;
  try {
    first = await outcomes.next();
  } catch (error) {
    onEnd(null);
    throw error;
  }
  void pump();
  return answer;

  async function pump(): Promise<void> {
    try {
      for (let next = first; next.done !== true; next = await outcomes.next()) write(next.value);
      answer.push(null);
      onEnd(null);
    } catch (error) {
      const isTooLarge = error instanceof Fault && error.code === "BODY_TOO_LARGE";
      if (isTooLarge) {
        write([
          tooManyLine(lastLine + 1, `more than ${limits.maxBytes} bytes; this line and all after it were not read`),
        ]);
        answer.push(null);
      } else answer.destroy();
      onEnd(isTooLarge ? null : error instanceof Error ? error : new Error("unknown"));
    }
  }
}

async function* limitBytes(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Fault("BODY_TOO_LARGE", `An upload is at most ${maxBytes} bytes`);
    yield chunk;
  }
}
