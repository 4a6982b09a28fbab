import { parseArgs } from "node:util";

export const VARIANTS = [
  "fairlead",
  "pass-through",
  "pass-through-headers",
  "pass-through-mixed",
  "per-lead",
  "per-lead-4",
] as const;
export type Variant = (typeof VARIANTS)[number];

export interface Options {
  /** Of all variants, and then of paced load. */
  readonly rounds: number;
  /** Measured leads of a round; the warm-up comes before them in the same topic. */
  readonly leads: number;
  readonly warmUpLeads: number;
  /** The same for passing through, which is faster, and for the per-lead design, which is slower by orders of magnitude. */
  readonly passThroughLeads: number;
  readonly perLeadLeads: number;
  readonly partitions: number;
  readonly routers: number;
  readonly variants: readonly Variant[];
  /** Of paced load, at each share of the maximum; 0 leaves it out. */
  readonly latencySeconds: number;
  readonly latencyShares: readonly number[];
  /** `on-shift`: every rep works now and has twenty times the room. `as-is`: as the demo has it at this hour. */
  readonly plan: "on-shift" | "as-is";
  /** Of Node, for the processes under measurement. */
  readonly nodeArgs: readonly string[];
  /** Result file; empty for none. */
  readonly out: string;
}

const USAGE = `node bench/pipeline/main.ts [options]   (defaults in brackets)
  --rounds=5 --warm-up=40000 --leads=60000 --pass-through-leads=120000 --per-lead-leads=450
  --partitions=8 --routers=1 --plan=on-shift|as-is
  --variants=${VARIANTS.join(",")}
  --latency-seconds=8 --latency-shares=0.4,0.8
  --node-args="--max-semi-space-size=64"   (none)
  --out=bench/results/pipeline.json   (empty: none)`;

export function readOptions(args: readonly string[]): Options {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", default: false },
      rounds: text("5"),
      leads: text("60000"),
      "warm-up": text("40000"),
      "pass-through-leads": text("120000"),
      "per-lead-leads": text("450"),
      partitions: text("8"),
      routers: text("1"),
      plan: text("on-shift"),
      variants: text(VARIANTS.join(",")),
      "latency-seconds": text("8"),
      "latency-shares": text("0.4,0.8"),
      "node-args": text(""),
      out: text(new URL("../results/pipeline.json", import.meta.url).pathname),
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  return {
    rounds: positive("rounds", values.rounds),
    leads: positive("leads", values.leads),
    warmUpLeads: positive("warm-up", values["warm-up"]),
    passThroughLeads: positive("pass-through-leads", values["pass-through-leads"]),
    perLeadLeads: positive("per-lead-leads", values["per-lead-leads"]),
    partitions: positive("partitions", values.partitions),
    routers: positive("routers", values.routers),
    variants: values.variants.split(",").map(asVariant),
    latencySeconds: Number(values["latency-seconds"]),
    latencyShares: values["latency-shares"].split(",").map(Number),
    plan: values.plan === "as-is" ? "as-is" : "on-shift",
    nodeArgs: values["node-args"].split(" ").filter(Boolean),
    out: values.out,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} must be a whole number above 0.\n${USAGE}`);
}

function asVariant(name: string): Variant {
  const variant = VARIANTS.find((known) => known === name);
  if (variant === undefined) throw new Error(`There is no variant ${name}.\n${USAGE}`);
  return variant;
}
