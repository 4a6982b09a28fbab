import type { FastifySchemaCompiler } from "fastify";
import { Compile } from "typebox/compile";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import type { Problem, ProblemEntry } from "./problem.ts";

/** What the compiler reports; the shape that Fastify hands to the error handler as `error.validation`. */
interface Finding {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: object;
  readonly message: string;
}

const ERRORS_TOLD = 20;

/**
 * Checks requests with TypeBox. A body must have exactly the types of its schema; only texts that HTTP has no other
 * form for (query, path, headers) are converted.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  return (input: unknown) => {
    const value = httpPart === "body" ? input : Value.Convert(schema, structuredClone(input));
    if (validator.Check(value)) return { value };
    return { error: Object.assign(new Error("Request is not valid"), { validation: validator.Errors(value) }) };
  };
};

/** @param part `body`, `querystring`, `params` or `headers`, as Fastify names them. */
export function problemOfValidation(findings: readonly Finding[], part: string): Problem {
  const errors = findings.slice(0, ERRORS_TOLD).flatMap((finding) => entries(finding, part));
  const [first] = errors;
  return {
    status: 422,
    title: "The request is not valid",
    code: "REQUEST_INVALID",
    detail: first?.detail ?? "The request does not have the documented form",
    ...(first !== undefined && { pointer: first.pointer }),
    errors,
  };
}

function entries({ instancePath, keyword, params, message }: Finding, part: string): ProblemEntry[] {
  const prefix = part === "body" ? "" : `/${part}`;
  const names = "requiredProperties" in params ? params.requiredProperties : undefined;
  if (keyword === "required" && Array.isArray(names)) {
    return names.map((name) => ({
      pointer: `${prefix}${instancePath}/${String(name)}`,
      code: keyword,
      detail: "is required",
    }));
  }
  // The "false" schema of a property that is not allowed: the pointer says it all, the message would not.
  if (keyword === "boolean") {
    return [{ pointer: prefix + instancePath, code: "additionalProperties", detail: "is not a known property" }];
  }
  if (keyword === "additionalProperties") return [];
  return [{ pointer: prefix + instancePath, code: keyword, detail: message }];
}
