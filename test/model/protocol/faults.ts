import { startRouter } from "./route.ts";
import { PARTITIONS, append, copyContent, emptyContent, type Model, type RedisNode } from "./state.ts";

export const FAULTS = ["stale_failover", "empty_failover", "restart", "flush", "router_kill", "rebalance"] as const;
export type FaultKind = (typeof FAULTS)[number];

export function inject(model: Model, fault: FaultKind, nextRouterId: () => number): void {
  switch (fault) {
    case "stale_failover":
      // Routers stay with the old primary, which goes on answering, until they are in doubt.
      model.primary = newNode(model, copyContent(model.replica));
      return;
    case "empty_failover":
      model.primary = newNode(model, emptyContent());
      return;
    case "restart": {
      model.primary = newNode(model, copyContent(model.primary));
      for (const router of model.routers) router.connection = model.primary;
      model.applierConnection = model.primary;
      return;
    }
    case "flush":
      Object.assign(model.primary, emptyContent());
      return;
    case "router_kill":
      model.routers[model.random.below(model.routers.length)] = startRouter(model, nextRouterId());
      return rebalance(model);
    case "rebalance":
      return rebalance(model);
  }
}

/** Former owners don't know of it yet: they are zombies until their commit is refused. */
export function rebalance(model: Model): void {
  model.generation += 1;
  model.owners = Array.from({ length: PARTITIONS }, () => model.random.pick(model.routers).id);
}

/** One of the requests on their way arrives, in any order, and now and then twice. */
export function deliverOne(model: Model): void {
  const [request] = model.inFlight.splice(model.random.below(model.inFlight.length), 1);
  if (request === undefined) return;
  append(model, request.partition, request.record);
  request.isAcknowledged = true;
  if (model.random.chance(0.1)) model.inFlight.push({ ...request });
}

function newNode(model: Model, content: Omit<RedisNode, "runId">): RedisNode {
  model.nodes += 1;
  return { runId: model.nodes, ...content };
}
