import { Type } from "typebox";
import { STRATEGIES } from "../core/domain/matching/policy.ts";

const Id = Type.String({ minLength: 1, maxLength: 128 });
const Label = Type.String({ maxLength: 256 });
const Ms = Type.Number({ minimum: 0 });
const strict = { additionalProperties: false } as const;

const Condition = Type.Object(
  {
    field: Type.String({ maxLength: 80 }),
    operator: Type.Enum(["equals", "one_of", "at_least", "at_most", "present"]),
    value: Type.Union([
      Type.String({ maxLength: 1024 }),
      Type.Number(),
      Type.Boolean(),
      Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 1000 }),
    ]),
  },
  strict,
);
const When = Type.Array(Condition, { maxItems: 20, description: "All of them must hold." });
const Skill = Type.Object({ skill: Id, level: Type.Integer({ minimum: 1, maximum: 5 }) }, strict);

const Step = Type.Object(
  {
    requiredSkills: Type.Array(Skill, { maxItems: 20 }),
    languageRequired: Type.Boolean(),
    preferredSkills: Type.Array(Skill, { maxItems: 20 }),
    minSeniority: Type.Integer({ minimum: 0, maximum: 5 }),
    strategy: Type.Enum([...STRATEGIES]),
    fairnessBound: Type.Number({ minimum: 0 }),
    afterWaitMs: Ms,
    scope: Type.Enum(["team", "parent"]),
  },
  strict,
);

const Fallback = Type.Union([
  Type.Object({ kind: Type.Literal("parked") }, strict),
  Type.Object({ kind: Type.Literal("public"), poolId: Type.Union([Id, Type.Null()]) }, strict),
  Type.Object({ kind: Type.Literal("owner"), repId: Id }, strict),
]);

const Segment = Type.Object(
  {
    name: Id,
    when: When,
    loadMilli: Type.Integer({ minimum: 0 }),
    steps: Type.Array(Step, { maxItems: 8 }),
    fallback: Fallback,
  },
  strict,
);

const Rep = Type.Object(
  {
    repId: Id,
    name: Label,
    nodeIds: Type.Array(Id, { minItems: 1, maxItems: 50 }),
    active: Type.Boolean(),
    skills: Type.Record(Id, Type.Integer({ minimum: 1, maximum: 5 })),
    languages: Type.Array(Type.String({ maxLength: 35 }), { maxItems: 50 }),
    timeZone: Type.String({ maxLength: 64 }),
    workingHours: Type.Array(
      Type.Object(
        {
          weekday: Type.Integer({ minimum: 1, maximum: 7 }),
          fromMinute: Type.Integer({ minimum: 0, maximum: 1439 }),
          toMinute: Type.Integer({ minimum: 1, maximum: 1440 }),
        },
        strict,
      ),
      { maxItems: 50 },
    ),
    absences: Type.Array(Type.Object({ fromMs: Ms, toMs: Ms }, strict), { maxItems: 200 }),
    seniority: Type.Integer({ minimum: 1, maximum: 5 }),
    fairnessWeight: Type.Number({ exclusiveMinimum: 0 }),
    limits: Type.Object(
      {
        privatePool: Type.Integer({ minimum: 0 }),
        loadMilli: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
        intake: Type.Array(
          Type.Object(
            {
              lengthMs: Type.Integer({ minimum: 1, maximum: 32 * 86_400_000 }),
              limit: Type.Integer({ minimum: 0 }),
              channel: Type.Union([Label, Type.Null()]),
            },
            strict,
          ),
          { maxItems: 10 },
        ),
        claimsPerDay: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
      },
      strict,
    ),
  },
  strict,
);

/** A draft as it is posted. Geometries are checked by the domain, which says where a ring crosses itself. */
export const PlanDraftSchema = Type.Object(
  {
    orgNodes: Type.Array(Type.Object({ nodeId: Id, parentId: Type.Union([Id, Type.Null()]), name: Label }, strict), {
      minItems: 1,
    }),
    reps: Type.Array(Rep),
    territories: Type.Array(
      Type.Object(
        {
          territoryId: Id,
          nodeId: Id,
          priority: Type.Number(),
          geometry: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()], {
            description: "GeoJSON Polygon or MultiPolygon, WGS-84",
          }),
          codes: Type.Array(Type.String({ maxLength: 64 })),
        },
        strict,
      ),
    ),
    accounts: Type.Array(Type.Object({ companyKey: Id, nodeId: Id }, strict)),
    predicates: Type.Array(Type.Object({ predicateId: Id, nodeId: Id, when: When }, strict)),
    pools: Type.Array(
      Type.Object(
        { poolId: Id, nodeId: Id, name: Label, enabled: Type.Boolean(), coolDownMs: Ms, freezeMs: Ms },
        strict,
      ),
    ),
    policies: Type.Array(Type.Object({ nodeId: Id, segments: Type.Array(Segment) }, strict)),
    scoreRules: Type.Array(Type.Object({ name: Id, when: When, points: Type.Number() }, strict)),
    defaultNodeId: Type.Union([Id, Type.Null()]),
  },
  strict,
);
