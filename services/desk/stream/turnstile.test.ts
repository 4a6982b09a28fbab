import { expect, it } from "vitest";
import { createTurnstile } from "./turnstile.ts";

it("A turnstile lets so many work at a time, the others in the order they came, whether or not work fails", async () => {
  const pass = createTurnstile(2);
  const begun: number[] = [];
  const works = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const passes = works.map(({ promise }, at) =>
    pass(() => {
      begun.push(at);
      return promise;
    }),
  );
  expect(begun).toEqual([0, 1]);
  works[1]!.reject(new Error("work"));
  await expect(passes[1]).rejects.toThrow("work");
  expect(begun).toEqual([0, 1, 2]);
  works[0]!.resolve();
  works[2]!.resolve();
  await Promise.all([passes[0], passes[2]]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  works[3]!.resolve();
  works[4]!.resolve();
  await Promise.all([passes[3], passes[4]]);
  const again = await pass(() => Promise.resolve("free again"));
  expect(again).toBe("free again");
});
