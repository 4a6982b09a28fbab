import { refOf } from "../../domain/ledger/lead-entry.ts";
import { windowOf } from "../../domain/ledger/via.ts";
import type { ReserveItem } from "../../domain/ledger/reservation.ts";

/** What leads of a batch have in common beside lists and keys. */
export interface DemandProfile {
  readonly item: ReserveItem;
  /** Equal for those who find room at the same reps. */
  readonly demand: number;
}

/** Numbers the profiles of a batch from 1. There are a few, so looking through those of a channel is the cheapest way. */
export class DemandProfiles {
  readonly values: DemandProfile[] = [];
  readonly #byChannel = new Map<string, number[]>();
  readonly #demands = new Map<string, number>();

  of(item: ReserveItem): number {
    let numbers = this.#byChannel.get(item.channel);
    if (numbers === undefined) this.#byChannel.set(item.channel, (numbers = []));
    for (const number of numbers) if (isLike(this.values[number - 1]!.item, item)) return number;
    const number = this.values.push({ item, demand: this.#demandOf(item) });
    numbers.push(number);
    return number;
  }

  #demandOf(item: ReserveItem): number {
    const key = `${item.loadMilli} ${windowOf(item)} ${item.channel}`;
    let demand = this.#demands.get(key);
    if (demand === undefined) this.#demands.set(key, (demand = this.#demands.size + 1));
    return demand;
  }
}

/** Their channels are equal. */
function isLike(a: ReserveItem, b: ReserveItem): boolean {
  return (
    a.cycle === b.cycle &&
    a.loadMilli === b.loadMilli &&
    a.via === b.via &&
    a.planVersion === b.planVersion &&
    a.otherwise.kind === b.otherwise.kind &&
    otherwiseRef(a) === otherwiseRef(b)
  );
}

export const otherwiseRef = ({ otherwise }: ReserveItem): string =>
  otherwise.kind === "refuse" ? "" : refOf(otherwise);
