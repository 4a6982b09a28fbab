import { byFit, isByFit } from "../../domain/ledger/choose.ts";
import type { Candidate, CandidateList, RepGrant, WindowScope } from "../../domain/ledger/reservation.ts";
import { MessagePackWriter } from "./message-pack.ts";
import { type WindowCap, capsOf } from "./window-caps.ts";

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
  const amongColleagues = placesAmong(list.present, list.candidates);
  const grants = amongColleagues === null ? grantsOf(list.candidates.map(({ grant }) => grant)) : colleagues;
  const places = amongColleagues ?? list.candidates.map((_, index) => index + 1);
  // By falling fit where fit decides, so that the script may stop at the first who may take the lead.
  const order = isByFit(list) ? byFit(list) : places.keys();
  for (const index of order) writer.number(places[index]!).number(list.candidates[index]!.fit);
  return {
    grants,
    colleagues,
    candidates: writer.finish(),
    places,
    isWhole: amongColleagues?.length === list.present.length,
  };
}

/** Place of each candidate among the colleagues, from 1; null if one is none of them. Both are in the order of rep ids. */
function placesAmong(present: readonly RepGrant[], candidates: readonly Candidate[]): readonly number[] | null {
  const places: number[] = [];
  let place = 0;
  for (const { grant } of candidates) {
    while (place < present.length && present[place] !== grant) place += 1;
    if (place === present.length) return null;
    places.push((place += 1));
  }
  return places;
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
    if (grants.every((grant) => capsOf(grant)[scope] === null)) return null;
    return grants.map((grant) => capsOf(grant)[scope]);
  };
  return {
    grants,
    pools: column(({ privatePool }) => privatePool),
    loads: column(({ loadMilli }) => loadMilli),
    weights: column(({ fairnessWeight }) => fairnessWeight),
    caps: { intake: capsIn("intake"), claim: capsIn("claim") },
  };
}
