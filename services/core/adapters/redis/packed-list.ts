import { byFit, isByFit } from "../../domain/ledger/choose.ts";
import type { Candidate, CandidateList, RepGrant } from "../../domain/ledger/reservation.ts";
import { MessagePackWriter } from "./message-pack.ts";
import { type RepLimits, limitsOf } from "./rep-limits.ts";

/** Grants that lists name by their position, from 1. */
export interface PackedGrants {
  readonly grants: readonly RepGrant[];
  /** One if all have the same, else by grant. */
  readonly limits: readonly RepLimits[];
}

/** A list of candidates as it is sent: the same bytes in every batch. */
export interface PackedList {
  readonly grants: PackedGrants;
  /** Whom the floor is taken over. */
  readonly colleagues: PackedGrants;
  /** Position of each candidate's grant, and fit, in turn; as elements of a MessagePack array. */
  readonly candidates: Uint8Array;
  /** By candidate: the position of the grant, from 1. */
  readonly positions: readonly number[];
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
  const amongColleagues = positionsAmong(list.present, list.candidates);
  const grants = amongColleagues === null ? grantsOf(list.candidates.map(({ grant }) => grant)) : colleagues;
  const positions = amongColleagues ?? list.candidates.map((_, index) => index + 1);
  // By falling fit where fit decides, so that the script may stop at the first who may take the lead.
  const order = isByFit(list) ? byFit(list) : positions.keys();
  for (const index of order) writer.number(positions[index]!).number(list.candidates[index]!.fit);
  return {
    grants,
    colleagues,
    candidates: writer.finish(),
    positions,
    isWhole: amongColleagues?.length === list.present.length,
  };
}

/** Of each candidate among the colleagues, from 1; null if one is none of them. Both are in the order of rep ids. */
function positionsAmong(present: readonly RepGrant[], candidates: readonly Candidate[]): readonly number[] | null {
  const positions: number[] = [];
  let position = 0;
  for (const { grant } of candidates) {
    while (position < present.length && present[position] !== grant) position += 1;
    if (position === present.length) return null;
    positions.push((position += 1));
  }
  return positions;
}

function grantsOf(grants: readonly RepGrant[]): PackedGrants {
  let packed = packedGrants.get(grants);
  if (packed === undefined) packedGrants.set(grants, (packed = packGrants(grants)));
  return packed;
}

function packGrants(grants: readonly RepGrant[]): PackedGrants {
  const limits = grants.map(limitsOf);
  const isAlike = limits.every((one) => one === limits[0]);
  return { grants, limits: isAlike ? limits.slice(0, 1) : limits };
}
