/** One cumulative bucket of a Prometheus histogram. */
export interface Bucket {
  readonly upperSeconds: number;
  readonly count: number;
}

/**
 * Quantile of what was observed between two readings of a histogram, linear within a bucket. Null if nothing was.
 *
 * @param before an earlier reading, with the same buckets; empty means since the start
 */
export function quantileMs(after: readonly Bucket[], before: readonly Bucket[], quantile: number): number | null {
  const counts = after.map(({ upperSeconds, count }, i) => ({
    upperSeconds,
    count: count - (before[i]?.count ?? 0),
  }));
  const total = counts.at(-1)?.count ?? 0;
  if (total === 0) return null;
  const rank = quantile * total;
  let lowerSeconds = 0;
  let below = 0;
  for (const { upperSeconds, count } of counts) {
    if (count >= rank) {
      const top = Number.isFinite(upperSeconds) ? upperSeconds : lowerSeconds;
      const share = count === below ? 1 : (rank - below) / (count - below);
      return 1000 * (lowerSeconds + share * (top - lowerSeconds));
    }
    lowerSeconds = upperSeconds;
    below = count;
  }
  return null;
}

const BUCKET_LINE = /^fairlead_lead_decision_seconds_bucket\{le="([^"]+)"\} (\d+)$/;

/** Reads the histogram of decision times from the text of `/metrics`. */
export function readDecisionBuckets(metrics: string): readonly Bucket[] {
  return metrics.split("\n").flatMap((line) => {
    const [, upper, count] = BUCKET_LINE.exec(line) ?? [];
    if (upper === undefined || count === undefined) return [];
    return [{ upperSeconds: upper === "+Inf" ? Number.POSITIVE_INFINITY : Number(upper), count: Number(count) }];
  });
}
