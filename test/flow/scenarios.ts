import { expect, it } from "vitest";
import type { OpenFlow } from "../support/flow-open.ts";
import { assignmentFlow } from "./assignment.flow.ts";
import { badInputFlow } from "./bad-input.flow.ts";
import { capacityFlow } from "./capacity.flow.ts";
import { claimsFlow } from "./claims.flow.ts";
import { lifecycleFlow } from "./lifecycle.flow.ts";
import { pagesFlow } from "./pages.flow.ts";
import { streamFlow } from "./stream.flow.ts";
import { topicDoorFlow } from "./topic-door.flow.ts";

/** What Fairlead does, in whichever mode; and at the end the log, the ledger and the store agree about all of it. */
export function scenarios(open: OpenFlow): void {
  assignmentFlow(open);
  claimsFlow(open);
  lifecycleFlow(open);
  streamFlow(open);
  pagesFlow(open);
  capacityFlow(open);
  topicDoorFlow(open);
  badInputFlow(open);

  it("lost no lead, gave none twice, exceeded no limit, and has ledger and store as the log says (I1–I3, I7, I8)", async () => {
    const flow = await open();
    const report = await flow.verify();
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ violations: 0, pendingInputs: 0, verdicts: { conflict: 0 } });
    expect(report.leads).toBeGreaterThan(12_000);
  });
}
