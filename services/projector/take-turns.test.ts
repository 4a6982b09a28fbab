import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { takeTurns } from "./take-turns.ts";

/** Works that begin when it is their turn and end when they are told to. */
function createWorks() {
  const inTurn = takeTurns();
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  return {
    begun,
    ends,
    async add(name: string, records: number) {
      const end = Promise.withResolvers<string>();
      ends.set(name, end);
      const result = inTurn(records, () => {
        begun.push(name);
        return end.promise;
      });
      await nextTurn();
      return { result };
    },
  };
}

describe("the transactions of a projector", () => {
  it("wait for one another if they are small, in the order in which they come", async () => {
    const works = createWorks();
    const { result } = await works.add("first", 250);
    await works.add("second", 1);
    await works.add("third", 1);
    expect(works.begun).toEqual(["first"]);
    works.ends.get("first")!.resolve("written");
    expect(await result).toBe("written");
    await nextTurn();
    expect(works.begun).toEqual(["first", "second"]);
  });

  it("wait for nobody if they are large", async () => {
    const works = createWorks();
    await works.add("small", 250);
    await works.add("large", 251);
    expect(works.begun).toEqual(["small", "large"]);
  });

  it("go on behind one that has failed, and behind one that takes too long", async () => {
    const works = createWorks();
    const { result } = await works.add("failing", 1);
    const { result: hanging } = await works.add("hanging", 1);
    works.ends.get("failing")!.reject(new Error("no database"));
    await expect(result).rejects.toThrow("no database");
    const { result: behind } = await works.add("behind", 1);
    expect(works.begun).toEqual(["failing", "hanging"]);
    works.ends.get("behind")!.resolve("written");
    expect(await behind).toBe("written");
    works.ends.get("hanging")!.resolve("written late");
    expect(await hanging).toBe("written late");
  });
});
