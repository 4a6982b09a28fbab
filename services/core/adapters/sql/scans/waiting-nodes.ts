import { integer, text } from "../row.ts";
import { defineStatement } from "../statement.ts";

export const waitingNodes = defineStatement({
  file: new URL("./waiting-nodes.sql", import.meta.url),
  encode: (tenantId: string) => [tenantId],
  decode: (rows): ReadonlyMap<string, number> =>
    new Map(rows.map((row) => [text(row, "node_id"), integer(row, "leads")])),
});
