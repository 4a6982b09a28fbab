/**
 * Takes a checkpoint in a process of its own, as an embedded Fairlead does, and goes on whatever a terminal says.
 * Argument: the data directory. Its decision log has one partition, and nothing in it.
 */
import { takeInProcess } from "../../services/fairlead/processes/take-in-process.ts";

process.on("SIGINT", () => undefined);
const [dataDir = ""] = process.argv.slice(2);
const taking = takeInProcess({ dataDir, ends: [0] }, new AbortController().signal);
console.log("taking");
await taking;
console.log("taken");
