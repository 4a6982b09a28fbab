--[[
  Make a seeded namespace the tenant's ledger (R5), on the very server that was seeded and only forwards.
  Comes behind ledger-preamble.lua.

  KEYS[1]  meta hash of the tenant                               fl:{tenant}:meta
  KEYS[2]  mark that seeding left when it began                  fl:{tenant}:e<epoch>:seeding

  ARGV[1]  epoch
  ARGV[2]  run id noted when seeding began
  ARGV[3]  the mark's text. A FLUSHALL while rows were written took it away with the first of them.

  Returns 1 activated, 0 superseded. O(1).
]]
-- luacheck: read globals META serverRunId

local runId = serverRunId()
if runId ~= ARGV[2] then return 0 end
if redis.call("GET", KEYS[2]) ~= ARGV[3] then return 0 end
local active = redis.call("HGET", META, "epoch")
if active and tonumber(active) >= tonumber(ARGV[1]) then return 0 end
redis.call("HSET", META, "epoch", ARGV[1], "state", "ready", "bound", runId, "mark", ARGV[3])
redis.call("DEL", KEYS[2])
return 1
