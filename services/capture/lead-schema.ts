import { Type } from "typebox";
import { LEAD_LIMITS, LOCATION_DATUMS } from "../core/domain/lead/captured-lead.ts";
import { INTENT_STATUSES, INTENT_TIMINGS } from "../core/domain/lead/lead.ts";

const Name = Type.Optional(Type.String({ maxLength: LEAD_LIMITS.nameLength }));
const Id = Type.String({ maxLength: LEAD_LIMITS.idLength });

/**
 * The JSON form of a lead, for the OpenAPI document. Not used to check requests: the codec of core/wire does that, once
 * for every door.
 */
export const LeadJsonSchema = Type.Object(
  {
    leadId: Type.Optional(Id),
    externalId: Id,
    source: Type.Object({
      channel: Type.String({ minLength: 1, maxLength: LEAD_LIMITS.nameLength }),
      campaign: Name,
      referrer: Type.Optional(Type.String({ maxLength: LEAD_LIMITS.urlLength })),
    }),
    contact: Type.Optional(Type.Object({ name: Name, phone: Name, email: Name })),
    company: Type.Optional(Type.Object({ name: Name, registrationNumber: Name })),
    location: Type.Optional(
      Type.Object({
        latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
        longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
        datum: Type.Optional(Type.Enum([...LOCATION_DATUMS])),
        postalCode: Name,
        adminCode: Name,
        address: Type.Optional(Type.String({ maxLength: LEAD_LIMITS.addressLength })),
      }),
    ),
    product: Name,
    language: Name,
    attributes: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
        maxProperties: LEAD_LIMITS.attributeCount,
      }),
    ),
    intent: Type.Optional(
      Type.Object({
        status: Type.Optional(Type.Enum([...INTENT_STATUSES])),
        timing: Type.Optional(Type.Enum([...INTENT_TIMINGS])),
      }),
    ),
  },
  {
    description: "A lead as a capture system has it.",
    examples: [
      {
        externalId: "web-7731",
        source: { channel: "web_form", campaign: "spring", referrer: "https://example.com" },
        contact: { name: "Ana Ruiz", phone: "+13125550137", email: "ana@example.com" },
        location: { latitude: 41.88, longitude: -87.63 },
        product: "forklift",
        attributes: { employees: 40 },
        intent: { status: "interested", timing: "within_1_month" },
      },
    ],
  },
);

export const AcceptedSchema = Type.Object({ leadId: Type.String(), externalId: Type.String() });

/** One line of the answer to a bulk upload. */
export const OutcomeLineSchema = Type.Object({
  line: Type.Integer({ minimum: 1, description: "Line of the upload, from 1; blank lines count and have no outcome." }),
  status: Type.Enum(["accepted", "rejected", "failed"], {
    description: "`rejected` is wrong for good; `failed` may be sent again, and is then the same lead.",
  }),
  leadId: Type.Optional(Type.String()),
  externalId: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  pointer: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
});
