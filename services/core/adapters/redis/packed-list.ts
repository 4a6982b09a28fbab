import { byFit, isByFit } from "../../domain/ledger/choose.ts";
import type { CandidateList, RepGrant, WindowScope } from "../../domain/ledger/reservation.ts";
import { MessagePackWriter } from "./message-pack.ts";
import { type WindowCap, capOf } from "./window-caps.ts";

/** Grants that lists name by their place, from 1, and their limits as elements of MessagePack arrays. */
export interface PackedGrants {
  readonly grants: readonly RepGrant[];
  readonly pools: Uint8Array;
  readonly loads: Uint8Array;
  readonly weights: Uint8Array;
  /** By place; null if no grant has a window of the scope. */
  readonly caps: Readonly<Record<WindowScope, readonly (WindowCap | null)[] | null>>;
}

/** A list of candidates as it is sent: the same bytes in every batch. */
export interface PackedList {
  readonly grants: PackedGrants;
  /** Whom the floor is taken over. */
  readonly colleagues: PackedGrants;
  /** Place of each candidate's grant, and fit, in turn; as elements of a MessagePack array. */
  readonly candidates: Uint8Array;
  /** By candidate: the place of the grant, from 1. */
  readonly places: readonly number[];
  /** All colleagues are candidates, and nobody else is. */
  readonly isWhole: boolean;
}

/** Lists and rosters live as long as nobody's shift begins or ends. */
const packedLists = new WeakMap<CandidateList, PackedList>();
const packedGrants = new WeakMap<readonly RepGrant[], PackedGrants>();
const writer = new MessagePackWriter();

export function packedListOf(list: CandidateList): PackedList {
  let packed = packedLists.get(list);
  if (packed === undefined) packedLists.set(list, (packed = packList(list)));
  return packed;
}

function packList(list: CandidateList): PackedList {
  const colleagues = grantsOf(list.present);
  const placeOf = new Map(list.present.map((grant, index) => [grant, index + 1]));
  const areColleagues = list.candidates.every(({ grant }) => placeOf.has(grant));
  const grants = areColleagues ? colleagues : grantsOf(list.candidates.map(({ grant }) => grant));
  const places = list.candidates.map(({ grant }, index) => (areColleagues ? placeOf.get(grant)! : index + 1));
  // By falling fit where fit decides, so that the script may stop at the first who may take the lead.
  const order = isByFit(list) ? byFit(list) : places.keys();
  for (const index of order) writer.number(places[index]!).number(list.candidates[index]!.fit);
  return {
    grants,
    colleagues,
    candidates: writer.finish(),
    places,
    isWhole: areColleagues && places.length === list.present.length,
  };
}

function grantsOf(grants: readonly RepGrant[]): PackedGrants {
  let packed = packedGrants.get(grants);
  if (packed === undefined) packedGrants.set(grants, (packed = packGrants(grants)));
  return packed;
}

function packGrants(grants: readonly RepGrant[]): PackedGrants {
  const column = (read: (grant: RepGrant) => number): Uint8Array => {
    for (const grant of grants) writer.number(read(grant));
    return writer.finish();
  };
  const capsIn = (scope: WindowScope): readonly (WindowCap | null)[] | null => {
    const caps = grants.map((grant) => capOf(grant, scope));
    return caps.some((cap) => cap !== null) ? caps : null;
  };
  return {
    grants,
    pools: column(({ privatePool }) => privatePool),
    loads: column(({ loadMilli }) => loadMilli),
    weights: column(({ fairnessWeight }) => fairnessWeight),
    caps: { intake: capsIn("intake"), claim: capsIn("claim") },
  };
}
