import { SharedArray } from "k6/data";
import exec from "k6/execution";
import { CHUNK_SEPARATOR } from "../target.ts";
import { target } from "./target.ts";

const chunks = new SharedArray<string>("chunks", () => open(target.leadsFile).split(CHUNK_SEPARATOR));

/**
 * Leads that nobody has posted yet, as NDJSON. Ends the run when there are none left: a repeat is not a new lead.
 *
 * @param from behind the chunks of a setup
 */
export function nextChunk(from = 0): string {
  const chunk = chunks[from + exec.scenario.iterationInTest];
  if (chunk === undefined) exec.test.abort("The leads are used up: the run would measure repeats.");
  return chunk ?? "";
}

/** The first chunks, for a setup. */
export function firstChunks(count: number): readonly string[] {
  return chunks.slice(0, count);
}
