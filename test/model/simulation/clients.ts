import type { LeadFacts, LeadRequest } from "../../../services/core/domain/lead/lead.ts";
import { Fault } from "../../../services/core/domain/fault.ts";
import type { Principal } from "../../../services/core/http/principal.ts";
import { createClaimLead } from "../../../services/desk/commands/claim.ts";
import { createCloseLead } from "../../../services/desk/commands/close.ts";
import type { CommandDeps, CommandOutcome } from "../../../services/desk/commands/command.ts";
import { createReleaseLead } from "../../../services/desk/commands/release.ts";
import { createReopenLead } from "../../../services/desk/commands/reopen.ts";
import { createTransferLead } from "../../../services/desk/commands/transfer.ts";
import { TENANT } from "./plans.ts";
import { SimProcess } from "./scheduler.ts";
import type { World } from "./world.ts";

/** What a person asks of the desk. */
export type Command =
  | { readonly kind: "claim"; readonly leadId: string; readonly repId: string }
  | { readonly kind: "release"; readonly leadId: string }
  | { readonly kind: "transfer"; readonly leadId: string; readonly repId: string }
  | { readonly kind: "close"; readonly leadId: string }
  | { readonly kind: "reopen"; readonly leadId: string };

const MANAGER: Principal = { principalId: "manager", tenantId: TENANT, nodeId: null, role: "manager", repId: null };

export function leadRequest(leadId: string, facts: Partial<LeadFacts> = {}): LeadRequest {
  return {
    facts: {
      tenantId: TENANT,
      leadId,
      externalId: "",
      source: { channel: "web", campaign: "", referrer: "" },
      location: { latitudeDeg: null, longitudeDeg: null, postalCode: "", adminCode: "" },
      product: "",
      language: "",
      companyKey: "",
      attributes: {},
      intent: { status: null, timing: null },
      identityKeys: [],
      capturedAtMs: 0,
      score: 0,
      ...facts,
    },
    sealedContact: new Uint8Array(),
    cycle: 1,
    rerouteReason: "",
    excludedRepIds: [],
    rejectedReason: "",
  };
}

/** Someone in front of a browser: is no process of the product, and is never killed. */
export function createClient(world: World, name: string) {
  const process = new SimProcess(name);
  const { scheduler, random } = world;

  return {
    process,
    pause: (ms: number): Promise<void> => scheduler.sleep(process, ms),
    /**
     * Sends a command to some service, and sends it again if the service died or answered that it can't say: a person
     * repeats what may not have happened. @returns null if all attempts ended so
     */
    async send(command: Command, attempts: number): Promise<CommandOutcome | null> {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        await scheduler.call(process, `client ${command.kind}`, () => undefined);
        const service = random.pick(world.services);
        const outcome = await orDeath(service.process, execute(service.desk, command));
        if (outcome !== "unknown") {
          world.count(`${command.kind} ${outcome.kind}`);
          return outcome;
        }
      }
      world.count(`${command.kind} given up`);
      return null;
    },
  };
}

async function orDeath(process: SimProcess, answer: Promise<CommandOutcome>): Promise<CommandOutcome | "unknown"> {
  let forget: () => void = () => undefined;
  const death = new Promise<"unknown">((resolve) => {
    forget = process.onDeath(() => resolve("unknown"));
  });
  try {
    return await Promise.race([answer, death]);
  } catch (error) {
    if (error instanceof Fault && error.code === "NOT_FOUND") return { kind: "refused", reason: "stale_version" };
    if (error instanceof Fault && error.retriable) return "unknown";
    throw error;
  } finally {
    forget();
  }
}

function execute(desk: CommandDeps, command: Command): Promise<CommandOutcome> {
  const { leadId } = command;
  const base = { principal: MANAGER, leadId };
  switch (command.kind) {
    case "claim":
      return createClaimLead(desk)({ ...base, repId: command.repId, cycle: undefined, asAdmin: false });
    case "release":
      return createReleaseLead(desk)({ ...base, repId: undefined, reason: "busy", poolId: undefined });
    case "transfer":
      return createTransferLead(desk)({ ...base, toRepId: command.repId, reason: "holiday" });
    case "close":
      return createCloseLead(desk)({ ...base, reason: "no_need" });
    case "reopen":
      return createReopenLead(desk)({ ...base, reason: "called again" });
  }
}
