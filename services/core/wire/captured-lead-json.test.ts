import { fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createCapturedLeadCodec } from "./captured-lead-codec.ts";
import { capturedLeadFromJson } from "./captured-lead-json.ts";
import { CapturedLeadSchema } from "./gen/fairlead/v1/lead_pb.ts";
import { capturedLeads } from "./wire-records.fixture.ts";

/** The example of SPEC §11, to the letter. */
const SPEC_LEAD = `{"externalId":"web-7731","source":{"channel":"web_form","campaign":"spring","referrer":"https://example.com"},
 "contact":{"name":"Ana Ruiz","phone":"+13125550137","email":"ana@example.com"},"company":{"name":"Ruiz Tools"},
 "location":{"latitude":41.88,"longitude":-87.63},"product":"forklift","attributes":{"employees":40},
 "intent":{"status":"interested","timing":"within_1_month"}}`;

const codec = createCapturedLeadCodec();
const specLead = (): Record<string, unknown> => JSON.parse(SPEC_LEAD) as Record<string, unknown>;
const problemsOf = (changes: object): unknown => {
  const result = capturedLeadFromJson({ ...specLead(), ...changes });
  return result.ok ? [] : result.problems.map(({ pointer, code }) => `${pointer} ${code}`);
};

it("reads the example of the specification", () => {
  expect(capturedLeadFromJson(specLead())).toStrictEqual({
    ok: true,
    value: {
      tenantId: "",
      leadId: "",
      externalId: "web-7731",
      source: { channel: "web_form", campaign: "spring", referrer: "https://example.com" },
      contact: { name: "Ana Ruiz", phone: "+13125550137", email: "ana@example.com" },
      company: { name: "Ruiz Tools", registrationNumber: "" },
      location: { latitudeDeg: 41.88, longitudeDeg: -87.63, datum: "", postalCode: "", adminCode: "", address: "" },
      product: "forklift",
      language: "",
      attributes: { employees: 40 },
      intent: { status: "interested", timing: "within_1_month" },
      capturedAtMs: 0,
    },
  });
});

it("is the JSON form of the message, in both directions", () => {
  const message = fromJson(CapturedLeadSchema, specLead() as never);
  expect(codec.decode(toBinary(CapturedLeadSchema, message))).toStrictEqual(capturedLeadFromJson(specLead()));
  expect(toJson(CapturedLeadSchema, message)).toStrictEqual(specLead());
});

it("reads the JSON that the generated code writes of any lead", () => {
  fc.assert(
    fc.property(capturedLeads, (value) => {
      const json = toJson(CapturedLeadSchema, fromBinary(CapturedLeadSchema, codec.encode(value)));
      const result = capturedLeadFromJson(JSON.parse(JSON.stringify(json)));
      // JSON has no minus zero.
      expect(result).toEqual({ ok: true, value: JSON.parse(JSON.stringify(value)) as unknown });
    }),
    { numRuns: 300 },
  );
});

it("names every problem by its pointer", () => {
  expect(
    problemsOf({
      source: { campaign: "spring" },
      location: { latitude: 91, longitude: "east", datum: "BD-09" },
      attributes: { "a/b~c": [], fine: null, note: "x".repeat(1_025) },
      intent: { status: "lukewarm" },
      language: 7,
      colour: "red",
    }),
  ).toEqual([
    "/location/longitude wrong_type",
    "/language wrong_type",
    "/colour field_unknown",
    "/source/channel required",
    "/location/latitude out_of_range",
    "/location/datum not_in_list",
    "/intent/status not_in_list",
    "/attributes/a~1b~0c wrong_type",
    "/attributes/note too_long",
  ]);
});

it.each([
  ["what only the door may say", { prepared: true, score: 99 }, ["/prepared field_unknown", "/score field_unknown"]],
  ["U+0000, which Postgres can't hold", { product: "a\0b" }, ["/product text_malformed"]],
  ["half a surrogate pair", { product: "\ud800" }, ["/product text_malformed"]],
  ["a lead of another shape", { source: "web" }, ["/source wrong_type", "/source/channel required"]],
  ["a time that isn't whole", { capturedAtMs: 1.5 }, ["/capturedAtMs out_of_range"]],
  ["a time before 1970", { capturedAtMs: "-1" }, ["/capturedAtMs out_of_range"]],
])("refuses %s", (_, changes, problems) => {
  expect(problemsOf(changes)).toEqual(problems);
});

it.each([null, 7, "lead", []])("refuses %j", (json) => {
  expect(capturedLeadFromJson(json)).toMatchObject({ ok: false, problems: [{ pointer: "", code: "wrong_type" }, {}] });
});

it("doesn't let a key reach a prototype", () => {
  const attributes = JSON.parse('{"__proto__":"x","constructor":"y"}') as unknown;
  expect(problemsOf({ attributes })).toEqual(["/attributes/__proto__ wrong_type"]);
  expect(problemsOf(JSON.parse('{"constructor":{"name":1},"toString":1}') as object)).toEqual([
    "/constructor field_unknown",
    "/toString field_unknown",
  ]);
});

it("refuses a lead that would outgrow its record, though each field fits", () => {
  const attributes = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${at}`, "报".repeat(1_000)]));
  expect(problemsOf({ attributes })).toEqual([" too_large"]);
});

it("stops listing problems of a hostile body", () => {
  const junk = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, at]));
  expect(problemsOf(junk)).toHaveLength(20);
});
