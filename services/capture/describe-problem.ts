const DETAILS: Readonly<Record<string, string>> = {
  field_unknown: "is not a field of a lead",
  not_in_list: "is not one of the values allowed",
  out_of_range: "is out of range",
  required: "is required",
  text_malformed: "is not well-formed Unicode, or holds U+0000",
  too_large: "is too large",
  too_long: "is too long",
  too_many: "has too many entries",
  wrong_type: "has the wrong type",
};

/** The code of a lead's problem in words, for people; programs use the code. */
export function describeProblem(code: string): string {
  return DETAILS[code] ?? "is not valid";
}
