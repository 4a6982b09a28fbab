import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { watchLoopDelay } from "./loop-delay.ts";

function work(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

it("tells a standing delay from one long turn", async () => {
  const delay = watchLoopDelay();
  await wait(300);
  work(400);
  await wait(10);
  expect(delay.standingMs()).toBeLessThan(100);
  for (let turn = 0; turn < 6; turn += 1) {
    work(300);
    await wait(0);
  }
  expect(delay.standingMs()).toBeGreaterThan(150);
  await wait(150);
  expect(delay.standingMs()).toBeLessThan(100);
  delay.stop();
});
