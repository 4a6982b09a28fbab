import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Attempts } from "../../services/core/ports/attempts.ts";

export interface OpenAttempts {
  /** As a process that starts now sees them. */
  join(): Attempts;
  close(): Promise<void>;
}

/** What every adapter of the port keeps of one another's attempts. */
export function attemptsContract(name: string, open: () => Promise<OpenAttempts>): void {
  describe(`attempts: ${name}`, () => {
    let store: OpenAttempts;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    it("count the processes that have begun a work", async () => {
      expect(await store.join().begin("w")).toBe(1);
      expect(await store.join().begin("w")).toBe(2);
      expect(await store.join().begin("other")).toBe(1);
      expect(await store.join().begin("w")).toBe(3);
    });

    it("count a process once, however often it has to try", async () => {
      await store.join().begin("w");
      const process = store.join();
      for (let attempt = 1; attempt <= 5; attempt += 1) expect(await process.begin("w")).toBe(2);
    });

    it("are forgotten once a process survived", async () => {
      await store.join().begin("w");
      const process = store.join();
      await process.begin("w");
      await process.end("w");
      expect(await process.begin("w")).toBe(1);
      expect(await store.join().begin("w")).toBe(2);
    });
  });
}
