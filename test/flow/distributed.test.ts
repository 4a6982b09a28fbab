import { afterAll, describe } from "vitest";
import { openDistributedFlow } from "../support/flow-distributed.ts";
import { once } from "../support/flow-open.ts";
import { FLOW_TIMEOUT_MS } from "../support/flow-until.ts";
import { scenarios } from "./scenarios.ts";
import { tamperingFlow } from "./tampering.flow.ts";

describe("Fairlead distributed", { timeout: FLOW_TIMEOUT_MS }, () => {
  const open = once(() => openDistributedFlow());
  afterAll(async () => (await open()).close());

  scenarios(open);
  tamperingFlow(open);
});
