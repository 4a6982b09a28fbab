const REPLACEMENT = "\uFFFD";
/** An escape of JSON: of a NUL, of half a surrogate pair (whole pairs are never escaped), or any other, to step over. */
const ESCAPE = /\\(?:u0000|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/g;
const UNSTORABLE = /^\\u(?:0000|[dD][89a-fA-F])/;

/**
 * JSON for a parameter. PostgreSQL can store neither NUL nor half a surrogate pair, and one such character in one
 * product name must not stop the projection of a partition for ever; they become U+FFFD.
 */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes("\\u")) return text;
  return text.replace(ESCAPE, (escape) => (UNSTORABLE.test(escape) ? REPLACEMENT : escape));
}

/** The same for a plain text parameter: what could not be stored can't be found either, which is no fault. */
export function storableText(text: string): string {
  return text.includes("\0") || !text.isWellFormed() ? text.toWellFormed().replaceAll("\0", REPLACEMENT) : text;
}
