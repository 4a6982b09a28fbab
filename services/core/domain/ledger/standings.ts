import { LeastServed } from "./least-served.ts";
import type { LedgerState, ListFills } from "./ledger-state.ts";
import type { CandidateList, ReserveItem } from "./reservation.ts";
import { type CountWindow, type Shortage, hasRoom, shortageOf } from "./room.ts";
import type { Standing } from "./choose.ts";
import { windowOf } from "./via.ts";

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
  readonly #fills = new Map<CandidateList, ListFills>();
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
    const { candidates: fills } = this.#fillsOf(list);
    const floor = this.#state.floor(list.nodeId);
    const { shortages, leastCandidate } = this.#judgementOf(list, item);
    if (list.strategy !== "fair_fit") return { list, fills, floor, shortages, bound: Infinity };
    const least = leastCandidate.of(fills, floor, (index) => shortages[index] === null);
    return { list, fills, floor, shortages, bound: least + list.fairnessBound };
  }

  /** Least virtual time of the list's colleagues who could take one more lead like this, never below the floor. */
  leastColleague(list: CandidateList, item: ReserveItem): number {
    const { present } = this.#fillsOf(list);
    const isLong = list.candidates.length > LONG_LIST;
    const least = isLong ? this.#judgementOf(list, item).leastColleague : new LeastServed();
    const canTake = (index: number) => hasRoom(list.present[index]!, present[index]!, item, this.#count);
    return least.of(present, this.#state.floor(list.nodeId), canTake);
  }

  #fillsOf(list: CandidateList): ListFills {
    let fills = this.#fills.get(list);
    if (fills === undefined) this.#fills.set(list, (fills = this.#state.fillsOf(list)));
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
    const { candidates: fills } = this.#fillsOf(list);
    const shortages = list.candidates.map(({ grant }, index) => shortageOf(grant, fills[index]!, item, this.#count));
    const seen = this.#takers.length;
    return { shortages, leastCandidate: new LeastServed(), leastColleague: new LeastServed(), seen };
  }

  #catchUp(judgement: Judgement, list: CandidateList, item: ReserveItem): void {
    const { candidates: fills } = this.#fillsOf(list);
    for (; judgement.seen < this.#takers.length; judgement.seen += 1) {
      const index = placesIn(list).get(this.#takers[judgement.seen]!);
      if (index === undefined) continue;
      const { grant } = list.candidates[index]!;
      judgement.shortages[index] = shortageOf(grant, fills[index]!, item, this.#count);
    }
  }
}
