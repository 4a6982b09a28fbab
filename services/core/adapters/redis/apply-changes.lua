--[[
  Apply what effective records of the log say about slots and leads of one tenant (domain/ledger/fold-ledger.ts,
  applyChange). Repeating it changes nothing. Comes behind ledger-preamble.lua.

  KEYS[1]  meta hash of the tenant, as in reserve-batch.lua; the other keys are derived from it, in the same slot

  ARGV[1]  { minEpoch, changes } as MessagePack; each change is
           { lead id, cycle, status, pool id, rep id or false, loadMilli, identity keys }
           with status 3 public, 7 released, 8 closed, or 0 reopened

  Returns 1 applied, 0 fenced: nothing has changed.
  O(changes); about six commands each.
]]
-- luacheck: read globals readyEpoch namespace LEAD FILL RELEASED CLOSED PUBLIC

local minEpoch, changes = unpack(cmsgpack.unpack(ARGV[1]))
local epoch = readyEpoch()
if not epoch or epoch < minEpoch then return 0 end
local NS = namespace(epoch)

local function write(leadId, cycle, status, ref)
  redis.call("HSET", NS .. "lead", leadId, struct.pack(LEAD, cycle, status, 0, 0, 0, 0, 0) .. ref)
end

local function free(repId, slot, loadMilli)
  if redis.call("SREM", NS .. "held:" .. repId, slot) == 0 then return end
  local held, load, credit, turn = struct.unpack(FILL, redis.call("HGET", NS .. "fill", repId))
  redis.call("HSET", NS .. "fill", repId, struct.pack(FILL, held - 1, load - loadMilli, credit, turn))
end

local function forget(identityKeys, leadId)
  for _, key in ipairs(identityKeys) do
    if redis.call("HGET", NS .. "identity", key) == leadId then redis.call("HDEL", NS .. "identity", key) end
  end
end

for _, change in ipairs(changes) do
  local leadId, cycle, status, poolId, repId, loadMilli, identityKeys = unpack(change)
  if repId then free(repId, leadId .. "#" .. cycle, loadMilli) end
  local known = redis.call("HGET", NS .. "lead", leadId)
  local knownCycle, knownStatus
  if known then knownCycle, knownStatus = struct.unpack("<I4B", known) end
  if knownCycle == cycle then
    if status == 0 then
      if knownStatus == CLOSED then write(leadId, cycle, RELEASED, "") end
    else
      if status == CLOSED then forget(identityKeys, leadId) end
      if knownStatus <= PUBLIC or knownStatus == RELEASED then
        write(leadId, cycle, status == CLOSED and CLOSED or RELEASED, poolId)
      end
    end
  end
end
return 1
