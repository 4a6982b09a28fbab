import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Row, SqlRunner, SqlValue, StatementText } from "./session.ts";

export interface StatementDefinition<Input, Output> {
  readonly file: URL;
  readonly encode: (input: Input) => readonly SqlValue[];
  readonly decode: (rows: readonly Row[]) => Output;
}

/** A typed statement. Its file is read at import, so that a missing one stops the process at boot. */
export function defineStatement<Input, Output>(definition: StatementDefinition<Input, Output>) {
  const { file, encode, decode } = definition;
  const statement = readStatement(file);
  return async (runner: SqlRunner, input: Input): Promise<Output> =>
    decode(await runner.query(statement, encode(input)));
}

export function readStatement(file: URL): StatementText {
  const path = fileURLToPath(file);
  return { name: basename(path, ".sql"), text: readFileSync(path, "utf8") };
}
