import { type Mutation, without } from "./mutation.ts";

const LUA = "services/core/adapters/redis";
const CONTRACT = "test/contract/ledger-redis.test.ts";
const AGREEMENT = "test/contract/ledger-agreement.test.ts";
const SAME_ROWS = "hold identical rows after any sequence of commands";

/** What the scripts rely on where they neither count windows anew nor keep a set of slots. */
export const LEDGER_MUTATIONS: readonly Mutation[] = [
  without(
    "room by the limits it was counted for",
    `${LUA}/reserve-windows.lua`,
    ["tag == caps[seat.cap][2] and ", "tag and "],
    [CONTRACT, "judges by the limits of the plan at hand"],
  ),
  without(
    "room from the time of the count on",
    `${LUA}/reserve-windows.lua`,
    ["from <= atMs and "],
    [CONTRACT, "is not misled by a caller whose clock is behind"],
  ),
  without(
    "count of a window whose room is used up",
    `${LUA}/reserve-windows.lua`,
    ["  elseif seat.left <= 0 then\n    countSeat(seat)\n"],
    [CONTRACT, "stops at exactly the limit within a call that began with room"],
  ),
  without(
    "window entries in the order of their times",
    `${LUA}/reserve-windows.lua`,
    ["if isLate then insertEntries", "if false then insertEntries"],
    [CONTRACT, "counts entries by their times, whichever came first"],
  ),
  without(
    "room lost by entries of lists without windows",
    `${LUA}/reserve-batch.lua`,
    ["  forgetUncounted(scope)\n"],
    [CONTRACT, "counts what came through a list that sets the rep no window"],
  ),
  without(
    "places of the very ledger that they were learnt from",
    `${LUA}/reserve-snapshot.lua`,
    [" or mark ~= q.mark"],
    ["test/integration/redis-ledger.test.ts", "uses no place that it knew of a ledger of the same epoch"],
  ),
  without(
    "slot of a lead that goes over",
    `${LUA}/reserve-batch.lua`,
    ['callInSlices("HSET", NS .. "leaving", leavingArgs)\n'],
    [AGREEMENT, SAME_ROWS],
  ),
  without(
    "slot that outlives a release of another rep",
    `${LUA}/apply-changes.lua`,
    ["if entry and entry.cycle == cycle and entry.status == OWNED then outlive(slot, entry.ref) end"],
    [AGREEMENT, SAME_ROWS],
  ),
  without(
    "slots without a record when seeding",
    `${LUA}/seed-rows.ts`,
    ["  await seedHeld(client, keys, held);\n"],
    [AGREEMENT, SAME_ROWS],
  ),
  without(
    "roster of the tenants that were there",
    `${LUA}/join-roster.lua`,
    ['redis.call("HSETNX", META, "tenant:" .. ARGV[2], ARGV[1]) == 1 and 1 or 2', "1"],
    [CONTRACT, "opens none that it began with, and none in another epoch"],
  ),
  without(
    "floor of the script's choice",
    `${LUA}/reserve-choose.lua`,
    ["if c < floor then c = floor end\n    if c > bound", "if c > bound"],
    [CONTRACT, "takes those who are behind the floor for equals"],
  ),
];
