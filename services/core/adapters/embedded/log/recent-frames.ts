import type { Frame } from "./frame.ts";

/** Seconds of a busy partition. */
const KEPT_BYTES = 2 * 1024 * 1024;

export interface RecentFrames {
  push(frame: Frame): void;
  /** Every frame from the one with `offset` on; none if that is not kept any more. */
  from(offset: number): Frame[];
}

/** The last frames that were written, for readers who follow the end: what is in memory still is not read from the disk. */
export function createRecentFrames(): RecentFrames {
  const frames: Frame[] = [];
  let keptBytes = 0;
  return {
    push(frame) {
      frames.push(frame);
      keptBytes += frame.byteLength;
      while (keptBytes > KEPT_BYTES) keptBytes -= frames.shift()?.byteLength ?? 0;
    },
    from(offset) {
      const index = frames.findLastIndex(({ baseOffset }) => baseOffset <= offset);
      return index === -1 ? [] : frames.slice(index);
    },
  };
}
