import { Fault } from "../../core/domain/fault.ts";

/** `externalId`, `contact.phone`, `attributes.employees`: names of JSON members, separated by dots. */
const COLUMN = /^[A-Za-z][A-Za-z0-9_-]{0,63}(\.[A-Za-z0-9_-]{1,64}){0,3}$/;
const FORBIDDEN = /(^|\.)(__proto__|constructor|prototype)(\.|$)/;
/** Columns whose JSON form is a number. What is no number stays text, for the lead's own check to refuse. */
const NUMBERS: ReadonlySet<string> = new Set(["location.latitude", "location.longitude"]);
const MAX_COLUMNS = 200;

/** @throws Fault REQUEST_INVALID naming the first header that is wrong. */
export function parseColumns(header: readonly string[]): readonly string[] {
  const columns = header.map((name) => name.trim());
  if (columns.length === 0 || columns.length > MAX_COLUMNS) {
    throw new Fault("REQUEST_INVALID", `The header row must name 1 to ${MAX_COLUMNS} columns`, { at: "line 1" });
  }
  const seen = new Set<string>();
  columns.forEach((name, index) => {
    const at = `line 1, column ${index + 1}`;
    if (!COLUMN.test(name) || FORBIDDEN.test(name)) {
      throw new Fault("REQUEST_INVALID", "A header is not a dotted path of a lead's JSON form", { at });
    }
    if (seen.has(name)) throw new Fault("REQUEST_INVALID", "A header stands twice", { at });
    seen.add(name);
  });
  columns.forEach((name, index) => {
    const parents = name.split(".").map((_, depth, parts) => parts.slice(0, depth).join("."));
    if (parents.some((parent) => seen.has(parent))) {
      throw new Fault("REQUEST_INVALID", "A header lies below another one", { at: `line 1, column ${index + 1}` });
    }
  });
  return columns;
}

/** The JSON form of a record. An empty cell is a member that is absent. */
export function leadOfRecord(columns: readonly string[], fields: readonly string[]): Record<string, unknown> {
  const lead: Record<string, unknown> = {};
  columns.forEach((column, index) => {
    const text = fields[index] ?? "";
    if (text === "") return;
    const path = column.split(".");
    const name = path.pop() ?? "";
    let parent = lead;
    for (const part of path) {
      const child = (parent[part] ?? {}) as Record<string, unknown>;
      parent[part] = child;
      parent = child;
    }
    parent[name] = valueOf(column, text);
  });
  return lead;
}

/**
 * Attributes are typed and CSV is not: `40` and `true` mean a number and a boolean there, while `007` or `1e5`, which
 * would not read back the same, stay text.
 */
function valueOf(column: string, text: string): unknown {
  const number = Number(text);
  if (NUMBERS.has(column)) return Number.isFinite(number) && text.trim() !== "" ? number : text;
  if (!column.startsWith("attributes.")) return text;
  if (text === "true" || text === "false") return text === "true";
  return Number.isFinite(number) && String(number) === text ? number : text;
}
