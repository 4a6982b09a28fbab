import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MUTATIONS } from "./all-mutations.ts";

const pathOf = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));

/** The mutations themselves run at night (`npm run test:mutations`); that they still fit the code shows at once. */
describe("the mutations fit the code", () => {
  it.each(MUTATIONS)("$name", ({ changes, caughtBy }) => {
    for (const { file, find } of changes) expect(readFileSync(pathOf(file), "utf8").split(find)).toHaveLength(2);
    expect(existsSync(pathOf(caughtBy.file))).toBe(true);
  });

  it("have names of their own", () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  });
});
