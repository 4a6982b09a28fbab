import type { NodeLoad, ReadScope, RepLoad } from "../../../ports/store.ts";
import { integer, text } from "../row.ts";
import { scopeValues } from "../scope.ts";
import type { Row } from "../session.ts";
import { defineStatement } from "../statement.ts";

/** A rep with leads in two nodes has a line for each. */
export const liveLoad = defineStatement({
  file: new URL("./live-load.sql", import.meta.url),
  encode: (scope: ReadScope) => scopeValues(scope),
  decode(rows): NodeLoad {
    return {
      reps: rows.filter((row) => row["status"] === "owned").map(decodeRep),
      owned: countOf(rows, "owned"),
      public: countOf(rows, "public"),
      parked: countOf(rows, "parked"),
    };
  },
});

function countOf(rows: readonly Row[], status: string): number {
  return rows.reduce((sum, row) => (row["status"] === status ? sum + integer(row, "leads") : sum), 0);
}

function decodeRep(row: Row): RepLoad {
  return {
    repId: text(row, "rep_id"),
    nodeId: text(row, "node_id"),
    owned: integer(row, "leads"),
    loadMilli: integer(row, "load_milli"),
    lastAssignedAtMs: integer(row, "last_since_ms"),
  };
}
