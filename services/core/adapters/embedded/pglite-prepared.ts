import { messages, protocol, types, type PGlite } from "@electric-sql/pglite";
import type { Row, SqlValue } from "../sql/session.ts";

interface Prepared {
  readonly name: string;
  /** Of the rows it gives. */
  readonly fields: readonly messages.RowDescriptionMessage["fields"][number][];
}

const { serialize } = protocol;

/**
 * Queries by statements that PostgreSQL keeps, as the driver of a server does it. PGlite's own `query` has each parsed and
 * planned again, which takes longer than most of our reads, and passes six messages where one will do.
 *
 * Statements are kept for ever: there is a file for each. One call at a time.
 */
export function createPreparedQuery(database: PGlite) {
  const known = new Map<string, Prepared>();
  // PGlite's own parser makes a number of every two digits, which takes 40 µs for a record of the log.
  const parsers = { ...database.parsers, [types.BYTEA]: bytesOf };

  async function prepare(text: string): Promise<Prepared> {
    const name = `statement_${known.size}`;
    const ask = [serialize.parse({ name, text }), serialize.describe({ type: "S", name }), serialize.sync()];
    const answer = await exchange(ask);
    const description = answer.find((message) => message instanceof messages.RowDescriptionMessage);
    const prepared = { name, fields: description?.fields ?? [] };
    known.set(text, prepared);
    return prepared;
  }

  async function exchange(ask: readonly Uint8Array[]): Promise<readonly messages.BackendMessage[]> {
    return (await database.execProtocol(Buffer.concat(ask), { syncToFs: false })).messages;
  }

  return async function query(text: string, values: readonly SqlValue[]): Promise<readonly Row[]> {
    const { name, fields } = known.get(text) ?? (await prepare(text));
    const bound = values.map((value) => (typeof value === "number" ? String(value) : value));
    const ask = [serialize.bind({ statement: name, values: bound }), serialize.execute({}), serialize.sync()];
    const rows = (await exchange(ask)).filter((message) => message instanceof messages.DataRowMessage);
    return rows.map(({ fields: cells }) =>
      Object.fromEntries(
        fields.map(({ name: column, dataTypeID }, i) => [
          column,
          types.parseType(cells[i] ?? null, dataTypeID, parsers) as unknown,
        ]),
      ),
    );
  };
}

/** Of `\x` and digits. Not of Node's pool: sent to another thread, all of the pool would be copied. */
function bytesOf(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow((text.length - 2) / 2);
  bytes.write(text.slice(2), "hex");
  return bytes;
}
