import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leadOfRecord, parseColumns } from "./csv-columns.ts";
import { readCsv, readNdjson, type BulkEntry } from "./read-bulk.ts";
import { splitLines } from "./split-lines.ts";

/** The text as bytes, in chunks of any size, so that nothing depends on where the network cuts. */
async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, "utf8");
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function all<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const batch of batches) items.push(...batch);
  return items;
}

const read = (text: string, size = 5): Promise<BulkEntry[]> => all(readCsv(chunksOf(text, size)));
const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

describe("splitLines", () => {
  it("gives the same lines wherever the chunks are cut, in characters of any length", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n\uFEFF]/g, "")),
          { minLength: 1 },
        ),
        fc.integer({ min: 1, max: 20 }),
        async (texts, size) => {
          const lines = await all(splitLines(chunksOf(`${texts.join("\r\n")}\n`, size), 10_000));
          expect(lines.map(({ text }) => text)).toEqual(texts);
          expect(lines.map(({ number }) => number)).toEqual(texts.map((_, i) => i + 1));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("drops a line that is too long, and only that", async () => {
    const lines = await all(splitLines(chunksOf(`ok\n${"x".repeat(100)}\nlast`, 7), 10));
    expect(lines.map(({ text }) => text)).toEqual(["ok", null, "last"]);
  });
});

describe("readNdjson", () => {
  it("counts blank lines without answering them", async () => {
    const entries = await all(readNdjson(chunksOf('{"a":1}\n\n  \n{oops\n{"a":2}', 3)));
    expect(entries).toMatchObject([
      { line: 1, ok: true, json: { a: 1 } },
      { line: 4, ok: false, problem: { code: "BODY_MALFORMED" } },
      { line: 5, ok: true, json: { a: 2 } },
    ]);
  });
});

describe("readCsv", () => {
  it("reads back what RFC 4180 writes, wherever the chunks are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ unit: "grapheme", minLength: 1 }), fc.string({ minLength: 1 })), {
          minLength: 1,
        }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, size) => {
          const text = `product,externalId\r\n${rows.map((row) => `${row.map(quote).join(",")}\r\n`).join("")}`;
          const entries = await read(text, size);
          expect(entries.map((entry) => entry.ok && entry.json)).toEqual(
            rows.map(([product, externalId]) => ({ product, externalId })),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it("tells the line on which a record starts, and spoils only the record with a stray quote", async () => {
    const entries = await read('a.b,c\n"x\ny",1\n\nst"ray,2\nz,3\nshort\n"open,4');
    expect(entries).toMatchObject([
      { line: 2, ok: true, json: { a: { b: "x\ny" }, c: "1" } },
      { line: 5, ok: false, problem: { code: "BODY_MALFORMED" } },
      { line: 6, ok: true },
      { line: 7, ok: false, problem: { detail: "has 1 cells under 2 headers" } },
      { line: 8, ok: false },
    ]);
  });

  it("drops a record that is too long", async () => {
    const entries = await read(`a\n${"x".repeat(70_000)}\nb\n`, 4_096);
    expect(entries).toMatchObject([
      { line: 2, ok: false, problem: { code: "LEAD_TOO_LARGE" } },
      { line: 3, ok: true },
    ]);
  });
});

describe("columns", () => {
  it.each([["a,,b"], ["__proto__.x"], ["a.constructor"], ["a,a"], ["a,a.b"], ["a b"], [""]])("refuses %j", (header) => {
    expect(() => parseColumns(header.split(","))).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });

  it("types positions and attributes, and nothing else", () => {
    const columns = ["location.latitude", "attributes.n", "attributes.zip", "attributes.yes", "product", "language"];
    expect(leadOfRecord(columns, ["41.88", "40", "007", "true", "12", ""])).toEqual({
      location: { latitude: 41.88 },
      attributes: { n: 40, zip: "007", yes: true },
      product: "12",
    });
  });
});
