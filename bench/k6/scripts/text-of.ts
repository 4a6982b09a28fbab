import type { RefinedResponse, ResponseType } from "k6/http";

/** Empty where there was no answer. */
export function textOf({ body }: RefinedResponse<ResponseType | undefined>): string {
  return typeof body === "string" ? body : "";
}
