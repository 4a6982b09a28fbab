import { LeastServed } from "./least-served.ts";
import type { LedgerState, ListPlaces } from "./ledger-state.ts";
import type { CandidateList, ReserveItem } from "./reservation.ts";
import { type Usage, type Shortage, hasRoom, shortageOf } from "./room.ts";
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

/** What is looked up once for a list, however many leads of the batch use it. */
interface KnownList {
  readonly list: CandidateList;
  readonly places: ListPlaces;
  /** Of a long one, by demand. */
  readonly judgements: Map<string, Judgement> | null;
}

/** Index of each rep among the candidates of a list. */
const knownIndexes = new WeakMap<CandidateList, ReadonlyMap<string, number>>();

function indexesIn(list: CandidateList): ReadonlyMap<string, number> {
  let indexes = knownIndexes.get(list);
  if (indexes === undefined) {
    indexes = new Map(list.candidates.map(({ grant }, index) => [grant.repId, index]));
    knownIndexes.set(list, indexes);
  }
  return indexes;
}

/** How things stand from lead to lead of a batch. */
export class Standings {
  readonly #state: LedgerState;
  readonly #usage: Usage;
  readonly #lists = new Map<CandidateList, KnownList>();
  /** Who took a lead, in order. */
  readonly #takers: string[] = [];

  constructor(state: LedgerState, usage: Usage) {
    this.#state = state;
    this.#usage = usage;
  }

  /** To be told of every lead that is taken. */
  taken(repId: string): void {
    this.#takers.push(repId);
  }

  of(list: CandidateList, item: ReserveItem): Standing {
    const { fills } = this.#state;
    const known = this.#known(list);
    const places = known.places.candidates;
    const floor = this.#state.floor(list.nodeId);
    const { shortages, leastCandidate } = this.#judgementOf(known, item);
    if (list.strategy !== "fair_fit") return { list, fills, places, floor, shortages, bound: Infinity };
    const least = leastCandidate.of({ fills, places, floor }, (index) => shortages[index] === null);
    return { list, fills, places, floor, shortages, bound: least + list.fairnessBound };
  }

  /** Least virtual time of the list's colleagues who could take one more lead like this, never below the floor. */
  leastColleague(list: CandidateList, item: ReserveItem): number {
    const { fills } = this.#state;
    const known = this.#known(list);
    const places = known.places.present;
    const least = known.judgements === null ? new LeastServed() : this.#judgementOf(known, item).leastColleague;
    const canTake = (index: number) => hasRoom(list.present[index]!, places[index]!, item, this.#usage);
    return least.of({ fills, places, floor: this.#state.floor(list.nodeId) }, canTake);
  }

  #known(list: CandidateList): KnownList {
    let known = this.#lists.get(list);
    if (known === undefined) {
      const isLong = list.candidates.length > LONG_LIST;
      known = { list, places: this.#state.placesOf(list), judgements: isLong ? new Map() : null };
      this.#lists.set(list, known);
    }
    return known;
  }

  #judgementOf(known: KnownList, item: ReserveItem): Judgement {
    const { judgements } = known;
    if (judgements === null) return this.#judge(known, item);
    const demand = `${item.loadMilli} ${windowOf(item)} ${item.channel}`;
    let judgement = judgements.get(demand);
    if (judgement === undefined) judgements.set(demand, (judgement = this.#judge(known, item)));
    this.#catchUp(judgement, known, item);
    return judgement;
  }

  #judge({ list, places }: KnownList, item: ReserveItem): Judgement {
    const shortages = list.candidates.map(({ grant }, index) =>
      shortageOf(grant, places.candidates[index]!, item, this.#usage),
    );
    const seen = this.#takers.length;
    return { shortages, leastCandidate: new LeastServed(), leastColleague: new LeastServed(), seen };
  }

  #catchUp(judgement: Judgement, { list, places }: KnownList, item: ReserveItem): void {
    for (; judgement.seen < this.#takers.length; judgement.seen += 1) {
      const index = indexesIn(list).get(this.#takers[judgement.seen]!);
      if (index === undefined) continue;
      const { grant } = list.candidates[index]!;
      judgement.shortages[index] = shortageOf(grant, places.candidates[index]!, item, this.#usage);
    }
  }
}
