import { logCorrupt } from "./log-faults.ts";
import { type Frame } from "./frame.ts";
import { type FramePlace, type Segment, nearestFrame, readFrames } from "./segment.ts";

export interface ReadableChain {
  readonly directory: string;
  /** In order; more may come while it is read. */
  readonly segments: readonly Segment[];
  /** Everything before it is durable. */
  end(): FramePlace;
}

/** Frames that hold the durable records from `fromOffset` on; the first may start before it. */
export async function* chainFrames(
  { directory, segments, end }: ReadableChain,
  fromOffset: number,
): AsyncGenerator<Frame[]> {
  let offset = fromOffset;
  while (offset < end().offset) {
    const index = segments.findLastIndex(({ baseOffset }) => baseOffset <= offset);
    const segment = segments[index];
    if (segment === undefined) throw logCorrupt(directory, 0, `no segment with record ${offset}`);
    const nextBase = segments[index + 1]?.baseOffset;
    const endPosition = nextBase === undefined ? end().position : (await segment.handle.stat()).size;
    for await (const frames of readFrames(segment, nearestFrame(segment, offset), endPosition)) {
      const last = frames.at(-1);
      if (last !== undefined) offset = Math.max(offset, last.baseOffset + last.count);
      yield frames;
    }
    if (nextBase !== undefined && offset !== nextBase) {
      throw logCorrupt(segment.file, endPosition, `records ${offset} to ${nextBase} are missing`);
    }
  }
}
