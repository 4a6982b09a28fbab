--[[
  First part of reserve-batch.lua: opens the request and reads all that its leads and reps are about.
  Takes the locals of ledger-preamble.lua; its own are used by the parts behind it.
]]
-- luacheck: ignore 211 241
-- luacheck: read globals readyEpoch namespace callInSlices FILL FILL_BYTES

local q = cmsgpack.unpack(ARGV[1])
local epoch, atMs = q.epoch, q.atMs
local ready, mark = readyEpoch()
if ready ~= epoch or mark ~= q.mark then return { "FENCED" } end
local NS = namespace(epoch)
local FILLS, REP = NS .. "fills", NS .. "rep"

-- Reps are numbered by their places, of which there are some stretches: first place and size in turn.
local stretches, stretchOf, firstRep, fillsBefore = q.stretches, {}, {}, {}
local held, load, credit, turns = {}, {}, {}, {}

-- Many at once, since a call for each costs more than all that is in it.
local FILLS_AT_ONCE = 1000
local formats = {}
local function unpackFills(r, size, fills)
  for skipped = 0, size - 1, FILLS_AT_ONCE do
    local count = math.min(FILLS_AT_ONCE, size - skipped)
    formats[count] = formats[count] or "<" .. string.rep("d", 4 * count)
    local values = { struct.unpack(formats[count], fills, skipped * FILL_BYTES + 1) }
    for v = 1, 4 * count, 4 do
      held[r], load[r], credit[r], turns[r] = values[v], values[v + 1], values[v + 2], values[v + 3]
      r = r + 1
    end
  end
end

local function readFills()
  local r = 1
  for s = 1, #stretches / 2 do
    local first, size = stretches[2 * s - 1], stretches[2 * s]
    local fills = redis.call("GETRANGE", FILLS, first * FILL_BYTES, (first + size) * FILL_BYTES - 1)
    unpackFills(r, size, fills)
    fillsBefore[s], firstRep[s] = fills, r
    for other = r, r + size - 1 do stretchOf[other] = s end
    r = r + size
  end
end
readFills()

local function placeOf(r)
  local s = stretchOf[r]
  return stretches[2 * s - 1] + r - firstRep[s]
end

local repIds = setmetatable({}, { __index = function(ids, r)
  ids[r] = redis.call("HGET", REP, string.format("%d", placeOf(r)))
  return ids[r]
end })

-- Limits by number: private pool, load, weight, and caps of intake and claims, 0 for none.
local limits = q.limits
-- Groups of reps by number: their size. Their reps are in a row behind `gBase`, or, if `gReps` is an index, those
-- behind it in `scattered`; their limits all `gLimit`, or, if `gLimits` is one, those behind it in `mixed`. Columns,
-- since small tables cost much.
local gSize, gBase, gReps, gLimit, gLimits = q.gSize, q.gBase, q.gReps, q.gLimit, q.gLimits
local scattered, mixed = q.scattered, q.mixed

local function repOf(g, j)
  local from = gReps[g]
  return from and scattered[from + j] or gBase[g] + j
end

local function limitOf(g, j)
  local from = gLimits[g]
  return limits[from and mixed[from + j] or gLimit[g]]
end

-- Turns { value or false, … } into { index, value, … } of those that are there, and a map by name.
local function foundOnly(names, values)
  local pairs, byName = {}, {}
  for i = 1, #names do
    local value = values[i]
    if value then
      byName[names[i]] = value
      pairs[#pairs + 1] = i
      pairs[#pairs + 1] = value
    end
  end
  return pairs, byName
end

local leadIds, keys = q.leads, q.identityKeys
local foundLeads, record = foundOnly(leadIds, callInSlices("HMGET", NS .. "lead", leadIds))
local foundKeys, leadOf = foundOnly(keys, callInSlices("HMGET", NS .. "identity", keys))
local floors = callInSlices("HMGET", NS .. "floor", q.nodes)
local floorsBefore = {}
for n = 1, #q.nodes do
  floorsBefore[n] = floors[n] or "0"
  floors[n] = tonumber(floorsBefore[n])
end
local turnBefore = redis.call("GET", NS .. "turn") or "0"
local turn = tonumber(turnBefore)
-- The time of the youngest window entry of all.
local clock = tonumber(redis.call("GET", NS .. "clock") or "0")
