import { parseArgs } from "node:util";
import { Fault } from "../core/domain/fault.ts";
import type { LetterFilter } from "../router/dead-letters/find-letters.ts";

export interface DlqOptions {
  readonly command: "list" | "replay";
  readonly filter: LetterFilter;
  /** False: a dry run. */
  readonly isApplied: boolean;
  /** Also what was replayed before. */
  readonly isForced: boolean;
  readonly ratePerSecond: number;
  /** Null: the user of the operating system. */
  readonly actor: string | null;
}

const RATE_PER_SECOND = 50;
const AGE_UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws Fault CONFIG_INVALID */
export function readDlqOptions(args: readonly string[], nowMs: number): DlqOptions {
  const { positionals, values } = parse(args);
  const [command, ...others] = positionals;
  if ((command !== "list" && command !== "replay") || others.length > 0) throw invalid("say `list` or `replay`");
  const ratePerSecond = Number(values.rate ?? RATE_PER_SECOND);
  if (!(ratePerSecond > 0)) throw invalid("--rate is a number of records per second");
  return {
    command,
    filter: {
      code: values.code ?? null,
      tenantId: values.tenant ?? null,
      deadLetterId: values.id ?? null,
      beforeMs: values["older-than"] === undefined ? null : nowMs - readAgeMs(values["older-than"]),
    },
    isApplied: values.apply,
    isForced: values.force,
    ratePerSecond,
    actor: values.by ?? null,
  };
}

function parse(args: readonly string[]) {
  const options = {
    code: { type: "string" },
    tenant: { type: "string" },
    id: { type: "string" },
    "older-than": { type: "string" },
    rate: { type: "string" },
    by: { type: "string" },
    apply: { type: "boolean", default: false },
    force: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause));
  }
}

function readAgeMs(text: string): number {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const unitMs = AGE_UNITS_MS[unit];
  if (count === undefined || unitMs === undefined) throw invalid("--older-than is an age as 90s, 30m, 12h or 7d");
  return Number(count) * unitMs;
}

const invalid = (message: string): Fault => new Fault("CONFIG_INVALID", message);
