/** `gcj02` is the shifted datum that maps published in mainland China must use (Amap, Tencent). */
export type Datum = "wgs84" | "gcj02";

export interface GeoPoint {
  readonly longitudeDeg: number;
  readonly latitudeDeg: number;
}

// The Krasovsky 1940 ellipsoid, on which the shift is defined.
const SEMI_MAJOR_AXIS_METERS = 6_378_245;
const ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943;
const RADIANS = Math.PI / 180;

/** The rectangle within which map services apply the shift. It also holds parts of the neighbours; so do their maps. */
const CHINA = { west: 72.004, east: 137.8347, south: 0.8293, north: 55.8271 };

/** Below 1e-5 m, far under the 1e-6° promised. */
const CONVERGED_DEG = 1e-10;
/** Each step gains two digits, as the shift changes by less than 1 % of a step. */
const MAX_STEPS = 10;

/** Converts a point at the door, so that everything inside is WGS-84. */
export function toWgs84(point: GeoPoint, datum: Datum): GeoPoint {
  return datum === "gcj02" ? gcj02ToWgs84(point) : point;
}

/** The published formula. Points outside the rectangle around China pass unchanged, as do points that are not finite. */
export function wgs84ToGcj02(point: GeoPoint): GeoPoint {
  return isInChina(point) ? addShift(point) : point;
}

/**
 * The inverse, by fixed-point iteration: within 1e-9° of the point that `wgs84ToGcj02` shifts here. Points outside the
 * rectangle pass unchanged.
 */
export function gcj02ToWgs84(point: GeoPoint): GeoPoint {
  if (!isInChina(point)) return point;
  let guess = point;
  for (let step = 0; step < MAX_STEPS; step++) {
    const shifted = addShift(guess);
    const errorX = point.longitudeDeg - shifted.longitudeDeg;
    const errorY = point.latitudeDeg - shifted.latitudeDeg;
    guess = { longitudeDeg: guess.longitudeDeg + errorX, latitudeDeg: guess.latitudeDeg + errorY };
    if (Math.abs(errorX) + Math.abs(errorY) < CONVERGED_DEG) break;
  }
  return guess;
}

function isInChina({ longitudeDeg, latitudeDeg }: GeoPoint): boolean {
  return (
    longitudeDeg >= CHINA.west && longitudeDeg <= CHINA.east && latitudeDeg >= CHINA.south && latitudeDeg <= CHINA.north
  );
}

/** The shift is a few hundred metres, by a polynomial and waves in the degrees from 105° E, 35° N. */
function addShift({ longitudeDeg, latitudeDeg }: GeoPoint): GeoPoint {
  const x = longitudeDeg - 105;
  const y = latitudeDeg - 35;
  const latitude = latitudeDeg * RADIANS;
  const curvature = 1 - ECCENTRICITY_SQUARED * Math.sin(latitude) ** 2;
  const meridianRadius = (SEMI_MAJOR_AXIS_METERS * (1 - ECCENTRICITY_SQUARED)) / curvature ** 1.5;
  const parallelRadius = (SEMI_MAJOR_AXIS_METERS / Math.sqrt(curvature)) * Math.cos(latitude);
  return {
    longitudeDeg: longitudeDeg + eastingMeters(x, y) / (parallelRadius * RADIANS),
    latitudeDeg: latitudeDeg + northingMeters(x, y) / (meridianRadius * RADIANS),
  };
}

function eastingMeters(x: number, y: number): number {
  return (
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * Math.sqrt(Math.abs(x)) +
    waves(x, [20, 6, 20, 2]) +
    waves(x, [20, 1, 40, 1 / 3]) +
    waves(x, [150, 1 / 12, 300, 1 / 30])
  );
}

function northingMeters(x: number, y: number): number {
  return (
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * Math.sqrt(Math.abs(x)) +
    waves(x, [20, 6, 20, 2]) +
    waves(y, [20, 1, 40, 1 / 3]) +
    waves(y, [160, 1 / 12, 320, 1 / 30])
  );
}

/** Two thirds of the sum of two sines, given as amplitude and frequency in half turns per degree. */
function waves(degrees: number, [a, f, b, g]: readonly [number, number, number, number]): number {
  return ((a * Math.sin(f * Math.PI * degrees) + b * Math.sin(g * Math.PI * degrees)) * 2) / 3;
}
