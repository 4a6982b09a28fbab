/** One line of an upload, without its end. `text` is null for a line that was longer than allowed, and was dropped. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string | null;
}

const LINE_FEED = 0x0a;

/**
 * Splits bytes into lines as they arrive; holds no more than one line and one chunk. Gives the lines of each chunk
 * together, so that what came together is answered together. A UTF-8 byte order mark is skipped.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(maxLineBytes);
  for await (const chunk of chunks) {
    const lines = splitter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  const last = splitter.end();
  if (last !== null) yield [last];
}

class LineSplitter {
  readonly #maxLineBytes: number;
  readonly #decoder = new TextDecoder();
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #number = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  end(): Line | null {
    return this.#pendingBytes === 0 ? null : this.#take();
  }

  #keep(part: Uint8Array): void {
    this.#pendingBytes += part.length;
    // Of a line that is too long only its length is kept. One byte more is allowed, for the "\r".
    if (this.#pendingBytes > this.#maxLineBytes + 1) this.#pending = [];
    else if (part.length > 0) this.#pending.push(part);
  }

  #take(): Line {
    this.#number += 1;
    const text =
      this.#pendingBytes > this.#maxLineBytes + 1 ? null : this.#decoder.decode(Buffer.concat(this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
    return { number: this.#number, text: text === null ? null : text.replace(/\r$/, "") };
  }
}
