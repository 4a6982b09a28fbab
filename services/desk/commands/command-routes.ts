import { Type, type Static, type TObject } from "typebox";
import type { HttpApp } from "../../core/http/app.ts";
import { principalOf } from "../../core/http/auth.ts";
import { sendProblem } from "../../core/http/problem.ts";
import { PROBLEMS } from "../../core/http/problem-schema.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import { LeadSchema, leadView } from "../lead-view.ts";
import { planOf } from "../scope.ts";
import { createClaimLead } from "./claim.ts";
import { CLOSE_REASONS, createCloseLead } from "./close.ts";
import type { CommandDeps, CommandOutcome, LeadCommand } from "./command.ts";
import { createConvertLead } from "./convert.ts";
import { createFollowUpLead, FOLLOW_UP_KINDS } from "./follow-up.ts";
import { problemOfRefusal } from "./refusal-problem.ts";
import { createReleaseLead } from "./release.ts";
import { createReopenLead } from "./reopen.ts";
import { createTransferLead } from "./transfer.ts";

const Id = Type.String({ minLength: 1, maxLength: 128 });
const Params = Type.Object({ leadId: Id });
/** Goes to the log in clear, so no e-mail address and no run of digits that could be a phone number. */
const Reason = Type.String({
  minLength: 1,
  maxLength: 80,
  pattern: String.raw`^(?!.*\d{6})[^@\u0000-\u001f]*$`,
  description: "A code or a few words; never personal data.",
});
const body = <T extends Parameters<typeof Type.Object>[0]>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

const ClaimBody = body({
  repId: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: "May be left out by a rep." })),
  cycle: Type.Optional(Type.Integer({ minimum: 1, description: "The round that was seen." })),
  asAdmin: Type.Optional(Type.Boolean({ description: "Managers: skips freeze, cool-down and daily limit." })),
});
const TransferBody = body({ toRepId: Id, reason: Reason });
const ReleaseBody = body({ repId: Type.Optional(Id), reason: Reason, poolId: Type.Optional(Id) });
const FollowUpBody = body({
  kind: Type.Enum([...FOLLOW_UP_KINDS]),
  note: Type.Optional(Type.String({ maxLength: 2_000, description: "For the CRM; Fairlead does not keep it." })),
});
const CloseBody = body({ reason: Type.Enum([...CLOSE_REASONS]) });
const ReopenBody = body({ reason: Reason });
const NoBody = Type.Optional(body({}));

interface CommandRoute<Body> {
  readonly name: string;
  readonly summary: string;
  readonly body: TObject | typeof NoBody;
  readonly run: (command: LeadCommand, body: Body) => Promise<CommandOutcome>;
}

/** `POST /v1/leads/{leadId}/…`: 200 with the lead as it is now, or a problem whose code is the reason. */
export async function commandRoutes(app: HttpApp, deps: CommandDeps): Promise<void> {
  const claim = createClaimLead(deps);
  const transfer = createTransferLead(deps);
  const release = createReleaseLead(deps);
  const followUp = createFollowUpLead(deps);
  const convert = createConvertLead(deps);
  const close = createCloseLead(deps);
  const reopen = createReopenLead(deps);

  const add = <Body>(route: CommandRoute<Body>): void => addCommand(app, deps.plans, route);

  add<Static<typeof ClaimBody>>({
    name: "claim",
    summary: "Claims a lead of a public pool for a rep",
    body: ClaimBody,
    run: (command, { repId, cycle, asAdmin = false }) => claim({ ...command, repId, cycle, asAdmin }),
  });
  add<Static<typeof TransferBody>>({
    name: "transfer",
    summary: "Gives an owned lead to another rep",
    body: TransferBody,
    run: (command, fields) => transfer({ ...command, ...fields }),
  });
  add<Static<typeof ReleaseBody>>({
    name: "release",
    summary: "Gives an owned lead back to a public pool",
    body: ReleaseBody,
    run: (command, { repId, reason, poolId }) => release({ ...command, repId, reason, poolId }),
  });
  add<Static<typeof FollowUpBody>>({
    name: "follow-ups",
    summary: "Records that the owner did something with the lead",
    body: FollowUpBody,
    run: (command, { kind }) => followUp({ ...command, kind }),
  });
  add<unknown>({ name: "convert", summary: "The lead is won", body: NoBody, run: (command) => convert(command) });
  add<Static<typeof CloseBody>>({
    name: "close",
    summary: "The lead is lost, with the reason",
    body: CloseBody,
    run: (command, { reason }) => close({ ...command, reason }),
  });
  add<Static<typeof ReopenBody>>({
    name: "reopen",
    summary: "A lead that had ended comes back",
    body: ReopenBody,
    run: (command, { reason }) => reopen({ ...command, reason }),
  });
}

function addCommand<Body>(app: HttpApp, plans: ActivePlans, route: CommandRoute<Body>): void {
  app.post(
    `/v1/leads/:leadId/${route.name}`,
    {
      config: { access: ["admin", "manager", "rep", "service"] },
      schema: {
        summary: route.summary,
        operationId: `${route.name.replace("-ups", "Up")}Lead`,
        tags: ["commands"],
        params: Params,
        body: route.body,
        response: { 200: LeadSchema, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const outcome = await route.run({ principal, leadId: request.params.leadId }, request.body as Body);
      if (outcome.kind === "refused") return sendProblem(reply, problemOfRefusal(outcome.reason));
      return reply.send(leadView(outcome.state, planOf(plans, principal)));
    },
  );
}
