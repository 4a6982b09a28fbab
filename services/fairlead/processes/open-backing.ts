import type { Clock } from "../../core/domain/lead/clock.ts";
import type { Lifecycle } from "../../core/runtime/lifecycle.ts";
import type { Logger } from "../../core/runtime/logger.ts";
import type { Config } from "../config.ts";
import type { Backing } from "./backing.ts";

export interface OpenBackingOptions {
  readonly config: Config;
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
}

/** The backing of either mode, for commands that work in both; loads only the drivers of the one. */
export async function openBacking({ config, name, clock, logger, lifecycle }: OpenBackingOptions): Promise<Backing> {
  const onFault = (err: unknown): void => logger.warn({ err }, "Fault, trying again");
  if (config.backing.mode === "embedded") {
    const { openEmbeddedBacking } = await import("./embedded-backing.ts");
    return openEmbeddedBacking({ dataDir: config.dataDir, clock, lifecycle, onFault });
  }
  const { openDistributedBacking } = await import("./distributed-backing.ts");
  return openDistributedBacking({ config, clientId: `fairlead-${name}`, clock, logger, lifecycle, onFault });
}
