import type { LogRecord } from "../core/domain/decision/log-record.ts";
import type { Batch, BatchVerdict, ConsumableTopic, GroupReader } from "../core/ports/log.ts";
import type { Position } from "../core/ports/store.ts";
import { gatherMs } from "./gather-time.ts";
import { projectBatch, type ProjectBatchDeps } from "./project-batch.ts";
import { takeTurns } from "./take-turns.ts";

export interface ProjectorDeps extends ProjectBatchDeps {
  readonly decisions: ConsumableTopic<LogRecord>;
}

export interface Projector {
  /** Joins the group; close the reader to stop. */
  start(): Promise<GroupReader>;
}

const GROUP = "fairlead.projector";
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/**
 * Decisions into the store. Whatever fails, the batch comes again, ever more slowly: nothing is skipped, and what was
 * written already is recognised by its offset.
 */
export function createProjector(deps: ProjectorDeps): Projector {
  const failures = new Map<number, number>();
  /** Where each partition stood when we left it. */
  const positions = new Map<number, Position>();
  const inTurn = takeTurns();

  function retry(partition: number, error: unknown): BatchVerdict {
    positions.delete(partition);
    const failed = failures.get(partition) ?? 0;
    failures.set(partition, failed + 1);
    const afterMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failed);
    deps.onFault?.(error, afterMs);
    return { kind: "retry", afterMs };
  }

  async function handle(batch: Batch<LogRecord>): Promise<BatchVerdict> {
    try {
      const project = () => projectBatch(deps, batch, positions.get(batch.partition));
      const position = await inTurn(batch.entries.length, project);
      if (position === null) {
        positions.delete(batch.partition);
        return { kind: "retry", afterMs: FIRST_RETRY_MS };
      }
      failures.delete(batch.partition);
      positions.set(batch.partition, position);
      tellLag(deps, batch, position);
      return { kind: "commit" };
    } catch (error) {
      return retry(batch.partition, error);
    }
  }

  return { start: () => deps.decisions.consume({ group: GROUP, keepsPlace: true, gatherMs, handle }) };
}

function tellLag(
  { onLag, clock }: ProjectorDeps,
  { partition, entries, endOffset }: Batch<LogRecord>,
  { next }: Position,
) {
  const last = entries.at(-1);
  if (last !== undefined) onLag?.({ partition, next, behind: endOffset - next, delayMs: clock() - last.appendedAtMs });
}
