import type { ReserveItem, ReserveRequest } from "../../domain/ledger/reservation.ts";
import { refOf } from "../../domain/ledger/lead-entry.ts";
import type { Strategy } from "../../domain/matching/policy.ts";
import { type BatchIndex, SCOPE_CODES } from "./batch-index.ts";
import { MessagePackWriter } from "./message-pack.ts";
import { statusCode, viaCode } from "./record-codec.ts";

/** As in reserve-choose.lua. */
const STRATEGY_CODES = {
  fair_fit: 1,
  best_fit: 2,
  round_robin: 3,
  weighted: 4,
  least_loaded: 5,
} as const satisfies Record<Strategy, number>;

/** One for all calls: a batch is packed and copied out before anything else runs. */
const writer = new MessagePackWriter();

/** The argument of reserve-batch.lua: column by column, what leads share by number. */
export function packBatch({ epoch, atMs, items }: ReserveRequest, index: BatchIndex): Buffer {
  writer.map(23);
  writer.text("epoch").number(epoch).text("atMs").number(atMs);
  packReps(index);
  packLists(index);
  column("profiles", index.profiles, packProfile);
  writer.text("profileOf").numbers(index.profileOf);
  column("leads", items, ({ leadId }) => writer.text(leadId));
  column("from", items, ({ transferFromRepId }) => textOrFalse(transferFromRepId));
  column("listsOf", items, ({ lists }) => {
    writer.array(lists.length);
    for (const list of lists) writer.number(index.list(list));
  });
  column("identityOf", items, ({ identityKeys }) => {
    if (identityKeys.length === 0) return writer.false();
    return writer.numbers(identityKeys.map((key) => index.identityKeys.find(key)));
  });
  return writer.finish();
}

function packReps({ reps, grants, windows }: BatchIndex): void {
  writer.text("reps").texts(reps.values);
  column("gRep", grants, ({ rep }) => writer.number(rep));
  column("gPool", grants, ({ grant }) => writer.number(grant.privatePool));
  column("gLoad", grants, ({ grant }) => writer.number(grant.loadMilli));
  column("gWeight", grants, ({ grant }) => writer.number(grant.fairnessWeight));
  column("gWindows", grants, (grant) => (grant.windows.length > 0 ? writer.numbers(grant.windows) : writer.false()));
  column("wRep", windows, ({ rep }) => writer.number(rep));
  column("wScope", windows, ({ window }) => writer.number(SCOPE_CODES[window.scope]));
  column("wChannel", windows, ({ window }) => textOrFalse(window.channel));
  column("wLength", windows, ({ window }) => writer.number(window.lengthMs));
  column("wLimit", windows, ({ window }) => writer.number(window.limit));
}

function packLists({ nodes, identityKeys, present, lists }: BatchIndex): void {
  writer.text("nodes").texts(nodes.values);
  writer.text("identityKeys").texts(identityKeys.values);
  column("present", present, (grants) => writer.numbers(grants));
  column("lists", lists, ({ list, node, present, candidates }) => {
    writer.array(5).number(node).number(present);
    writer.number(STRATEGY_CODES[list.strategy]).number(list.fairnessBound).numbers(candidates);
  });
}

function column<T>(name: string, values: readonly T[], write: (value: T) => unknown): void {
  writer.text(name).array(values.length);
  for (const value of values) write(value);
}

const textOrFalse = (text: string | null) => (text === null ? writer.false() : writer.text(text));

/** At 0 a lead that no list places stays as it is; else it gets this status. */
function packProfile({ cycle, loadMilli, channel, via, planVersion, otherwise }: ReserveItem): void {
  writer.array(7).number(cycle).number(loadMilli).text(channel).number(viaCode(via)).number(planVersion);
  if (otherwise.kind === "refuse") writer.number(0).text("");
  else writer.number(statusCode(otherwise.kind)).text(refOf(otherwise));
}
