import type { FastifyInstance } from "fastify";
import { Fault } from "../domain/fault.ts";
import { placeOfJsonError } from "./json-place.ts";

/**
 * Reads JSON bodies, and only those: every other content type is 415 until a route's plugin adds it. Keys that could
 * reach a prototype are refused, not dropped.
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const text = String(body);
    // Commands without a body are common with a JSON content type set by the client library.
    if (text === "") return done(null, undefined);
    return parse(request, text, (error, value) => {
      if (error === null) return done(null, value);
      done(new Fault("BODY_MALFORMED", "The body is not valid JSON", { at: placeOf(text) }));
    });
  });
}

function placeOf(text: string): string {
  try {
    JSON.parse(text);
    return "a key that is not allowed";
  } catch {
    return placeOfJsonError(text);
  }
}
