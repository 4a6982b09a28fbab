import { target } from "./target.ts";

/** k6 calls it at the end of every script that exports it. */
export function handleSummary(data: unknown): Record<string, string> {
  return { [target.summaryFile]: JSON.stringify(data) };
}

export const TREND_STATS = ["avg", "min", "med", "p(95)", "p(99)", "max"];
