/** What the status line tells; counts of leads by what they are now, `captured` since the start. */
export interface DemoFigures {
  readonly captured: number;
  readonly owned: number;
  readonly parked: number;
  readonly public: number;
  readonly converted: number;
  /** From capture to decision, over the last minutes; null before the first decision. */
  readonly p99DecisionMs: number | null;
  readonly leadsPerSecond: number;
}

/** The part of a terminal or file the line is written to; `process.stdout` fits. */
export interface LineOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface StatusLine {
  /** Rewrites the line in a terminal; elsewhere writes one every ten seconds. */
  show(figures: DemoFigures, nowMs: number): void;
  /** Leaves the last state standing, for whatever is printed next. */
  end(): void;
}

const LOG_INTERVAL_MS = 10_000;
const ERASE_TO_END = "\u001B[K";

export function formatStatusLine(figures: DemoFigures): string {
  const { p99DecisionMs, leadsPerSecond } = figures;
  return [
    `captured ${whole(figures.captured)}`,
    `owned ${whole(figures.owned)}`,
    `parked ${whole(figures.parked)}`,
    `public ${whole(figures.public)}`,
    `converted ${whole(figures.converted)}`,
    `p99 capture → decision ${p99DecisionMs === null ? "–" : `${whole(p99DecisionMs)} ms`}`,
    `${leadsPerSecond < 10 ? leadsPerSecond.toFixed(1) : whole(leadsPerSecond)} leads/s`,
  ].join(" · ");
}

export function createStatusLine(output: LineOutput): StatusLine {
  let lastWrittenMs = -Infinity;
  let isOpen = false;
  return {
    show(figures, nowMs) {
      const line = formatStatusLine(figures);
      if (output.isTTY === true) {
        // A line that wraps could not be rewritten.
        const width = Math.max(1, (output.columns ?? 80) - 1);
        output.write(`\r${line.slice(0, width)}${ERASE_TO_END}`);
        isOpen = true;
      } else if (nowMs - lastWrittenMs >= LOG_INTERVAL_MS) {
        lastWrittenMs = nowMs;
        output.write(`${line}\n`);
      }
    },
    end() {
      if (isOpen) output.write("\n");
      isOpen = false;
    },
  };
}

function whole(count: number): string {
  return count.toLocaleString("en-US", { maximumFractionDigits: 0 });
}
