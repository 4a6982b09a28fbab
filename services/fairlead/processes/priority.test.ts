import { execFileSync } from "node:child_process";
import { getPriority, platform } from "node:os";
import { expect, it } from "vitest";

/** Where all that this test starts stands at least. */
const OWN = getPriority();
const MODULE = new URL("./priority.ts", import.meta.url).href;
/** Prints the nice value of each thread, those of a worker that is made afterwards included. */
const SCRIPT = `
  import { readdirSync } from "node:fs";
  import { getPriority } from "node:os";
  import { Worker } from "node:worker_threads";
  import { takePlace } from ${JSON.stringify(MODULE)};
  takePlace(process.argv[1]);
  const worker = new Worker("setTimeout(() => {}, 60_000)", { eval: true });
  worker.once("online", () => {
    console.log(JSON.stringify(readdirSync("/proc/self/task").map((thread) => getPriority(Number(thread)))));
    process.exit();
  });
`;

/** The different nice values of a process that was started so much further behind. */
function niceValues(service: string, startedAt = 0): readonly number[] {
  const node = [process.execPath, "--input-type=module", "--eval", SCRIPT, service];
  const output = execFileSync("nice", ["-n", String(startedAt), ...node], { encoding: "utf8" });
  const values = JSON.parse(output) as readonly number[];
  expect(values.length).toBeGreaterThan(5);
  return [...new Set(values)];
}

it.runIf(platform() === "linux")("all threads of a service stand behind those that people wait for", () => {
  expect(["desk", "capture", "planner", "router", "projector"].map((service) => niceValues(service))).toEqual([
    [OWN],
    [OWN],
    [OWN],
    [Math.max(OWN, 5)],
    [Math.max(OWN, 10)],
  ]);
});

it.runIf(platform() === "linux")("who was put further behind stays there", () => {
  expect(niceValues("router", 15)).toEqual([Math.min(OWN + 15, 19)]);
  expect(niceValues("projector", 3)).toEqual([Math.max(OWN + 3, 10)]);
  expect(niceValues("desk", 3)).toEqual([OWN + 3]);
});
