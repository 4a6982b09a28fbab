import type { HttpApp } from "../core/http/app.ts";
import type { Store } from "../core/ports/store.ts";
import type { CommandDeps } from "./commands/command.ts";
import { commandRoutes } from "./commands/command-routes.ts";
import { historyRoutes, type HistoryRoutesDeps } from "./reads/history-routes.ts";
import { leadRoutes } from "./reads/lead-routes.ts";
import { loadRoutes } from "./reads/load-routes.ts";
import { poolRoutes } from "./reads/pool-routes.ts";
import { privatePoolRoutes } from "./reads/private-pool-routes.ts";
import { streamRoutes, type StreamRoutesDeps } from "./stream/stream-routes.ts";

export interface DeskRoutesDeps
  extends Omit<CommandDeps, "reads" | "wait">, Omit<StreamRoutesDeps, "reads">, Pick<HistoryRoutesDeps, "planSource"> {
  readonly reads: Store;
}

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Everything that CRMs and people use: reads, commands and the live stream. */
export async function deskRoutes(app: HttpApp, deps: DeskRoutesDeps): Promise<void> {
  await app.register(leadRoutes, deps);
  await app.register(historyRoutes, deps);
  await app.register(privatePoolRoutes, deps);
  await app.register(poolRoutes, deps);
  await app.register(loadRoutes, deps);
  await app.register(commandRoutes, { ...deps, wait });
  await app.register(streamRoutes, deps);
}
