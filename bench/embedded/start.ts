/**
 * How long an embedded process takes to start on a directory with a million open leads, from its checkpoint and from the
 * log alone. Run: `node bench/embedded/start.ts <directory made by fill-directory.ts> [result file]`.
 */
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { describeMachine } from "../pipeline/report.ts";
import { createLeadPool, TENANT } from "../pipeline/lead-pool.ts";
import { measureStart, type StartTimes } from "./start-time.ts";

const [dataDir = "", out = new URL("../results/embedded-start.json", import.meta.url).pathname] = process.argv.slice(2);
const ROUNDS = 5;
const BAR_MS = 10_000;

const { leads } = await createLeadPool(1, "on-shift");
const { location, product } = leads[0]!.facts;
const { latitudeDeg: latitude, longitudeDeg: longitude } = location;
const lead = { source: { channel: "web_form" }, location: { latitude, longitude }, product };

const fromCheckpoint: StartTimes[] = [];
for (let round = 0; round < ROUNDS; round++) fromCheckpoint.push(await measureStart(dataDir, TENANT, lead));
await rename(join(dataDir, "checkpoint"), join(dataDir, "checkpoint-aside"));
const fromLog = await measureStart(dataDir, TENANT, lead);
await rename(join(dataDir, "checkpoint-aside"), join(dataDir, "checkpoint"));

const slowest = Math.max(...fromCheckpoint.map(({ firstDecisionMs }) => firstDecisionMs));
const result = { ...describeMachine(), barMs: BAR_MS, slowestMs: slowest, fromCheckpoint, fromLog };
console.log(JSON.stringify(result, null, 2));
writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
