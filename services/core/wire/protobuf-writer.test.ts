import { expect, it } from "vitest";
import { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag } from "./protobuf-tag.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

const INNER = delimitedTag(1);
const TEXT = delimitedTag(2);

/** Around every width of a length, and across the growth of the buffer. */
it.each([0, 1, 41, 42, 43, 124, 125, 126, 127, 128, 16_379, 16_380, 16_384, 2_097_140, 2_097_152, 3_000_000])(
  "writes a text of %i characters in two messages",
  (length) => {
    const writer = new ProtobufWriter();
    const text = "x".repeat(length);
    for (const _ of [1, 2]) {
      writer.begin();
      const outer = writer.open(INNER);
      const inner = writer.open(INNER);
      writer.textAlways(TEXT, text);
      writer.close(inner);
      writer.close(outer);
      const reader = new ProtobufReader(writer.finish());
      reader.nextTag();
      reader.enter();
      reader.nextTag();
      reader.enter();
      reader.nextTag();
      expect(reader.string() === text && reader.atEnd).toBe(true);
      expect(reader.refusal).toBeUndefined();
    }
  },
);
