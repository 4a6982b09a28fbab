import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { COLLECT_SELDOM } from "./collect-seldom.ts";

const MODULE = new URL("./collect-seldom.ts", import.meta.url).href;
/** Lets buffers pass through as fetches do: 1.5 GB, of which 32 MB are alive at a time; prints a line for each collection. */
const SCRIPT = `
  import { collectSeldom } from ${JSON.stringify(MODULE)};
  if (process.argv[1] === "seldom") collectSeldom();
  const alive = [];
  for (let made = 0; made < 24_000; made++) alive[made % 512] = Buffer.alloc(65_536);
`;

function fullCollections(how: "seldom" | "as ever"): number {
  const node = ["--trace-gc", "--input-type=module", "--eval", SCRIPT, how];
  const output = execFileSync(process.execPath, node, { encoding: "utf8" });
  return output.split("\n").filter((line) => line.includes("Mark-Compact")).length;
}

it("names options of this Node's V8, which would pass over those that it does not know", () => {
  const options = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  for (const option of COLLECT_SELDOM) expect(options).toContain(option.replace("--no-", "--").replace(/=.*/u, " ("));
});

it("passing buffers begin few collections of everything", () => {
  const asEver = fullCollections("as ever");
  expect(asEver).toBeGreaterThan(5);
  expect(fullCollections("seldom")).toBeLessThan(asEver / 2);
});
