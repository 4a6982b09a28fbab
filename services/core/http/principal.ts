export const ROLES = ["admin", "manager", "rep", "capture", "service"] as const;
export type Role = (typeof ROLES)[number];

/** Who calls. Every read and every command is bounded by it. */
export interface Principal {
  readonly principalId: string;
  readonly tenantId: string;
  /** The caller sees this node and what is below it; null is the whole tenant. A rep stands where the plan has him. */
  readonly nodeId: string | null;
  readonly role: Role;
  /** The salesperson the caller is; null for everyone else. */
  readonly repId: string | null;
}

/** Roles that act for others: assign, transfer, reopen. */
export function isManager({ role }: Principal): boolean {
  return role === "admin" || role === "manager";
}
