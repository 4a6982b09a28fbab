import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "../../services/fairlead/config.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const DOCUMENTS = globSync("**/*.md", {
  cwd: ROOT,
  exclude: (name) => name === "node_modules" || name.startsWith("."),
});

describe("what the documents say", () => {
  it.each(DOCUMENTS)("%s links to nothing that is not there", (document) => {
    const text = readFileSync(join(ROOT, document), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = ""]) => target);
    const missing = links.filter((target) => !existsSync(join(ROOT, dirname(document), target)));
    expect(missing).toEqual([]);
  });

  it("names only paths that exist", () => {
    const named = [...README.matchAll(/`((?:services|test|bench|deploy|proto)\/[\w./-]+)`/g)].map(
      ([, path = ""]) => path,
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("lists every setting with its meaning, and no other", () => {
    const table = /<!-- settings:.*-->([\s\S]*)<!-- \/settings -->/.exec(README)?.[1] ?? "";
    const rows = [...table.matchAll(/^\| `(FAIRLEAD_\w+)` +\| (.*?) +\|$/gm)].map(([, name, meaning]) => [
      name,
      meaning,
    ]);
    expect(rows).toEqual(Object.entries(SETTINGS));
  });

  it("names only npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object };
    const named = [...README.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
