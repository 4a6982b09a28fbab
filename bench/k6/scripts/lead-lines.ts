import { SharedArray } from "k6/data";
import exec from "k6/execution";
import { CHUNK_SEPARATOR } from "../target.ts";
import { target } from "./target.ts";

/** Shared line by line: a chunk that every user had to split would cost k6 more than the posts. */
const lines = new SharedArray<string>("lines", () =>
  open(target.leadsFile).replaceAll(CHUNK_SEPARATOR, "\n").split("\n"),
);

/** A lead that nobody has posted yet. Ends the run when there are none left: a repeat is not a new lead. */
export function nextLead(): string {
  const line = lines[exec.scenario.iterationInTest];
  if (line === undefined) exec.test.abort("The leads are used up: the run would measure repeats.");
  return line ?? "";
}
