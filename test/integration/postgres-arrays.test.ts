import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bigintArray,
  booleanArray,
  byteaArray,
  doubleArray,
  jsonArray,
  textArray,
} from "../../services/core/adapters/sql/binary-array.ts";
import type { Row, SqlSession, SqlValue } from "../../services/core/adapters/sql/session.ts";
import { ENGINES } from "../contract/store-open.ts";

const orNull = <T>(values: fc.Arbitrary<T>) => fc.array(fc.option(values, { nil: null }), { maxLength: 20 });
const whole = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, -1, 2 ** 32, -(2 ** 32), 2 ** 31, Number.MIN_SAFE_INTEGER),
);
const text = fc.string({ unit: "binary" });

describe.each(ENGINES)("arrays on %s", (_, openSession) => {
  let session: SqlSession;
  beforeAll(async () => {
    session = await openSession();
  });
  afterAll(() => session.close());

  async function elements(type: string, array: SqlValue): Promise<unknown[]> {
    const query = { name: `elements-${type}`, text: `SELECT element FROM unnest($1::${type}[]) AS element` };
    return (await session.query(query, [array])).map((row: Row) => row["element"]);
  }

  async function arrive<T>(given: fc.Arbitrary<T[]>, arrived: (values: T[]) => Promise<readonly unknown[]>) {
    await fc.assert(
      fc.asyncProperty(given, async (values) => {
        expect(await arrived(values)).toEqual(values);
      }),
      { numRuns: 60 },
    );
  }

  it("hold whole numbers exactly", () =>
    arrive(orNull(whole), async (values) => {
      const rows = await elements("bigint", bigintArray(values));
      return rows.map((value) => (value === null ? null : Number(value)));
    }));

  it("hold doubles to the last bit", () =>
    arrive(orNull(fc.double({ noNaN: true })), (values) => elements("double precision", doubleArray(values))));

  it("hold booleans", () => arrive(fc.array(fc.boolean()), (values) => elements("boolean", booleanArray(values))));

  it("hold bytes", () =>
    arrive(fc.array(fc.uint8Array()), async (values) => {
      const rows = await elements("bytea", byteaArray(values));
      return rows.map((value) => new Uint8Array(value as Uint8Array));
    }));

  it("hold JSON", () =>
    arrive(fc.array(fc.jsonValue().filter((value) => !JSON.stringify(value).includes("-0"))), (values) =>
      elements("json", jsonArray(values.map((value) => JSON.stringify(value)))),
    ));

  it("hold texts, NUL and half characters as U+FFFD", async () => {
    await arrive(orNull(text.map((value) => value.toWellFormed().replaceAll("\0", "\ufffd"))), (values) =>
      elements("text", textArray(values)),
    );
    expect(await elements("text", textArray(["a\0b", "\ud800c", "\udc00"]))).toEqual(["a\ufffdb", "\ufffdc", "\ufffd"]);
  });
});
