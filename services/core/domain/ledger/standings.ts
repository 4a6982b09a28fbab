import { LeastServed } from "./least-served.ts";
import type { Fill, LedgerState } from "./ledger-state.ts";
import type { CandidateList, ReserveItem } from "./reservation.ts";
import { type CountWindow, type Shortage, hasRoom, shortageOf } from "./room.ts";
import type { Standing } from "./choose.ts";
import { windowOf } from "./via.ts";

type Fills = readonly Readonly<Fill>[];

/** Longer lists are judged once a batch for equal leads, and from then on only the reps who took one. */
const LONG_LIST = 100;

/** How a list stands for equal leads. */
interface Judgement {
  readonly shortages: (Shortage | null)[];
  readonly leastCandidate: LeastServed;
  readonly leastColleague: LeastServed;
  /** How many of the leads that were taken it knows of. */
  seen: number;
}

/** Index of each rep among the candidates of a list. */
const knownPlaces = new WeakMap<CandidateList, ReadonlyMap<string, number>>();

function placesIn(list: CandidateList): ReadonlyMap<string, number> {
  let places = knownPlaces.get(list);
  if (places === undefined) {
    places = new Map(list.candidates.map(({ grant }, index) => [grant.repId, index]));
    knownPlaces.set(list, places);
  }
  return places;
}

/** How things stand from lead to lead of a batch. */
export class Standings {
  readonly #state: LedgerState;
  readonly #count: CountWindow;
  /** Looked up once for each list, however many leads use it. */
  readonly #candidates = new Map<CandidateList, Fills>();
  readonly #colleagues = new Map<CandidateList, Fills>();
  readonly #kept = new Map<CandidateList, Map<string, Judgement>>();
  /** Who took a lead, in order. */
  readonly #takers: string[] = [];

  constructor(state: LedgerState, count: CountWindow) {
    this.#state = state;
    this.#count = count;
  }

  /** To be told of every lead that is taken. */
  taken(repId: string): void {
    this.#takers.push(repId);
  }

  of(list: CandidateList, item: ReserveItem): Standing {
    const fills = this.#candidateFills(list);
    const floor = this.#state.floor(list.nodeId);
    const { shortages, leastCandidate } = this.#judgementOf(list, item);
    if (list.strategy !== "fair_fit") return { list, fills, floor, shortages, bound: Infinity };
    const least = leastCandidate.of(fills, floor, (index) => shortages[index] === null);
    return { list, fills, floor, shortages, bound: least + list.fairnessBound };
  }

  /** Least virtual time of the list's colleagues who could take one more lead like this, never below the floor. */
  leastColleague(list: CandidateList, item: ReserveItem): number {
    let fills = this.#colleagues.get(list);
    if (fills === undefined) this.#colleagues.set(list, (fills = this.#state.colleagueFills(list)));
    const isLong = list.candidates.length > LONG_LIST;
    const least = isLong ? this.#judgementOf(list, item).leastColleague : new LeastServed();
    const canTake = (index: number) => hasRoom(list.present[index]!, fills[index]!, item, this.#count);
    return least.of(fills, this.#state.floor(list.nodeId), canTake);
  }

  #candidateFills(list: CandidateList): Fills {
    let fills = this.#candidates.get(list);
    if (fills === undefined) this.#candidates.set(list, (fills = this.#state.candidateFills(list)));
    return fills;
  }

  #judgementOf(list: CandidateList, item: ReserveItem): Judgement {
    if (list.candidates.length <= LONG_LIST) return this.#judge(list, item);
    let byDemand = this.#kept.get(list);
    if (byDemand === undefined) this.#kept.set(list, (byDemand = new Map()));
    const demand = `${item.loadMilli} ${windowOf(item)} ${item.channel}`;
    let judgement = byDemand.get(demand);
    if (judgement === undefined) byDemand.set(demand, (judgement = this.#judge(list, item)));
    this.#catchUp(judgement, list, item);
    return judgement;
  }

  #judge(list: CandidateList, item: ReserveItem): Judgement {
    const fills = this.#candidateFills(list);
    const shortages = list.candidates.map(({ grant }, index) => shortageOf(grant, fills[index]!, item, this.#count));
    const seen = this.#takers.length;
    return { shortages, leastCandidate: new LeastServed(), leastColleague: new LeastServed(), seen };
  }

  #catchUp(judgement: Judgement, list: CandidateList, item: ReserveItem): void {
    const fills = this.#candidateFills(list);
    for (; judgement.seen < this.#takers.length; judgement.seen += 1) {
      const index = placesIn(list).get(this.#takers[judgement.seen]!);
      if (index === undefined) continue;
      const { grant } = list.candidates[index]!;
      judgement.shortages[index] = shortageOf(grant, fills[index]!, item, this.#count);
    }
  }
}
