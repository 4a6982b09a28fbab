/** How full one rep is, and whose turn it is. */
export interface Fill {
  readonly held: number;
  readonly loadMilli: number;
  /** Virtual time: lead units received per unit of fairness weight. */
  readonly credit: number;
  /** The tenant's counter when this rep was last charged for a lead; 0 is never. */
  readonly turn: number;
}

/** Numbers of a rep, in the order in which every ledger keeps them. */
const NUMBERS = 4;
const HELD = 0;
const LOADED = 1;
const CREDIT = 2;
const TURN = 3;

const FIRST_REPS = 64;

/**
 * How full the reps of a ledger are, by place. Numbers in a row and no objects: a lead is decided by those of all its
 * candidates, of whom one changes.
 */
export class Fills {
  #values: Float64Array;

  /** @param values four a rep: held, loadMilli, credit, turn */
  constructor(values = new Float64Array(FIRST_REPS * NUMBERS)) {
    this.#values = values;
  }

  held(place: number): number {
    return this.#values[place * NUMBERS + HELD]!;
  }

  loadMilli(place: number): number {
    return this.#values[place * NUMBERS + LOADED]!;
  }

  credit(place: number): number {
    return this.#values[place * NUMBERS + CREDIT]!;
  }

  turn(place: number): number {
    return this.#values[place * NUMBERS + TURN]!;
  }

  at(place: number): Fill {
    return {
      held: this.held(place),
      loadMilli: this.loadMilli(place),
      credit: this.credit(place),
      turn: this.turn(place),
    };
  }

  set(place: number, { held, loadMilli, credit, turn }: Fill): void {
    this.#values.set([held, loadMilli, credit, turn], place * NUMBERS);
  }

  /** @param loadMilli more than before; negative for less */
  hold(place: number, held: number, loadMilli: number): void {
    this.#values[place * NUMBERS + HELD] = held;
    this.#values[place * NUMBERS + LOADED]! += loadMilli;
  }

  charge(place: number, credit: number, turn: number): void {
    this.#values[place * NUMBERS + CREDIT] = credit;
    this.#values[place * NUMBERS + TURN] = turn;
  }

  /** For a place behind the last one: its numbers are 0. */
  makeRoom(place: number): void {
    const size = (place + 1) * NUMBERS;
    if (size <= this.#values.length) return;
    const larger = new Float64Array(Math.max(size, this.#values.length * 2));
    larger.set(this.#values);
    this.#values = larger;
  }
}
