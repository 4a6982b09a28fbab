import type { FastifyError, FastifyInstance } from "fastify";
import { Fault, type FaultCode } from "../domain/fault.ts";
import { internalProblem, problemOfFault, sendProblem, type Problem } from "./problem.ts";
import { problemOfValidation } from "./validation.ts";

/** Fastify's own refusals, in our words. Its messages are not told: they are not part of the contract. */
const FASTIFY_CODES: Readonly<Record<string, readonly [FaultCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["BODY_TOO_LARGE", "The body is larger than this route takes"],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["CONTENT_TYPE_UNSUPPORTED", "This route does not take this content type"],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["BODY_MALFORMED", "The body's size did not match its Content-Length"],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["BODY_MALFORMED", "The body is empty"],
  FST_ERR_BAD_URL: ["REQUEST_INVALID", "The path is not a valid URL"],
  FST_ERR_MAX_PARAM_LENGTH: ["REQUEST_INVALID", "A part of the path is too long"],
};

/** Every error and every unknown route leaves as a problem document. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = problemOf(error);
    // Who is refused under load is counted; to write a line with a stack for each would cost more than to serve him.
    if (problem.status >= 500 && problem.code !== "OVERLOADED") {
      // An expected outage is the dependency's alarm, not ours; what nobody foresaw needs a person.
      const log = problem.status === 503 ? request.log.warn : request.log.error;
      log.call(request.log, { code: problem.code, route: request.routeOptions.url, err: error }, "request failed");
    }
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, problemOfFault(new Fault("NOT_FOUND", "There is no such route"))),
  );
}

function problemOf(error: FastifyError): Problem {
  if (error instanceof Fault) return problemOfFault(error);
  if (error.validation !== undefined) {
    return problemOfValidation(
      error.validation.map(({ instancePath, keyword, params, message = "is not valid" }) => ({
        instancePath,
        keyword,
        params,
        message,
      })),
      error.validationContext ?? "body",
    );
  }
  const known = FASTIFY_CODES[error.code];
  return known === undefined ? internalProblem() : problemOfFault(new Fault(known[0], known[1]));
}
