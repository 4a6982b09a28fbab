import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { StreamWriter } from "./stream-writer.ts";

/** A client that takes one chunk whenever the test lets it. */
function slowClient() {
  const taken: string[] = [];
  const pending: (() => void)[] = [];
  const output = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      taken.push(String(chunk));
      pending.push(done);
    },
  });
  return { output, taken, take: () => pending.shift()?.() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("StreamWriter", () => {
  it("writes what comes in one turn in one piece, and holds what a slow client has not taken, in order", async () => {
    const { output, taken, take } = slowClient();
    const writer = new StreamWriter({ output, maxQueued: 3, onClose() {} });
    for (const frame of ["a", "b", "c", "d"]) writer.write(frame);
    await turn();
    for (const frame of ["e", "f", "g"]) writer.write(frame);
    expect(writer.isClosed).toBe(false);
    for (let turns = 0; turns < 2; turns += 1) {
      take();
      await turn();
    }
    expect(taken).toEqual(["abcd", "efg"]);
  });

  it("ends the stream of a client that is too slow, telling it when to come back", async () => {
    const { output, taken, take } = slowClient();
    let closes = 0;
    const writer = new StreamWriter({ output, maxQueued: 2, onClose: () => (closes += 1) });
    writer.write("a");
    await turn();
    for (const frame of ["b", "c", "d"]) writer.write(frame);
    expect(writer.isClosed).toBe(true);
    await writer.room();
    take();
    await turn();
    expect(taken).toEqual(["a", "retry: 0\n\n"]);
    expect(closes).toBe(1);
  });

  it("lets a patient writer wait for room", async () => {
    const { output, take } = slowClient();
    const writer = new StreamWriter({ output, maxQueued: 2, onClose() {} });
    writer.write("a");
    await turn();
    let hasRoom = false;
    const waiting = writer.room().then(() => (hasRoom = true));
    await turn();
    expect(hasRoom).toBe(false);
    take();
    await waiting;
    expect(hasRoom).toBe(true);
  });
});
