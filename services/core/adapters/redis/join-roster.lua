--[[
  Put a tenant on the roster, unless it is there. Comes behind ledger-preamble.lua.

  KEYS[1]  the roster                                            fl:{@roster}:meta

  ARGV[1]  epoch
  ARGV[2]  tenant id

  Returns 1 joined, 2 known, 0 fenced: this server does not have the roster of the epoch. O(1).
]]
-- luacheck: read globals META readyEpoch

if readyEpoch() ~= tonumber(ARGV[1]) then return 0 end
return redis.call("HSETNX", META, "tenant:" .. ARGV[2], ARGV[1]) == 1 and 1 or 2
