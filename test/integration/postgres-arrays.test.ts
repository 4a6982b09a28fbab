import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bigintArray, byteaArray, doubleArray, textArray } from "../../services/core/adapters/sql/binary-array.ts";
import type { Row, SqlSession, SqlValue } from "../../services/core/adapters/sql/session.ts";
import { ENGINES } from "../contract/store-open.ts";

const orNull = <T>(values: fc.Arbitrary<T>) => fc.array(fc.option(values, { nil: null }), { maxLength: 20 });
const whole = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, -1, 2 ** 32, -(2 ** 32), 2 ** 31, Number.MIN_SAFE_INTEGER),
);
/** Short and long, ASCII alone and with all the rest. */
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.string({ maxLength: 60 }));

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

  /** The smallest list that does not come back as it was, told by fast-check; null if all do. */
  async function violations<T>(given: fc.Arbitrary<T[]>, arrived: (values: T[]) => Promise<readonly unknown[]>) {
    const property = fc.asyncProperty(given, async (values) => {
      expect(await arrived(values)).toEqual(values);
    });
    const run = await fc.check(property, { numRuns: 60 });
    return run.failed ? fc.defaultReportMessage(run) : null;
  }

  it("hold whole numbers exactly", async () => {
    const arrived = async (values: (number | null)[]) => {
      const rows = await elements("bigint", bigintArray(values));
      return rows.map((value) => (value === null ? null : Number(value)));
    };
    await expect(violations(orNull(whole), arrived)).resolves.toBeNull();
  });

  it("hold doubles to the last bit", async () => {
    const doubles = orNull(fc.double({ noNaN: true }));
    const arrived = (values: (number | null)[]) => elements("double precision", doubleArray(values));
    await expect(violations(doubles, arrived)).resolves.toBeNull();
  });

  it("hold bytes", async () => {
    const arrived = async (values: Uint8Array[]) => {
      const rows = await elements("bytea", byteaArray(values));
      return rows.map((value) => new Uint8Array(value as Uint8Array));
    };
    await expect(violations(fc.array(fc.uint8Array()), arrived)).resolves.toBeNull();
  });

  it("hold texts, NUL and half characters as U+FFFD", async () => {
    const texts = orNull(text.map((value) => value.toWellFormed().replaceAll("\0", "\ufffd")));
    const arrived = (values: (string | null)[]) => elements("text", textArray(values));
    await expect(violations(texts, arrived)).resolves.toBeNull();
    expect(await elements("text", textArray(["a\0b", "\ud800c", "\udc00"]))).toEqual(["a\ufffdb", "\ufffdc", "\ufffd"]);
  });
});
