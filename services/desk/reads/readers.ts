import type { Role } from "../../core/http/principal.ts";

/** Who may read; what each sees is a matter of scope. Capture systems write only. */
export const READERS: readonly Role[] = ["admin", "manager", "rep", "service"];
