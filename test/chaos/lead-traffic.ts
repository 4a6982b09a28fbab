import type { CapturedLead } from "../../services/core/domain/lead/captured-lead.ts";
import type { Topic } from "../../services/core/ports/log.ts";
import { createPartitioner } from "../../services/fairlead/processes/backing.ts";
import type { Random } from "../model/random.ts";
import { POOL_CHANNEL } from "../support/plan-builder.ts";
import { SQUARES } from "./plan.ts";
import { createTraffic, untilAnswered, WrongAnswer, type Traffic } from "./traffic.ts";

/** Leads in through both doors, some of them twice. */
export interface LeadTraffic extends Traffic {
  /** Every lead that was ever sent, answered or not. */
  readonly sent: ReadonlySet<string>;
  /** Leads that a door or Kafka has confirmed: these must not be lost. */
  readonly acknowledged: readonly string[];
  /** Deliveries of a lead that was acknowledged before. */
  readonly duplicates: () => number;
}

export interface LeadTrafficOptions {
  readonly random: Random;
  readonly tenantId: string;
  readonly captureAddress: () => string;
  /** Past the proxies: the capture systems are not what is tested. */
  readonly topic: Topic<CapturedLead>;
}

const DUPLICATES = 0.15;
const LEADS_PER_APPEND = 3;

export function createLeadTraffic({ random, tenantId, captureAddress, topic }: LeadTrafficOptions): LeadTraffic {
  const sent = new Set<string>();
  const known = new Set<string>();
  const acknowledged: string[] = [];
  const posted: object[] = [];
  const appended: CapturedLead[] = [];
  const partitionOf = createPartitioner(topic.partitionCount);
  let duplicates = 0;
  let number = 0;

  const newLead = (door: string): CapturedLead => capturedLead(tenantId, `${door}-${(number += 1)}`, random);

  function acknowledge(leadId: string): void {
    if (known.has(leadId)) duplicates += 1;
    else acknowledged.push(leadId);
    known.add(leadId);
  }

  async function post(): Promise<void> {
    const isNew = posted.length === 0 || !random.chance(DUPLICATES);
    const lead = isNew ? bodyOf(newLead("http")) : random.pick(posted);
    const leadId = await untilAnswered(() => postLead(captureAddress(), tenantId, lead));
    if (isNew) posted.push(lead);
    sent.add(leadId);
    acknowledge(leadId);
  }

  async function append(): Promise<void> {
    const leads = Array.from({ length: LEADS_PER_APPEND }, () =>
      appended.length === 0 || !random.chance(DUPLICATES) ? newLead("topic") : random.pick(appended),
    );
    for (const { leadId } of leads) sent.add(leadId);
    for (const lead of leads) {
      await untilAnswered(() => topic.append(partitionOf(tenantId, lead.leadId), [lead]));
      appended.push(lead);
      acknowledge(lead.leadId);
    }
  }

  const doors = [createTraffic({ clients: 2, paceMs: 60 }, post), createTraffic({ clients: 1, paceMs: 100 }, append)];
  return {
    sent,
    acknowledged,
    duplicates: () => duplicates,
    resume: () => doors.forEach((door) => door.resume()),
    pause: async () => void (await Promise.all(doors.map((door) => door.pause()))),
  };
}

export function capturedLead(tenantId: string, leadId: string, random: Random): CapturedLead {
  const [west, south] = random.pick(Object.values(SQUARES));
  return {
    tenantId,
    leadId,
    externalId: leadId,
    source: { channel: random.chance(0.2) ? POOL_CHANNEL : "web_form", campaign: "", referrer: "" },
    contact: { name: "", phone: "", email: "" },
    company: { name: "", registrationNumber: "" },
    location: {
      latitudeDeg: south + 0.5,
      longitudeDeg: west + 0.5,
      datum: "",
      postalCode: "",
      adminCode: "",
      address: "",
    },
    product: "",
    language: "",
    attributes: {},
    intent: { status: null, timing: null },
    capturedAtMs: 0,
  };
}

/** The same lead as the HTTP door wants it. */
function bodyOf({ externalId, source, location }: CapturedLead): object {
  const { latitudeDeg: latitude, longitudeDeg: longitude } = location;
  return { externalId, source: { channel: source.channel }, location: { latitude, longitude } };
}

/** @returns the lead's id; null if there was no answer, or none but that somebody is unavailable */
async function postLead(address: string, tenantId: string, lead: object): Promise<string | null> {
  const response = await fetch(`${address}/v1/leads`, {
    method: "POST",
    headers: { "content-type": "application/json", "fairlead-tenant": tenantId },
    body: JSON.stringify(lead),
    signal: AbortSignal.timeout(20_000),
  });
  const answer = (await response.json()) as { readonly leadId?: string };
  if (response.status >= 500) return null;
  if (answer.leadId === undefined) throw new WrongAnswer(`A lead was refused: ${JSON.stringify(answer)}`);
  return answer.leadId;
}
