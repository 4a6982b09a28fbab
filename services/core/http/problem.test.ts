import { describe, expect, it } from "vitest";
import { Fault, FAULT_CODES } from "../domain/fault.ts";
import { problemOfFault } from "./problem.ts";

describe("problemOfFault", () => {
  it("tells nothing of a fault that is ours, and everything of a caller's", () => {
    for (const code of FAULT_CODES) {
      const problem = problemOfFault(new Fault(code, "words", { at: "/place" }));
      expect(problem.code).toBe(code);
      expect(problem.detail).toBe(problem.status === 500 ? undefined : "words");
      expect(problem.pointer).toBe(problem.status === 500 ? undefined : "/place");
      expect(problem.retryAfterSeconds !== undefined).toBe([429, 503].includes(problem.status));
    }
  });

  it("says a place that is no JSON pointer in words", () => {
    const problem = problemOfFault(new Fault("BODY_MALFORMED", "Broken", { at: "line 2, column 3" }));
    expect(problem).toMatchObject({ status: 400, detail: "Broken (line 2, column 3)" });
    expect(problem).not.toHaveProperty("pointer");
  });
});
