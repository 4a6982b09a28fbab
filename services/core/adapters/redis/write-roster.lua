--[[
  Write down which tenants a ledger begins with (R4), before any of them is activated. Comes behind ledger-preamble.lua.

  KEYS[1]  the roster                                            fl:{@roster}:meta

  ARGV[1]  epoch
  ARGV[2…] tenant ids

  Returns 1 written, 0 superseded: there is one of this epoch or of a later one. O(tenants).
]]
-- luacheck: read globals META callInSlices serverRunId

local runId = serverRunId()
local known = redis.call("HGET", META, "epoch")
if known and tonumber(known) >= tonumber(ARGV[1]) then return 0 end

local fields = { "epoch", ARGV[1], "state", "ready", "bound", runId }
for i = 2, #ARGV do
  fields[#fields + 1] = "tenant:" .. ARGV[i]
  fields[#fields + 1] = ARGV[1]
end
redis.call("DEL", META)
callInSlices("HSET", META, fields)
return 1
