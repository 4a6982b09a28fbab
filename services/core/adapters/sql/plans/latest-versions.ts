import { integer, text } from "../row.ts";
import { defineStatement } from "../statement.ts";

export const latestVersions = defineStatement({
  file: new URL("./latest-versions.sql", import.meta.url),
  encode: () => [],
  decode: (rows): ReadonlyMap<string, number> =>
    new Map(rows.map((row) => [text(row, "tenant_id"), integer(row, "version")])),
});
