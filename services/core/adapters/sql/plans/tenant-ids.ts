import { text } from "../row.ts";
import { defineStatement } from "../statement.ts";

export const tenantIds = defineStatement({
  file: new URL("./tenant-ids.sql", import.meta.url),
  encode: () => [],
  decode: (rows): readonly string[] => rows.map((row) => text(row, "tenant_id")),
});
