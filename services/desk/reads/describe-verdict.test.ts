import { describe, expect, it } from "vitest";
import { VERDICTS } from "../../core/domain/decision/explanation.ts";
import { describeVerdict } from "./describe-verdict.ts";

describe("describeVerdict", () => {
  it.each(VERDICTS)("says %s in whole sentences, with the change that would have flipped it", (verdict) => {
    const { why, change } = describeVerdict({ repIndex: 0, verdict, fit: 0, gap: 2 }, "Ana");
    expect(why).toMatch(/^(Ana|An earlier step).*\.$/);
    expect(change).toMatch(verdict === "chosen" ? /^$/ : /^It would have taken .+\.$/);
  });

  it.each([
    ["private_pool_full", 1, "1 free place in the private pool"],
    ["load_full", 1_500, "1.5 units less of open work"],
    ["lower_fit", 830, "8.3 more points of fit"],
    ["more_loaded", 1_500, "1.5 units less"],
    ["more_credit_used", 250, "0.25 fewer leads"],
    ["beyond_fairness_bound", 2_000, "2 fewer leads ahead"],
    ["skill_missing", 2, "2 more levels of the required skill"],
    ["served_more_recently", 3, "waiting 3 turns longer"],
  ] as const)("gives the gap of %s in its unit", (verdict, gap, words) => {
    expect(describeVerdict({ repIndex: 0, verdict, fit: 0, gap }, "Ana").change).toContain(words);
  });
});
