import { createLifecycle } from "../../../services/core/runtime/lifecycle.ts";
import { createLogger } from "../../../services/core/runtime/logger.ts";
import { createCapturedLeadCodec } from "../../../services/core/wire/captured-lead-codec.ts";
import type { Random } from "../../model/random.ts";
import { rawCodec } from "../../support/flow-embedded.ts";
import { readDeadLetters } from "../../support/flow-open.ts";
import { until } from "../../support/flow-until.ts";
import { PARTITIONS } from "../installation.ts";
import { capturedLead } from "../lead-traffic.ts";
import { TENANT } from "../plan.ts";
import { openLeadsTopic, type World } from "../world.ts";
import type { Fault } from "./fault.ts";

const codec = createCapturedLeadCodec();
/** Field 15, a message: whoever reads nested messages by recursion reads this until the stack ends. */
const NESTED = 0x7a;

/** One of each kind that can never be decided. */
function poisons(random: Random, name: string): readonly Uint8Array[] {
  const lead = capturedLead(TENANT, name, random);
  const bytes = codec.encode(lead);
  return [
    Uint8Array.from({ length: 1 + random.below(200) }, () => random.below(256)),
    bytes.slice(0, -1 - random.below(8)),
    Uint8Array.from({ length: 20_000 }, (_, index) => (index % 2 === 0 ? NESTED : 0x7f)),
    codec.encode({ ...lead, product: "x".repeat(64 * 1024 + 1) }),
    codec.encode({ ...lead, tenantId: "never-published" }),
    codec.encode({ ...lead, location: { ...lead.location, latitudeDeg: Number.NaN } }),
  ];
}

/** Among good leads, in any partition; each must be found in the dead letters with its own bytes. */
async function poison(world: World, nth: number): Promise<number> {
  const { random } = world;
  const lifecycle = createLifecycle(createLogger("silent", "chaos"));
  const topic = openLeadsTopic(world, rawCodec, lifecycle);
  try {
    const records = poisons(random, `poison-${nth}`);
    for (const record of records) await topic.append(random.below(PARTITIONS), [record]);
    await until(
      () => world.withBacking(({ log }) => readDeadLetters(log.deadLetters)),
      (letters) => records.every((record) => letters.some(({ bytes }) => Buffer.compare(bytes, record) === 0)),
      { what: "all poison to be among the dead letters" },
    );
    return records.length;
  } finally {
    await lifecycle.close();
  }
}

/** The load itself brings them; the row waits until there were enough. */
async function duplicate({ leads }: World): Promise<number> {
  const before = leads.duplicates();
  await until(
    () => Promise.resolve(leads.duplicates() - before),
    (count) => count >= 10,
    { what: "duplicates" },
  );
  return leads.duplicates() - before;
}

export const inputFaults: readonly Fault[] = [
  { row: "F14", inject: duplicate },
  { row: "F16", inject: poison },
];
