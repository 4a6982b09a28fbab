/** What the k6 scripts are told: written as a file by `run-scenario.ts`, read by `scripts/target.ts`. */
export interface Target {
  readonly capture: string;
  readonly desk: string;
  /** Base URLs of all processes that count something. */
  readonly metrics: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Chunks of NDJSON, each `CHUNK_LEADS` leads, with a record separator between them. */
  readonly leadsFile: string;
  readonly summaryFile: string;
  readonly seconds: number;
  /** Arrivals a second, where a scenario has a rate. */
  readonly rate: number;
  /** Pools with reps who may claim from them. */
  readonly pools: readonly { readonly poolId: string; readonly repIds: readonly string[] }[];
  readonly nodeIds: readonly string[];
  readonly repIds: readonly string[];
}

/** One upload: large enough that its head costs little, small enough to be answered in less than a second. */
export const CHUNK_LEADS = 250;
export const CHUNK_SEPARATOR = "\u001e";
/** Leads of this channel go to their team's pool at once, in the plan of the bench. */
export const POOL_CHANNEL = "bench_pool";
