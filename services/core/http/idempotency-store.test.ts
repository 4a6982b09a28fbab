import { describe, expect, it } from "vitest";
import { IdempotencyStore } from "./idempotency-store.ts";

const answer = (payload: string) => ({ status: 200, contentType: "application/json", payload });

function open(limits: { maxEntries?: number; maxBytes?: number } = {}) {
  const time = { nowMs: 0 };
  const store = new IdempotencyStore({
    clock: () => time.nowMs,
    maxEntries: 10,
    maxBytes: 1_000,
    keepMs: 100,
    ...limits,
  });
  return { store, time };
}

describe("IdempotencyStore", () => {
  it("replays an answer until it is too old, and refuses another body", async () => {
    const { store, time } = open();
    expect(await store.begin("k", "body")).toBe("first");
    store.finish("k", answer("a"));
    expect(await store.begin("k", "body")).toEqual(answer("a"));
    expect(await store.begin("k", "other")).toBe("other_body");
    time.nowMs = 100;
    expect(await store.begin("k", "other")).toBe("first");
  });

  it("lets the second wait for the first, and go itself if the first failed", async () => {
    const { store } = open();
    expect(await store.begin("k", "body")).toBe("first");
    const second = store.begin("k", "body");
    const third = store.begin("k", "body");
    store.finish("k", null);
    expect(await second).toBe("first");
    store.finish("k", answer("a"));
    expect(await third).toEqual(answer("a"));
  });

  it("forgets the least recently used first, by number and by size", async () => {
    const { store } = open({ maxEntries: 2 });
    for (const key of ["a", "b"]) {
      await store.begin(key, "");
      store.finish(key, answer(key));
    }
    await store.begin("a", "");
    await store.begin("c", "");
    store.finish("c", answer("c"));
    expect(await store.begin("a", "")).toEqual(answer("a"));
    expect(await store.begin("b", "")).toBe("first");

    const { store: small } = open({ maxBytes: 5 });
    await small.begin("a", "");
    small.finish("a", answer("123"));
    await small.begin("b", "");
    small.finish("b", answer("456"));
    expect(await small.begin("a", "")).toBe("first");
    expect(await small.begin("b", "")).toEqual(answer("456"));
  });
});
