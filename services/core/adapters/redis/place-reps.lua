--[[
  Give reps their places in the strings of fills and rooms, in the order of their mention, so that a team's are read as
  one stretch. A place is for good. Comes behind ledger-preamble.lua.

  KEYS[1]  meta hash of the tenant, as in reserve-batch.lua; the other keys are derived from it, in the same slot

  ARGV[1]  { epoch, rep ids } as MessagePack

  Returns { "FENCED" }, or { "OK", mark of this ledger, places from 0 }. O(reps).
]]
-- luacheck: read globals readyEpoch namespace callInSlices FILL_BYTES

local epoch, repIds = unpack(cmsgpack.unpack(ARGV[1]))
local ready, mark = readyEpoch()
if ready ~= epoch then return { "FENCED" } end
local NS = namespace(epoch)
local FILL, FILLS, PLACE, REP = NS .. "fill", NS .. "fills", NS .. "place", NS .. "rep"
local NO_FILL = string.rep("\0", FILL_BYTES)

local places = callInSlices("HMGET", PLACE, repIds)
local fills = callInSlices("HMGET", FILL, repIds)
local count = redis.call("HLEN", PLACE)
local placeArgs, repArgs, newFills, moved = {}, {}, {}, {}
for i = 1, #repIds do
  if not places[i] then
    local n = #placeArgs
    placeArgs[n + 1], placeArgs[n + 2] = repIds[i], count
    repArgs[n + 1], repArgs[n + 2] = count, repIds[i]
    newFills[#newFills + 1] = fills[i] or NO_FILL
    if fills[i] then moved[#moved + 1] = repIds[i] end
    places[i], count = count, count + 1
  end
end
if #newFills > 0 then redis.call("APPEND", FILLS, table.concat(newFills)) end
callInSlices("HSET", PLACE, placeArgs)
callInSlices("HSET", REP, repArgs)
callInSlices("HDEL", FILL, moved)
return { "OK", mark, places }
