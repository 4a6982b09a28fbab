import { MAX_LEAD_BYTES } from "../../core/domain/lead/captured-lead.ts";
import type { LeadProblem } from "../capture-lead.ts";
import { leadOfRecord, parseColumns } from "./csv-columns.ts";
import { CsvParser, type CsvRecord } from "./parse-csv.ts";
import { splitLines, type Line } from "./split-lines.ts";

/** One lead of an upload, or why there is none. */
export type BulkEntry =
  | { readonly line: number; readonly ok: true; readonly json: unknown }
  | { readonly line: number; readonly ok: false; readonly problem: LeadProblem };

const TOO_LARGE: LeadProblem = { code: "LEAD_TOO_LARGE", pointer: "", detail: `is more than ${MAX_LEAD_BYTES} bytes` };
const MALFORMED_JSON: LeadProblem = { code: "BODY_MALFORMED", pointer: "", detail: "is not valid JSON" };
const MALFORMED_CSV: LeadProblem = { code: "BODY_MALFORMED", pointer: "", detail: "is not quoted as RFC 4180 asks" };

/** Leads of an NDJSON upload, in order, as many at once as arrived. Blank lines are counted, not answered. */
export async function* readNdjson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly BulkEntry[]> {
  for await (const lines of splitLines(chunks, MAX_LEAD_BYTES)) {
    yield lines.filter(({ text }) => text === null || text.trim() !== "").map(entryOfLine);
  }
}

function entryOfLine({ number: line, text }: Line): BulkEntry {
  if (text === null) return { line, ok: false, problem: TOO_LARGE };
  try {
    return { line, ok: true, json: JSON.parse(text) };
  } catch {
    return { line, ok: false, problem: MALFORMED_JSON };
  }
}

/**
 * Leads of a CSV upload. The first record names the columns.
 *
 * @throws Fault REQUEST_INVALID for a header row that cannot be used, before anything was yielded.
 */
export async function* readCsv(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly BulkEntry[]> {
  const parser = new CsvParser(MAX_LEAD_BYTES);
  const decoder = new TextDecoder();
  let columns: readonly string[] | null = null;
  const entries = (records: readonly CsvRecord[]): readonly BulkEntry[] => {
    let rest = records;
    if (columns === null) {
      const [header, ...others] = records;
      if (header === undefined) return [];
      columns = parseColumns(header.isMalformed ? [] : (header.fields ?? []));
      rest = others;
    }
    const known = columns;
    return rest.map((record) => entryOfRecord(record, known));
  };
  for await (const chunk of chunks) {
    const found = entries(parser.push(decoder.decode(chunk, { stream: true })));
    if (found.length > 0) yield found;
  }
  const last = parser.end();
  const found = last === null ? [] : entries([last]);
  if (found.length > 0) yield found;
}

function entryOfRecord({ line, fields, isMalformed }: CsvRecord, columns: readonly string[]): BulkEntry {
  if (fields === null) return { line, ok: false, problem: TOO_LARGE };
  if (isMalformed) return { line, ok: false, problem: MALFORMED_CSV };
  if (fields.length !== columns.length) {
    const detail = `has ${fields.length} cells under ${columns.length} headers`;
    return { line, ok: false, problem: { code: "BODY_MALFORMED", pointer: "", detail } };
  }
  return { line, ok: true, json: leadOfRecord(columns, fields) };
}
