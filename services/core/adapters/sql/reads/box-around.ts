export interface Place {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
}

/** Degrees. A box across the antimeridian has a second part; without one, `beyond` is empty (west above east). */
export interface Box {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
  readonly beyond: { readonly west: number; readonly east: number };
}

export const EARTH_RADIUS_METERS = 6_371_008.8;
/** No two places are further apart; a little over half a circumference, so that rounding leaves nobody out. */
export const EVERYWHERE_METERS = Math.PI * EARTH_RADIUS_METERS + 1000;

const RADIANS = Math.PI / 180;
/** About a centimetre: more than all rounding, here and in the database. */
const SLACK_DEG = 1e-7;
const NOTHING = { west: 1, east: 0 };

/** A box that holds every place within the radius. It may hold more. */
export function boxAround({ latitudeDeg, longitudeDeg }: Place, radiusMeters: number): Box {
  const angle = radiusMeters / EARTH_RADIUS_METERS;
  const spanDeg = angle / RADIANS + SLACK_DEG;
  const south = latitudeDeg - spanDeg;
  const north = latitudeDeg + spanDeg;
  // A circle around a pole meets every meridian.
  if (south <= -90 || north >= 90) return { south, north, west: -180, east: 180, beyond: NOTHING };
  // The circle's easternmost point is not due east, but nearer to the pole: hence asin.
  const halfWidthDeg = Math.asin(Math.min(1, Math.sin(angle) / Math.cos(latitudeDeg * RADIANS))) / RADIANS + SLACK_DEG;
  const west = longitudeDeg - halfWidthDeg;
  const east = longitudeDeg + halfWidthDeg;
  // Both parts keep the whole width: a bound beyond ±180 excludes nothing, and ±180 themselves are in both.
  if (west <= -180) return { south, north, west, east, beyond: { west: west + 360, east: east + 360 } };
  if (east >= 180) return { south, north, west, east, beyond: { west: west - 360, east: east - 360 } };
  return { south, north, west, east, beyond: NOTHING };
}
