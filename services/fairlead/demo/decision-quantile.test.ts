import { describe, expect, it } from "vitest";
import { quantileMs, readDecisionBuckets } from "./decision-quantile.ts";

const TEXT = `# TYPE fairlead_lead_decision_seconds histogram
fairlead_lead_decision_seconds_bucket{le="0.01"} 90
fairlead_lead_decision_seconds_bucket{le="0.1"} 99
fairlead_lead_decision_seconds_bucket{le="+Inf"} 100
fairlead_lead_decision_seconds_sum 1`;

describe("quantileMs", () => {
  const buckets = readDecisionBuckets(TEXT);

  it("interpolates within the bucket that holds the rank", () => {
    expect(quantileMs(buckets, [], 0.45)).toBeCloseTo(5);
    expect(quantileMs(buckets, [], 0.99)).toBeCloseTo(100);
  });

  it("says the last bound for what lies beyond it", () => {
    expect(quantileMs(buckets, [], 1)).toBeCloseTo(100);
  });

  it("looks only at what came between two readings", () => {
    const before = [
      { upperSeconds: 0.01, count: 90 },
      { upperSeconds: 0.1, count: 90 },
      { upperSeconds: Number.POSITIVE_INFINITY, count: 90 },
    ];
    expect(quantileMs(buckets, before, 0.5)).toBeCloseTo(60);
    expect(quantileMs(buckets, buckets, 0.5)).toBeNull();
  });
});
