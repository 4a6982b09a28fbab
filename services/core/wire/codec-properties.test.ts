import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCapturedLeadCodec } from "./captured-lead-codec.ts";
import type { Codec } from "./codec.ts";
import { createAuditRecordCodec } from "./audit-record-codec.ts";
import { createDeadLetterCodec } from "./dead-letter-codec.ts";
import { AuditRecordSchema } from "./gen/fairlead/v1/audit_pb.ts";
import { RecoveryStartSchema } from "./gen/fairlead/v1/control_pb.ts";
import { DeadLetterSchema } from "./gen/fairlead/v1/dead_letter_pb.ts";
import { LogRecordSchema } from "./gen/fairlead/v1/decision_pb.ts";
import { CapturedLeadSchema } from "./gen/fairlead/v1/lead_pb.ts";
import { createLeadRequestCodec } from "./lead-request-codec.ts";
import { createLogRecordCodec } from "./log-record-codec.ts";
import { createRecoveryStartCodec } from "./recovery-start-codec.ts";
import { capturedLeads, leadRequests, logRecords, record } from "./wire-records.fixture.ts";

const int = fc.nat({ max: 0xffff });
const bytes = fc.uint8Array({ maxLength: 50 });
const deadLetters = record({
  deadLetterId: fc.string(),
  key: fc.option(bytes, { nil: null }),
  bytes,
  topic: fc.string(),
  partition: int,
  offset: int,
  code: fc.string(),
  at: fc.string(),
  attempts: int,
  firstSeenMs: fc.maxSafeInteger(),
});
const auditRecords = record({
  atMs: fc.maxSafeInteger(),
  actor: fc.string(),
  action: fc.string(),
  subjects: fc.array(fc.string(), { maxLength: 5 }),
});
const recoveryStarts = record({ atMs: fc.maxSafeInteger(), startedBy: fc.string(), records: fc.maxSafeInteger() });
const prepare = () => ({ ok: false as const, code: "LEAD_INVALID", at: "prepare" });

/** Unknown fields 1,000 to 1,003, one of each wire type, and a group that holds one. */
const UNKNOWN = Buffer.from("c03eff01c93e0102030405060708d23e02ffffdd3e01020304c33e0801c43e", "hex");

const RUNS = { numRuns: 300 };

function codecSuite<T>(records: string, codec: Codec<T>, schema: DescMessage, values: fc.Arbitrary<T>): void {
  describe(`the codec of ${records}`, () => {
    it("gives back what it wrote", () => {
      fc.assert(
        fc.property(values, (value) => {
          expect(codec.decode(codec.encode(value))).toStrictEqual({ ok: true, value });
        }),
        RUNS,
      );
    });

    it("agrees with the generated code both ways, and writes no byte more", () => {
      fc.assert(
        fc.property(values, (value) => {
          const ours = codec.encode(value);
          const message = fromBinary(schema, ours);
          expect(message.$unknown).toBeUndefined();
          const theirs = toBinary(schema, message);
          expect(codec.decode(theirs)).toStrictEqual({ ok: true, value });
          // Empty sub-messages and the defaults of map entries are the generated code's to spell out.
          expect(ours.length).toBeLessThanOrEqual(theirs.length);
          expect(fromBinary(schema, theirs)).toStrictEqual(message);
        }),
        RUNS,
      );
    });

    it("skips fields of a later version", () => {
      fc.assert(
        fc.property(values, (value) => {
          const later = Uint8Array.from([...UNKNOWN, ...codec.encode(value), ...UNKNOWN]);
          expect(codec.decode(later)).toStrictEqual({ ok: true, value });
        }),
        { numRuns: 50 },
      );
    });

    it("never throws on a truncated record, and reads a prefix only if it is a record", () => {
      fc.assert(
        fc.property(values, (value) => {
          const whole = codec.encode(value);
          for (let length = 0; length < whole.length; length++) {
            const decoded = codec.decode(whole.subarray(0, length));
            // A cut between two fields is a record of its own; it must be one that the generated code reads too.
            expect(() => decoded.ok && fromBinary(schema, whole.subarray(0, length))).not.toThrow();
          }
        }),
        { numRuns: 20 },
      );
    });

    it("never throws on random or damaged bytes", () => {
      const damaged = fc.tuple(
        values,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
      );
      fc.assert(
        fc.property(damaged, fc.uint8Array({ maxLength: 200 }), ([value, changes], random) => {
          const bytes = codec.encode(value);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          for (const input of [bytes, random]) {
            const decoded = codec.decode(input);
            expect(decoded.ok ? "LEAD_INVALID" : decoded.code).toMatch(/^(RECORD_UNDECODABLE|LEAD_INVALID)$/);
          }
        }),
        { numRuns: 2_000 },
      );
    });
  });
}

codecSuite("lead requests", createLeadRequestCodec({ prepare }), CapturedLeadSchema, leadRequests);
codecSuite("captured leads", createCapturedLeadCodec(), CapturedLeadSchema, capturedLeads);
codecSuite("log records", createLogRecordCodec(), LogRecordSchema, logRecords);
codecSuite("recovery starts", createRecoveryStartCodec(), RecoveryStartSchema, recoveryStarts);
codecSuite("audit records", createAuditRecordCodec(), AuditRecordSchema, auditRecords);
codecSuite("dead letters", createDeadLetterCodec(), DeadLetterSchema, deadLetters);

it("gives a dead letter its original key", () => {
  const key = Uint8Array.from([1, 2]);
  const message = create(DeadLetterSchema, { key, deadLetterId: "t-0-1" });
  const decoded = createDeadLetterCodec().decode(toBinary(DeadLetterSchema, message));
  expect(decoded.ok && createDeadLetterCodec().key(decoded.value)).toEqual(key);
});
