import { localTime, OFFSET_SPAN_MS } from "../../core/domain/rep/local-time.ts";
import type { Clock } from "../../core/domain/lead/clock.ts";
import type { Place } from "./geography.ts";
import { weightedChoice } from "./seeded-random.ts";
import type { Random, WeightedChoice } from "./seeded-random.ts";

/** Share of the busiest hour at each hour of a working day: up from seven, a dip at noon, a long evening online. */
const HOURLY = [
  0.08, 0.05, 0.04, 0.04, 0.05, 0.08, 0.18, 0.4, 0.7, 0.92, 1, 0.97, 0.8, 0.85, 0.93, 0.9, 0.8, 0.6, 0.45, 0.42, 0.4,
  0.34, 0.24, 0.14,
] as const;
const WEEKEND_SHARE = 0.45;

/** How busy a place is at its own wall clock, 0…1; 1 on a working day at ten. Linear between the full hours. */
export function busyness(timeZone: string, atMs: number): number {
  const { weekday, minute } = localTime(timeZone, atMs);
  const hour = Math.floor(minute / 60);
  const share = (minute % 60) / 60;
  const level = HOURLY[hour]! * (1 - share) + HOURLY[(hour + 1) % 24]! * share;
  return weekday >= 6 ? level * WEEKEND_SHARE : level;
}

/**
 * Chooses where the next lead comes from: first a time zone, by its size and by how busy it is there now, then a place
 * in it. So the stream follows the sun from Maine to Guam at a steady total rate. Zone weights are renewed every
 * quarter of an hour, which is why a choice costs no more than two binary searches.
 */
export function createArrival(places: readonly Place[], now: Clock): (random: Random) => Place {
  const zones = [...Map.groupBy(places, (place) => place.zone)].map(([timeZone, own]) => ({
    timeZone,
    choice: weightedChoice(own, (place) => place.weight),
  }));
  let span = NaN;
  let zoneChoice: WeightedChoice<(typeof zones)[number]> | undefined;

  return function placeOf(random) {
    const spanNow = Math.floor(now() / OFFSET_SPAN_MS);
    if (zoneChoice === undefined || span !== spanNow) {
      span = spanNow;
      const atMs = spanNow * OFFSET_SPAN_MS;
      zoneChoice = weightedChoice(zones, (zone) => zone.choice.totalWeight * busyness(zone.timeZone, atMs));
    }
    return zoneChoice.pick(random.next()).choice.pick(random.next());
  };
}
