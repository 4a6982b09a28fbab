import type { AttributeValue, IntentStatus, IntentTiming } from "../../core/domain/lead/lead.ts";
import { OTHER_LANGUAGE_SHARES, PRODUCT_SHARES } from "./demo-products.ts";
import { weightedChoice } from "./seeded-random.ts";
import type { Random } from "./seeded-random.ts";
import { SPANISH_STATES } from "./us-states.ts";

/** Channel, its share of the leads, its campaigns. */
const CHANNELS = [
  { channel: "web_form", share: 0.34, campaigns: ["spring", "warehouse_guide", "search_brand"] },
  { channel: "portal", share: 0.18, campaigns: ["marketplace_listing", "marketplace_top"] },
  { channel: "phone_call", share: 0.12, campaigns: ["hotline"] },
  { channel: "chat", share: 0.1, campaigns: ["site_chat", "price_page"] },
  { channel: "email_campaign", share: 0.1, campaigns: ["newsletter_11", "upgrade_offer"] },
  { channel: "import", share: 0.07, campaigns: ["list_q4"] },
  { channel: "trade_fair", share: 0.06, campaigns: ["chicago_fair", "las_vegas_fair"] },
  { channel: "partner", share: 0.03, campaigns: ["dealer_program"] },
] as const;

type Channel = (typeof CHANNELS)[number];

const STATUSES: readonly (readonly [IntentStatus | null, number])[] = [
  ["interested", 0.42],
  ["qualified", 0.15],
  ["hot", 0.1],
  ["on_hold", 0.08],
  ["inactive", 0.05],
  [null, 0.2],
];

const TIMINGS: readonly (readonly [IntentTiming | null, number])[] = [
  ["within_1_month", 0.18],
  ["within_3_months", 0.32],
  ["eventually", 0.32],
  [null, 0.18],
];

const channelChoice = weightedChoice<Channel>(CHANNELS, ({ share }) => share);
const statusChoice = weightedChoice(STATUSES, ([, share]) => share);
const timingChoice = weightedChoice(TIMINGS, ([, share]) => share);
const productChoice = weightedChoice(PRODUCT_SHARES, ([, share]) => share);

/** The campaign and the page the lead came from. */
export interface DemoSource {
  readonly channel: string;
  readonly campaign: string;
  readonly referrer: string;
}

export interface DemoIntent {
  readonly status?: IntentStatus;
  readonly timing?: IntentTiming;
}

/** Any channel, or any but one: a duplicate comes over another channel than the first. */
export function leadSource(random: Random, notChannel: string | null): DemoSource {
  let chosen = channelChoice.pick(random.next());
  if (chosen.channel === notChannel) chosen = CHANNELS[(CHANNELS.indexOf(chosen) + 1) % CHANNELS.length]!;
  const campaign = chosen.campaigns[random.below(chosen.campaigns.length)]!;
  const hasReferrer = chosen.channel === "web_form" || chosen.channel === "chat" || chosen.channel === "portal";
  return { channel: chosen.channel, campaign, referrer: hasReferrer ? `https://www.example.com/${campaign}` : "" };
}

export function leadIntent(random: Random): DemoIntent {
  const [status] = statusChoice.pick(random.next());
  const [timing] = timingChoice.pick(random.next());
  return { ...(status !== null && { status }), ...(timing !== null && { timing }) };
}

export function leadProduct(random: Random): string {
  return productChoice.pick(random.next())[0];
}

export function leadLanguage(random: Random, stateCode: string): string {
  let u = random.next();
  for (const [language, share] of OTHER_LANGUAGE_SHARES) {
    u -= language === "es" && SPANISH_STATES.has(stateCode) ? 2 * share : share;
    if (u < 0) return language;
  }
  return "en";
}

/** Company sizes fall off as a power: most have some dozen staff, about one in twenty 500 or more. */
export function leadAttributes(random: Random): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  if (random.next() < 0.8) attributes["employees"] = Math.min(50_000, Math.floor(4 * (1 - random.next()) ** -1.75));
  if (random.next() < 0.5) attributes["visits"] = 1 + random.below(6);
  return attributes;
}
