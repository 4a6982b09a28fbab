import { Fault } from "../../core/domain/fault.ts";

/** Offset of the last record seen, by partition; -1 for none. The id of an event, so that a client resumes exactly. */
export type Positions = readonly number[];

const ENTRY = /^(\d{1,5}):(-1|\d{1,15})$/;

/** `0:17,1:-1,2:4`: every partition, so that one id says all of where a client was. */
export function formatPositions(positions: Positions): string {
  return positions.map((offset, partition) => `${partition}:${offset}`).join(",");
}

/**
 * Partitions that an id does not name came after it, so nothing of them was seen.
 *
 * @throws Fault CURSOR_INVALID
 */
export function parsePositions(id: string, partitionCount: number): number[] {
  const positions = Array.from({ length: partitionCount }, () => -1);
  for (const entry of id.split(",")) {
    const [, partition, offset] = ENTRY.exec(entry.trim()) ?? [];
    const index = Number(partition ?? -1);
    if (partition === undefined || index >= partitionCount) {
      throw new Fault("CURSOR_INVALID", "The event id is not one of ours");
    }
    positions[index] = Number(offset);
  }
  return positions;
}
