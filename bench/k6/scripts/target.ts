import type { Target } from "../target.ts";

/** What this run is about. The file is named by whoever starts k6. */
export const target = JSON.parse(open(__ENV["TARGET"] ?? "")) as Target;

export const NDJSON = { headers: { ...target.headers, "content-type": "application/x-ndjson" } };
export const JSON_BODY = { headers: { ...target.headers, "content-type": "application/json" } };
