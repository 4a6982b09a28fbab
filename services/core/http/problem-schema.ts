import { Type } from "typebox";

/** The schema of every answer that is not a success, for the OpenAPI document. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.String(),
    code: Type.String({ description: "Stable: a fault code, or a refusal reason as `private_pool_full`." }),
    pointer: Type.Optional(Type.String({ description: "JSON pointer to what is wrong in the body." })),
    errors: Type.Optional(
      Type.Array(Type.Object({ pointer: Type.String(), code: Type.String(), detail: Type.String() })),
    ),
  },
  { description: "RFC 9457 problem document" },
);

/** The `response` entry that all routes share: anything outside 2xx is a problem. */
export const PROBLEMS = {
  default: { description: "A problem", content: { "application/problem+json": { schema: ProblemSchema } } },
} as const;
