--[[
  Leave a mark where rows are about to be written (R4), and tell what server that is. Comes behind ledger-preamble.lua.

  KEYS[1]  meta hash of the tenant                               fl:{tenant}:meta
  KEYS[2]  where the mark goes                                   fl:{tenant}:e<epoch>:seeding

  ARGV[1]  epoch
  ARGV[2]  the mark's text

  Returns { run id, maxmemory-policy } of the server, or 0 superseded: this epoch or a later one is active. O(1).
]]
-- luacheck: read globals META serverRunId

local runId = serverRunId()
local active = redis.call("HGET", META, "epoch")
if active and tonumber(active) >= tonumber(ARGV[1]) then return 0 end
redis.call("SET", KEYS[2], ARGV[2])
return { runId, string.match(redis.call("INFO", "memory"), "maxmemory_policy:(%S+)") }
