import type { ReserveItem, ReserveRequest, WindowScope } from "../../domain/ledger/reservation.ts";
import type { Strategy } from "../../domain/matching/policy.ts";
import { type BatchIndex, Numbering } from "./batch-index.ts";
import type { BatchReps } from "./batch-reps.ts";
import { type DemandProfile, otherwiseRef } from "./demand-profiles.ts";
import { MessagePackWriter } from "./message-pack.ts";
import { statusCode, viaCode } from "./record-codec.ts";
import type { RepLimits } from "./rep-limits.ts";
import type { WindowCap } from "./window-caps.ts";

/** As in reserve-choose.lua. */
const STRATEGY_CODES = {
  fair_fit: 1,
  best_fit: 2,
  round_robin: 3,
  weighted: 4,
  least_loaded: 5,
} as const satisfies Record<Strategy, number>;

/** As in ledger-preamble.lua. */
const SCOPES = ["intake", "claim"] as const satisfies readonly WindowScope[];

/** One for all calls: a batch is packed and copied out before anything else runs. */
const writer = new MessagePackWriter();

/**
 * The argument of reserve-batch.lua: flat columns of numbers and texts, what leads share by number. Candidates and limits
 * are bytes that were packed once for all batches, one behind the other.
 */
export function packBatch({ epoch, atMs, items }: ReserveRequest, index: BatchIndex, reps: BatchReps): Buffer {
  writer.map(35);
  writer
    .text("epoch")
    .number(epoch)
    .text("mark")
    .text(reps.places.mark ?? "")
    .text("atMs")
    .number(atMs);
  packGroups(index, reps);
  packLists(index);
  packLeads(items, index);
  return writer.finish();
}

function packGroups({ groups: { values: groups }, scopes, caps }: BatchIndex, reps: BatchReps): void {
  writer.text("stretches").array(reps.stretches.length * 2);
  for (const { first, count } of reps.stretches) writer.number(first).number(count);
  const numbers = groups.map((_, place) => reps.ofGroup(place + 1));
  writer.text("runs").numbers(reps.runs);
  column("gStretch", groups, (_, place) => writer.number(reps.stretchOf(place + 1)));
  column("gSize", groups, ({ grants }) => writer.number(grants.length));
  column("gBase", numbers, (base) => writer.number(typeof base === "number" ? base : 0));
  packParts(
    { from: "gReps", parts: "scattered" },
    numbers.map((own) => (typeof own === "number" ? [] : own)),
  );
  const limits = new Numbering<RepLimits>();
  column("gLimit", groups, ({ limits: [first] }) => writer.number(first === undefined ? 0 : limits.of(first)));
  const mixed = groups.map(({ limits: own }) => (own.length <= 1 ? [] : own.map((one) => limits.of(one))));
  packParts({ from: "gLimits", parts: "mixed" }, mixed);
  column("limits", limits.values, ({ privatePool, loadMilli, fairnessWeight, caps: own }) => {
    writer
      .array(3 + SCOPES.length)
      .number(privatePool)
      .number(loadMilli)
      .number(fairnessWeight);
    for (const scope of SCOPES) writer.number(own[scope] === null || !scopes.has(scope) ? 0 : caps.of(own[scope]));
  });
  column("caps", caps.values, packCap);
}

/** Parts one behind the other, and for each that is not empty where it begins. */
function packParts(
  names: { readonly from: string; readonly parts: string },
  parts: readonly (readonly number[])[],
): void {
  const ends = runningTotals(parts, ({ length }) => length);
  column(names.from, parts, ({ length }, index) =>
    length === 0 ? writer.false() : writer.number(ends[index]! - length),
  );
  writer.text(names.parts).array(ends.at(-1) ?? 0);
  for (const part of parts) for (const one of part) writer.number(one);
}

function packCap({ scope, tag, windows }: WindowCap): void {
  writer
    .array(2 + windows.length * 3)
    .number(SCOPES.indexOf(scope) + 1)
    .number(tag);
  for (const { channel, lengthMs, limit } of windows) textOrFalse(channel).number(lengthMs).number(limit);
}

function packLists(index: BatchIndex): void {
  const { nodes, colleagues, lists } = index;
  writer.text("nodes").texts(nodes.values);
  column("cNode", colleagues, ({ node }) => writer.number(node));
  column("cGroup", colleagues, ({ group }) => writer.number(group));
  column("lColleagues", lists, (list) => writer.number(list.colleagues));
  column("lStrategy", lists, ({ list }) => writer.number(STRATEGY_CODES[list.strategy]));
  column("lBound", lists, ({ list }) => writer.number(list.fairnessBound));
  column("lWhole", lists, ({ packed }) => writer.number(packed.isWhole ? 1 : 0));
  column("lGroup", lists, ({ group }) => writer.number(group));
  const ends = runningTotals(lists, ({ packed }) => packed.positions.length * 2);
  column("lFrom", lists, (_, place) => writer.number((ends[place - 1] ?? 0) + 1));
  writer.text("lTo").numbers(ends);
  writer.text("candidates").array(ends.at(-1) ?? 0);
  for (const { packed } of lists) writer.raw(packed.candidates);
  packWays(index);
}

function packWays(index: BatchIndex): void {
  const ways = index.ways.values;
  const ends = runningTotals(ways, (lists) => lists.length);
  writer
    .text("wFrom")
    .array(ways.length + 1)
    .number(1);
  for (const end of ends) writer.number(end + 1);
  writer.text("wLists").array(ends.at(-1) ?? 0);
  for (const lists of ways) for (const list of lists) writer.number(index.list(list));
}

function packLeads(items: readonly ReserveItem[], { profiles, profileOf, wayOf }: BatchIndex): void {
  column("profiles", profiles.values, packProfile);
  writer.text("profileOf").numbers(profileOf).text("wayOf").numbers(wayOf);
  column("leads", items, ({ leadId }) => writer.text(leadId));
  const ends = runningTotals(items, ({ identityKeys }) => identityKeys.length);
  writer.text("keysTo").numbers(ends);
  writer.text("identityKeys").array(ends.at(-1) ?? 0);
  for (const { identityKeys } of items) for (const key of identityKeys) writer.text(key);
  const goingOver = items.flatMap(({ transferFromRepId }, place) =>
    transferFromRepId === null ? [] : [{ number: place + 1, transferFromRepId }],
  );
  writer.text("from").map(goingOver.length);
  for (const { number, transferFromRepId } of goingOver) writer.number(number).text(transferFromRepId);
}

/** At status 0 a lead that no list places stays as it is; else it gets that one. */
function packProfile({ item, demand }: DemandProfile): void {
  const { cycle, loadMilli, channel, via, planVersion, otherwise } = item;
  writer.array(8).number(cycle).number(loadMilli).text(channel).number(viaCode(via)).number(planVersion);
  writer.number(otherwise.kind === "refuse" ? 0 : statusCode(otherwise.kind)).text(otherwiseRef(item));
  writer.number(demand);
}

function column<T>(name: string, values: readonly T[], write: (value: T, place: number) => unknown): void {
  writer.text(name).array(values.length);
  for (let place = 0; place < values.length; place += 1) write(values[place]!, place);
}

function runningTotals<T>(values: readonly T[], sizeOf: (value: T) => number): readonly number[] {
  let total = 0;
  return values.map((value) => (total += sizeOf(value)));
}

const textOrFalse = (text: string | null) => (text === null ? writer.false() : writer.text(text));
