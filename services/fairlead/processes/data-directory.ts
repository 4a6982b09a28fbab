import { join } from "node:path";

/** What is where in the data directory of an embedded process. */
export const logDirectory = (dataDir: string): string => join(dataDir, "log");
export const checkpointDirectory = (dataDir: string): string => join(dataDir, "checkpoint");
export const planDirectory = (dataDir: string): string => join(dataDir, "plans");
export const storeDirectory = (dataDir: string): string => join(dataDir, "store");

/** The topic that both the process and its checkpoint process read. */
export const DECISIONS_TOPIC = "fairlead.decisions.v1";
