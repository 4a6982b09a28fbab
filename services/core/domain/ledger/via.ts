import type { DecisionVia } from "../decision/log-record.ts";
import type { WindowScope } from "./reservation.ts";

interface HasVia {
  readonly via: DecisionVia;
}

/** The window that an assignment counts in. A transfer counts in none: it neither came in nor was claimed. */
export function windowOf({ via }: HasVia): WindowScope | null {
  switch (via) {
    case "routed":
    case "rerouted":
      return "intake";
    case "claimed":
      return "claim";
    case "transferred":
      return null;
  }
}

/** Whether it costs its owner a turn. What a rep asked for, or took over from a colleague, neither costs nor earns one. */
export const isCharged = ({ via }: HasVia): boolean => via === "routed" || via === "rerouted";
