import { Fault } from "../fault.ts";

/** A node of the organisation: HQ → region → city → team. */
export interface OrgNode {
  readonly nodeId: string;
  readonly parentId: string | null;
  readonly name: string;
}

/** The organisation with its subtrees at hand. */
export interface OrgTree {
  has(nodeId: string): boolean;
  node(nodeId: string): OrgNode | undefined;
  /** The node and everything below it. Empty for an unknown node. */
  subtree(nodeId: string): readonly string[];
  /** The node, its parent, and so on up to a root. Empty for an unknown node. */
  ancestry(nodeId: string): readonly string[];
  isLeaf(nodeId: string): boolean;
}

/** @throws Fault PLAN_INVALID for a duplicate id, a missing parent or a cycle. */
export function createOrgTree(nodes: readonly OrgNode[]): OrgTree {
  const byId = new Map<string, OrgNode>();
  nodes.forEach((node, i) => {
    if (byId.has(node.nodeId)) throw new Fault("PLAN_INVALID", "Org node id is used twice", { at: `/orgNodes/${i}` });
    byId.set(node.nodeId, node);
  });
  const children = new Map<string, string[]>();
  nodes.forEach(({ nodeId, parentId }, i) => {
    if (parentId === null) return;
    if (!byId.has(parentId)) throw new Fault("PLAN_INVALID", "Org node has no such parent", { at: `/orgNodes/${i}` });
    const siblings = children.get(parentId);
    if (siblings === undefined) children.set(parentId, [nodeId]);
    else siblings.push(nodeId);
  });
  const subtrees = new Map<string, readonly string[]>();
  const collect = (nodeId: string): readonly string[] => {
    const below = [nodeId, ...(children.get(nodeId) ?? []).flatMap(collect)];
    subtrees.set(nodeId, below);
    return below;
  };
  const reached = nodes.filter(({ parentId }) => parentId === null).flatMap(({ nodeId }) => collect(nodeId));
  if (reached.length !== nodes.length) throw new Fault("PLAN_INVALID", "Org nodes form a cycle", { at: "/orgNodes" });

  return {
    has: (nodeId) => byId.has(nodeId),
    node: (nodeId) => byId.get(nodeId),
    subtree: (nodeId) => subtrees.get(nodeId) ?? [],
    isLeaf: (nodeId) => byId.has(nodeId) && !children.has(nodeId),
    ancestry(nodeId) {
      const up: string[] = [];
      for (let node = byId.get(nodeId); node !== undefined;) {
        up.push(node.nodeId);
        node = node.parentId === null ? undefined : byId.get(node.parentId);
      }
      return up;
    },
  };
}
