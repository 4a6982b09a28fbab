import { endLead } from "./close.ts";
import type { CommandDeps, CommandOutcome, LeadCommand } from "./command.ts";

/** Won: the owner's slot is freed, and the lead stays under his name. */
export function createConvertLead(deps: CommandDeps) {
  return async function convertLead(command: LeadCommand): Promise<CommandOutcome> {
    return endLead(deps, command, { result: "converted", reason: "won" });
  };
}
