--[[
  First part of reserve-batch.lua: opens the request and reads all that its leads and reps are about.
  Takes the locals of ledger-preamble.lua; its own are used by the parts behind it.
]]
-- luacheck: ignore 211 241
-- luacheck: read globals unpackStruct infinite readyEpoch namespace callInSlices FILL FILL_BYTES

local q = cmsgpack.unpack(ARGV[1])
local epoch, atMs = q.epoch, q.atMs
local ready, mark = readyEpoch()
if ready ~= epoch or mark ~= q.mark then return { "FENCED" } end
local NS = namespace(epoch)
local FILLS, REP = NS .. "fills", NS .. "rep"

-- Reps are numbered by their places, of which there are some stretches: first place and size in turn.
local stretches, firstRep, fillsBefore = q.stretches, {}, {}
-- Of a stretch: the table with the fills of its run, four numbers a rep, and how much of 4 * rep is before them. A run
-- is the stretches, in a row, that hold the reps of one group or of groups who share some.
local runOf, skipOf = {}, {}
local HELD, LOADED, CREDIT, TURN = 1, 2, 3, 4
do
  -- A table that is made of all values at once costs a third of one that they are put into.
  local VALUES_AT_ONCE = 4000
  local formats = setmetatable({}, { __index = function(known, count)
    known[count] = "<" .. string.rep("d", count)
    return known[count]
  end })
  local function unpackFills(fills)
    local all, count = nil, #fills / 8
    for skipped = 0, count - 1, VALUES_AT_ONCE do
      local size = math.min(VALUES_AT_ONCE, count - skipped)
      local values = { unpackStruct(formats[size], fills, skipped * 8 + 1) }
      if not all then
        all = values
      else
        for v = 1, size do all[skipped + v] = values[v] end
      end
    end
    return all
  end

  local s, r = 0, 1
  for _, size in ipairs(q.runs) do
    local first, skip = s + 1, 4 * r
    for _ = 1, size do
      s = s + 1
      local place, count = stretches[2 * s - 1], stretches[2 * s]
      fillsBefore[s] = redis.call("GETRANGE", FILLS, place * FILL_BYTES, (place + count) * FILL_BYTES - 1)
      firstRep[s] = r
      r = r + count
    end
    local values = unpackFills(size == 1 and fillsBefore[s] or table.concat(fillsBefore, "", first, s))
    for other = first, s do runOf[other], skipOf[other] = values, skip end
  end
end

-- The stretch of a rep. Mostly it is the one that was asked for last.
local stretchOf
do
  local latest = 1
  function stretchOf(r)
    if r >= firstRep[latest] and r < (firstRep[latest + 1] or infinite) then return latest end
    local low, high = 1, #firstRep
    while low < high do
      local middle = math.ceil((low + high) / 2)
      if firstRep[middle] <= r then low = middle else high = middle - 1 end
    end
    latest = low
    return low
  end
end

local function placeOf(r)
  local s = stretchOf(r)
  return stretches[2 * s - 1] + r - firstRep[s]
end

-- Their ids, each in a slot that zero bytes fill; one that is too long for it is asked for.
local ID_BYTES = 20
local repIds = setmetatable({}, { __index = function(ids, r)
  local id = unpackStruct("s", ARGV[2], (r - 1) * ID_BYTES + 1)
  ids[r] = id ~= "" and id or redis.call("HGET", REP, string.format("%d", placeOf(r)))
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

-- Where the fills of their reps are: at 4 * rep - gSkip[g] in gFills[g]. A batch without reps has no stretch.
local gFills, gSkip = {}, {}
for g, s in ipairs(q.gStretch) do gFills[g], gSkip[g] = runOf[s] or {}, skipOf[s] or 0 end

local function valueOf(g, r, which)
  return gFills[g][4 * r - gSkip[g] + which]
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
