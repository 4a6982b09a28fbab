import type { Sample } from "./sample-metrics.ts";
import type { ScenarioResult } from "./run-scenario.ts";

/** Pixels. */
const PANEL = { width: 460, height: 230, left: 52, right: 12, top: 44, bottom: 26 };
const COLUMNS = 2;
const HEADER = 56;
const SERIES = [
  { name: "accepted", color: "#1f6feb" },
  { name: "decided", color: "#2da44e" },
  { name: "refused", color: "#cf222e" },
] as const;

interface Plotted {
  readonly mode: string;
  readonly machine: string;
  readonly commit: string;
  readonly results: readonly ScenarioResult[];
}

/** An SVG with a panel for each scenario: leads a second over time, whether it passed, and the numbers of its thresholds. */
export function plotResults({ mode, machine, commit, results }: Plotted): string {
  const rows = Math.ceil(results.length / COLUMNS);
  const [width, height] = [COLUMNS * PANEL.width, HEADER + rows * PANEL.height];
  const panels = results.map((result, index) => {
    const [x, y] = [(index % COLUMNS) * PANEL.width, HEADER + Math.floor(index / COLUMNS) * PANEL.height];
    return `<g transform="translate(${x} ${y})">${panel(result)}</g>`;
  });
  const legend = SERIES.map(({ name, color }, i) => text(16 + i * 90, 44, `— ${name}/s`, { fill: color }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(16, 22, `k6, ${mode}: leads a second by scenario (${machine}, ${commit})`, { size: 14 }),
    ...legend,
    ...panels,
    "</svg>\n",
  ].join("\n");
}

function panel({ scenario, passed, samples, metrics }: ScenarioResult): string {
  const rates = ratesOf(samples);
  const lastSecond = samples.at(-1)?.seconds ?? 1;
  const top = niceCeiling(
    Math.max(1, ...rates.flatMap(({ accepted, decided, refused }) => [accepted, decided, refused])),
  );
  const plotWidth = PANEL.width - PANEL.left - PANEL.right;
  const plotHeight = PANEL.height - PANEL.top - PANEL.bottom;
  const x = (seconds: number): number => PANEL.left + (seconds / lastSecond) * plotWidth;
  const y = (value: number): number => PANEL.top + (1 - value / top) * plotHeight;
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(top * share).toFixed(1);
    const label = text(PANEL.left - 6, Number(at) + 4, short(top * share), { anchor: "end" });
    return `<line x1="${PANEL.left}" x2="${PANEL.width - PANEL.right}" y1="${at}" y2="${at}" stroke="#d0d7de"/>${label}`;
  });
  const lines = SERIES.map(({ name, color }) => {
    const points = rates.map((rate) => `${x(rate.seconds).toFixed(1)},${y(rate[name]).toFixed(1)}`).join(" ");
    return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
  });
  const verdict = passed ? { word: "passed", color: "#2da44e" } : { word: "a threshold was crossed", color: "#cf222e" };
  return [
    text(PANEL.left, 16, scenario, { size: 13 }),
    text(PANEL.left + 90, 16, verdict.word, { fill: verdict.color }),
    text(PANEL.left, 32, numbersOf(samples, metrics), { fill: "#57606a" }),
    ...grid,
    ...lines,
    text(PANEL.left, PANEL.height - 10, "0 s"),
    text(PANEL.width - PANEL.right, PANEL.height - 10, `${Math.round(lastSecond)} s`, { anchor: "end" }),
  ].join("");
}

/** Between two samples each; a process that did not answer in time leaves a longer step. */
function ratesOf(samples: readonly Sample[]) {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? sample;
    const seconds = Math.max(0.1, sample.seconds - before.seconds);
    const rate = (name: "accepted" | "decided" | "refused"): number =>
      Math.max(0, sample[name] - before[name]) / seconds;
    return { seconds: sample.seconds, accepted: rate("accepted"), decided: rate("decided"), refused: rate("refused") };
  });
}

function numbersOf(samples: readonly Sample[], metrics: ScenarioResult["metrics"]): string {
  const durations = [
    "accepted_duration",
    "http_req_duration{kind:single}",
    "http_req_duration{kind:upload}",
    "http_req_duration{kind:read}",
    "http_req_duration{kind:claim}",
    "stream_delay",
  ];
  const shown = durations.find((name) => name in metrics);
  const p99 = shown === undefined ? undefined : (metrics[shown]?.["p(99)"] ?? metrics[shown]?.["p99"]);
  const routed = metrics["leads_routed_per_second"]?.["avg"];
  const resident = samples.map(({ residentMib }) => residentMib);
  return [
    p99 === undefined ? "" : `p99 ${short(p99)} ms`,
    routed === undefined ? "" : `routed ${short(routed)}/s`,
    resident.length === 0 ? "" : `memory at most ${short(Math.max(...resident))} MiB`,
  ]
    .filter(Boolean)
    .join(", ");
}

/** 1, 2 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((factor) => factor * power >= value) ?? 10);
}

const short = (value: number): string => (value >= 10 ? Math.round(value).toLocaleString("en") : value.toPrecision(2));

interface TextStyle {
  readonly size?: number;
  readonly fill?: string;
  readonly anchor?: "end";
}

function text(x: number, y: number, content: string, { size = 11, fill = "#1f2328", anchor }: TextStyle = {}): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const anchored = anchor === undefined ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}"${anchored}>${escaped}</text>`;
}
