--[[
  Tell for what epoch the tenant's ledger is ready. Comes behind ledger-preamble.lua.

  KEYS[1]  meta hash of the tenant                               fl:{tenant}:meta

  Returns the epoch, or nil. O(1).
]]
-- luacheck: read globals readyEpoch

return (readyEpoch())
