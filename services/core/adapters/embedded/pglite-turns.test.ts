import { describe, expect, it } from "vitest";
import { createTurns } from "./pglite-turns.ts";

describe("turns", () => {
  let nowMs = 0;
  const clock = (): number => nowMs;

  it("lets reads overtake what keeps its order, and each kind go in the order it came", () => {
    const turns = createTurns<string>(clock);
    turns.add("write 1", false);
    turns.add("write 2", false);
    turns.add("read 1", true);
    turns.add("read 2", true);
    expect([1, 2, 3, 4, 5].map(() => turns.next(true))).toEqual(["read 1", "read 2", "write 1", "write 2", undefined]);
  });

  it("gives a write its turn when reads have held it up for 50 ms, and the next one the same", () => {
    const turns = createTurns<string>(clock);
    for (const write of ["write 1", "write 2"]) turns.add(write, false);
    const order = Array.from({ length: 12 }, () => {
      turns.add("read", true);
      nowMs += 20;
      return turns.next(true);
    });
    const reads = ["read", "read", "read"];
    expect(order).toEqual([...reads, "write 1", ...reads, "write 2", ...reads, "read"]);
  });

  it("lets nothing break in between writes that belong together", () => {
    const turns = createTurns<string>(clock);
    turns.add("read", true);
    expect(turns.next(false)).toBeUndefined();
    turns.add("commit", false);
    expect(turns.next(false)).toBe("commit");
    expect(turns.next(true)).toBe("read");
  });
});
