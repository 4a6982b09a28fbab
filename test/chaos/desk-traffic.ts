import type { LeadView } from "../../services/desk/lead-view.ts";
import type { Random } from "../model/random.ts";
import { CHAOS_PLAN } from "./plan.ts";
import { createTraffic, untilAnswered, type Traffic } from "./traffic.ts";

/** People at their desks who claim, release, hand over and close leads. */
export interface DeskTraffic extends Traffic {
  /** Commands by name and answer, as "claim 200". */
  readonly answers: ReadonlyMap<string, number>;
}

export interface DeskTrafficOptions {
  readonly random: Random;
  readonly tenantId: string;
  readonly deskAddress: () => string;
  readonly leadIds: readonly string[];
}

interface Command {
  readonly name: "claim" | "release" | "transfer" | "close";
  readonly body: object;
}

/** Of the leads that nobody owns, those that came last are the most looked at. */
const RECENT = 400;

export function createDeskTraffic({ random, tenantId, deskAddress, leadIds }: DeskTrafficOptions): DeskTraffic {
  const answers = new Map<string, number>();

  async function work(): Promise<void> {
    if (leadIds.length === 0) return;
    const leadId = random.chance(0.5) ? await ownedLead() : random.pick(leadIds.slice(-RECENT));
    if (leadId === null) return;
    const lead = await untilAnswered(() => ask(`leads/${leadId}`));
    const command = lead.status === 200 ? commandFor(lead.body as LeadView, random) : null;
    if (command === null) return;
    // The same command until there is an answer: whether it was carried out is what the client wants to know.
    const { status } = await untilAnswered(() => send(leadId, command));
    const answer = `${command.name} ${status}`;
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }

  async function ownedLead(): Promise<string | null> {
    const { repId } = random.pick(CHAOS_PLAN.reps);
    const { body } = await untilAnswered(() => ask(`reps/${repId}/private-pool`));
    const { items } = body as { readonly items: readonly LeadView[] };
    return items.length === 0 ? null : random.pick(items).leadId;
  }

  const send = (leadId: string, { name, body }: Command): Promise<Answer | null> =>
    ask(`leads/${leadId}/${name}`, { method: "POST", body: JSON.stringify(body) });

  /** Null if somebody was unavailable. */
  async function ask(path: string, request: Pick<RequestInit, "method" | "body"> = {}): Promise<Answer | null> {
    const headers = { "content-type": "application/json", "fairlead-tenant": tenantId };
    const signal = AbortSignal.timeout(20_000);
    const response = await fetch(`${deskAddress()}/v1/${path}`, { ...request, headers, signal });
    const body: unknown = await response.json();
    return response.status >= 500 ? null : { status: response.status, body };
  }

  return { answers, ...createTraffic({ clients: 3, paceMs: 80 }, work) };
}

function commandFor({ state, nodeId, owner, cycle }: LeadView, random: Random): Command | null {
  const reps = CHAOS_PLAN.reps.filter(({ nodeIds }) => nodeIds.includes(nodeId)).map(({ repId }) => repId);
  if (state === "public") return { name: "claim", body: { repId: random.pick(reps), cycle } };
  if (state !== "owned") return null;
  const dice = random.next();
  if (dice < 0.5) return { name: "close", body: { reason: "no_need" } };
  if (dice < 0.8) return { name: "release", body: { reason: "chaos" } };
  const others = reps.filter((repId) => repId !== owner?.repId);
  return { name: "transfer", body: { toRepId: random.pick(others), reason: "chaos" } };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
