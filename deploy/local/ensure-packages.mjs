/**
 * Brings node_modules up to the lock file, and does nothing (in some 20 ms) when it is there already. Plain JavaScript
 * on Node >= 20 without a dependency, because it is the first thing that runs in an empty checkout: `npm start` and
 * `npm test` call it, and only after it is the pinned Node 24 at node_modules/.bin/node.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const modules = join(root, "node_modules");
const stampFile = join(modules, ".fairlead-installed");
const tailLines = 30;

const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
const lockHash = createHash("sha256").update(lockText).digest("hex");

if (!stampMatches() && !installedByHand()) installPackages();
if (!stampMatches()) writeFileSync(stampFile, lockHash);

function stampMatches() {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === lockHash;
}

/**
 * True if a person's own `npm ci` or `npm install` has brought what the lock file asks for: npm writes
 * node_modules/.package-lock.json last. It spares them a second install, and others the loss of node_modules in mid-run.
 */
function installedByHand() {
  const installedFile = join(modules, ".package-lock.json");
  if (!existsSync(installedFile)) return false;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages ?? {};
  return Object.entries(JSON.parse(lockText).packages).every(
    ([path, wanted]) => path === "" || wanted.optional || wanted.link || installed[path]?.version === wanted.version,
  );
}

function installPackages() {
  console.error("Installing the npm packages of package-lock.json …");
  const startedMs = Date.now();
  const result = spawnSync("npm", ["ci", "--include=dev", "--no-progress"], {
    cwd: root,
    encoding: "utf8",
    // `npm ci` deletes node_modules, so it must not run on the Node inside of it.
    env: { ...process.env, PATH: pathOutside(modules) },
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error !== undefined || result.status !== 0) {
    const output = `${result.stdout ?? ""}${result.stderr ?? ""}`.trimEnd().split("\n").slice(-tailLines).join("\n");
    const reason = result.error?.message ?? `exit ${result.status ?? result.signal}`;
    console.error(`${output}\n\n"npm ci" failed (${reason}). Run it in ${root} to see all of its output.`);
    process.exit(1);
  }
  console.error(`Installed in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.`);
}

function pathOutside(directory) {
  const entries = (process.env.PATH ?? "").split(delimiter);
  return entries.filter((entry) => !entry.startsWith(directory)).join(delimiter);
}
