import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { processGuard } from "./guard.ts";

/** A folder for one server: the given one, which is kept, or a temporary one, which goes when this process ends. */
export function dataDirectory(server: string, given: string | undefined): string {
  if (given === undefined) return mkdtempSync(join(processGuard().directory, `${server}-`));
  mkdirSync(given, { recursive: true });
  return given;
}
