/** A node of the organisation: HQ → region → city → team. */
export interface OrgNode {
  readonly nodeId: string;
  readonly parentId: string | null;
  readonly name: string;
}
