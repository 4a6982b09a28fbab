import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { ALLOCATE_YOUNG } from "./allocate-young.ts";

it("names an option of this Node's V8, which would pass over one that it does not know", () => {
  const options = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  expect(options).toContain(ALLOCATE_YOUNG.replace("--no-", "--"));
});
