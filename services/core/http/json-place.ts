/** One token of JSON, from where `lastIndex` stands. Numbers and strings exactly as RFC 8259 has them. */
const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy;

type Expectation = "value" | "value or ]" | "key" | "key or }" | "colon" | "comma or end" | "nothing";

/**
 * Where a text stops being JSON. V8's own message quotes the input, which may be personal data, and often has no
 * position. Only called for texts that JSON.parse refused; O(n), without recursion.
 */
export function placeOfJsonError(text: string): string {
  const open: Open = [];
  let expected: Expectation = "value";
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const next: Expectation | null = match === null ? null : follow(expected, [match[0], match[1], match[2]], open);
    if (next === null) return place(text, at);
    at = TOKEN.lastIndex;
    expected = next;
  }
}

type Token = readonly [whole: string, mark: string | undefined, text: string | undefined];
type Open = ("{" | "[")[];

/** The expectation after a token, or null if the token may not stand here. */
function follow(expected: Expectation, token: Token, open: Open): Expectation | null {
  const [, mark, text] = token;
  switch (expected) {
    case "value":
    case "value or ]":
      return mark === "]" && expected === "value or ]" ? close(open) : followValue(mark, open);
    case "key":
    case "key or }":
      if (mark === "}" && expected === "key or }") return close(open);
      return text === undefined ? null : "colon";
    case "colon":
      return mark === ":" ? "value" : null;
    case "comma or end":
      return followMember(mark, open);
    case "nothing":
      return null;
  }
}

function followValue(mark: string | undefined, open: Open): Expectation | null {
  if (mark === undefined) return afterValue(open);
  if (mark !== "{" && mark !== "[") return null;
  open.push(mark);
  return mark === "{" ? "key or }" : "value or ]";
}

function followMember(mark: string | undefined, open: Open): Expectation | null {
  const isObject = open.at(-1) === "{";
  if (mark === ",") return isObject ? "key" : "value";
  return mark === (isObject ? "}" : "]") ? close(open) : null;
}

function close(open: Open): Expectation {
  open.pop();
  return afterValue(open);
}

const afterValue = (open: Open): Expectation => (open.length === 0 ? "nothing" : "comma or end");

function place(text: string, tokenStart: number): string {
  const rest = /^[ \t\n\r]*/.exec(text.slice(tokenStart))?.[0].length ?? 0;
  const before = text.slice(0, tokenStart + rest);
  const line = before.split("\n").length;
  return `line ${line}, column ${before.length - before.lastIndexOf("\n")}`;
}
