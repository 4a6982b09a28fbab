import { text } from "./row.ts";
import { defineStatement } from "./statement.ts";

/** The migrated schema as text, to be compared with the committed `schema.sql`. */
export const describeSchema = defineStatement({
  file: new URL("./describe-schema.sql", import.meta.url),
  encode: () => [],
  decode: (rows): string => rows.map((row) => `${text(row, "statement")};\n`).join("\n"),
});
