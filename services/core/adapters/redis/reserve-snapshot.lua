--[[
  First part of reserve-batch.lua: opens the request and reads all that its leads and reps are about.
  Takes the locals of ledger-preamble.lua; its own are used by the parts behind it.
]]
-- luacheck: ignore 211 241
-- luacheck: read globals readyEpoch namespace callInSlices FILL

local NO_FILL = string.rep("\0", 32)

local q = cmsgpack.unpack(ARGV[1])
local epoch, atMs = q.epoch, q.atMs
if readyEpoch() ~= epoch then return { "FENCED" } end
local NS = namespace(epoch)

-- Grants are a rep's limits. Lists name them by their number in the batch.
local repIds, gRep, gPool, gLoad, gWeight = q.reps, q.gRep, q.gPool, q.gLoad, q.gWeight

local held, load, credit, turns = {}, {}, {}, {}
local function readFills()
  local found = callInSlices("HMGET", NS .. "fill", repIds)
  for r = 1, #repIds do
    local packed = found[r]
    if packed then
      held[r], load[r], credit[r], turns[r] = struct.unpack(FILL, packed)
    else
      held[r], load[r], credit[r], turns[r] = 0, 0, 0, 0
      found[r] = NO_FILL
    end
  end
  return table.concat(found)
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
local fillsBefore = readFills()
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
