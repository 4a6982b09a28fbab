import { afterAll, describe } from "vitest";
import { openEmbeddedFlow } from "../support/flow-embedded.ts";
import { once } from "../support/flow-open.ts";
import { FLOW_TIMEOUT_MS } from "../support/flow-until.ts";
import { crashFlow } from "./crash.flow.ts";
import { scenarios } from "./scenarios.ts";
import { scopeFlow } from "./scope.flow.ts";

describe("Fairlead embedded", { timeout: FLOW_TIMEOUT_MS }, () => {
  const open = once(() => openEmbeddedFlow());
  afterAll(async () => (await open()).close());

  scenarios(open);
  scopeFlow(openEmbeddedFlow);
  crashFlow();
});
