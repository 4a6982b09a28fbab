import { Type } from "typebox";
import type { PageRequest } from "../ports/store.ts";

const DEFAULT_PAGE_LIMIT = 50;
const PAGE_LIMIT = 200;

/** Query parameters of every list. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_LIMIT, default: DEFAULT_PAGE_LIMIT })),
  after: Type.Optional(
    Type.String({ maxLength: 512, description: "`next` of the page before; opaque, never made by hand." }),
  ),
};

export function pageRequest(query: { readonly limit?: number; readonly after?: string }): PageRequest {
  return { limit: query.limit ?? DEFAULT_PAGE_LIMIT, after: query.after ?? null };
}
