import { HOUR_MS, planOf, repOf, repsOf, routed, type PlanBody } from "../support/plan-builder.ts";

export const TENANT = "chaos";

/** South-west corner of each team's square. */
export const SQUARES = { busy: [0, 40], wide: [0, 20], patient: [0, 0] } as const;

/** Room for few: at every moment somebody is full, so that one slot too many would be seen. */
export const BUSY_POOL = 6;

/**
 * `busy` and `wide` give what finds nobody to their pool; leads of `patient` are parked, and sent again when there is
 * room.
 */
export const CHAOS_PLAN: PlanBody = planOf(
  {
    busy: { square: SQUARES.busy, reps: repsOf(4, { privatePool: BUSY_POOL }) },
    wide: {
      square: SQUARES.wide,
      reps: [
        repOf("wide-1", { privatePool: 30 }),
        repOf("wide-2", { privatePool: 30 }),
        repOf("paced", { privatePool: 500, intake: [{ lengthMs: HOUR_MS, limit: 40, channel: null }] }),
      ],
    },
    patient: {
      square: SQUARES.patient,
      reps: [repOf("calm-1", { privatePool: 400 }), repOf("calm-2", { privatePool: 400 })],
    },
  },
  {
    policies: [
      {
        nodeId: "hq",
        segments: [
          {
            ...routed(),
            name: "pool",
            when: [{ field: "channel", operator: "equals", value: "pool" }],
            steps: [],
            fallback: { kind: "public", poolId: null },
          },
          { ...routed(), fallback: { kind: "public", poolId: null } },
        ],
      },
      { nodeId: "patient", segments: [routed()] },
    ],
  },
);
