--[[
  Apply what records of the log say about slots and leads of one tenant (domain/ledger/fold-ledger.ts, applyChange).
  Repeating it changes nothing. Comes behind ledger-preamble.lua.

  KEYS[1]  meta hash of the tenant, as in reserve-batch.lua; the other keys are derived from it, in the same slot

  ARGV[1]  { minEpoch, changes } as MessagePack; each change is one of
           ended      { 1, lead id, cycle, status 7 released or 8 closed, pool id, rep id or false, loadMilli,
                        identity keys }
           reopened   { 2, lead id, cycle }
           confirmed  { 3, lead id, cycle, epoch of the decision }

  Returns 1 applied, 0 fenced: nothing has changed.
  O(changes); one command for a confirmation, about seven for the others.
]]
-- luacheck: read globals readyEpoch namespace LEAD LEAD_HEAD FILL SCOPES SCOPE_OF HORIZON_MS
-- luacheck: read globals FILL_BYTES ENTRY_HEAD timeOf trimWindow
-- luacheck: read globals OWNED PUBLIC DEAD RELEASED CLOSED

local minEpoch, changes = unpack(cmsgpack.unpack(ARGV[1]))
local epoch = readyEpoch()
if not epoch or epoch < minEpoch then return 0 end
local NS = namespace(epoch)
local LEADS, WAITING, LEAVING = NS .. "lead", NS .. "unconfirmed", NS .. "leaving"

-- Reading and writing ------------------------------------------------------------------------------------------------

local function slotOf(leadId, cycle)
  return string.format("%s#%d", leadId, cycle)
end

local function read(leadId)
  local packed = redis.call("HGET", LEADS, leadId)
  if not packed then return nil end
  local cycle, status, via, _, _, loadMilli = struct.unpack(LEAD, packed)
  local ref = string.sub(packed, LEAD_HEAD + 1)
  return { cycle = cycle, status = status, via = via, loadMilli = loadMilli, ref = ref }
end

local function writeEnded(leadId, cycle, status, ref)
  redis.call("HSET", LEADS, leadId, struct.pack(LEAD, cycle, status, 0, 0, 0, 0, 0, 0, 0) .. ref)
end

local function lessOne(fill, loadMilli)
  local held, load, credit, turn = struct.unpack(FILL, fill)
  return struct.pack(FILL, held - 1, load - loadMilli, credit, turn)
end

local function giveBack(repId, loadMilli)
  local place = redis.call("HGET", NS .. "place", repId)
  if not place then
    redis.call("HSET", NS .. "fill", repId, lessOne(redis.call("HGET", NS .. "fill", repId), loadMilli))
    return
  end
  local first = place * FILL_BYTES
  local fill = redis.call("GETRANGE", NS .. "fills", first, first + FILL_BYTES - 1)
  redis.call("SETRANGE", NS .. "fills", first, lessOne(fill, loadMilli))
end

-- The record that says so is about to be written over.
local function outlive(slot, repId)
  redis.call("HSET", LEAVING, slot, repId)
end

local function free(repId, slot, loadMilli)
  if redis.call("HGET", LEAVING, slot) ~= repId then return end
  redis.call("HDEL", LEAVING, slot)
  giveBack(repId, loadMilli)
end

-- What is out against the newest entry goes first, since that entry may be the one that leaves.
local function leaveWindow(repId, scope, member)
  if scope == 0 then return end
  local key = NS .. "window:" .. SCOPES[scope] .. ":" .. repId
  local entries = redis.call("LRANGE", key, 0, -1)
  for i = #entries, 1, -1 do
    if string.sub(entries[i], ENTRY_HEAD + 1) == member then
      trimWindow(key, timeOf(entries[#entries]) - HORIZON_MS)
      redis.call("LREM", key, -1, entries[i])
      return
    end
  end
end

local function forget(identityKeys, leadId)
  for _, key in ipairs(identityKeys) do
    if redis.call("HGET", NS .. "identity", key) == leadId then redis.call("HDEL", NS .. "identity", key) end
  end
end

-- Changes ------------------------------------------------------------------------------------------------------------

local function release(leadId, cycle, entry, poolId)
  if entry and entry.cycle == cycle and entry.status == OWNED then writeEnded(leadId, cycle, RELEASED, poolId) end
end

-- The closure came to the log before the decision of the next cycle. Slot and window entry of that are given back.
local function voidReservation(leadId, entry)
  if entry.status >= RELEASED then return false end
  local slot = slotOf(leadId, entry.cycle)
  local channel = redis.call("HGET", WAITING, slot)
  if not channel then return false end
  redis.call("HDEL", WAITING, slot)
  if entry.status == OWNED then
    giveBack(entry.ref, entry.loadMilli)
    leaveWindow(entry.ref, SCOPE_OF[entry.via], channel .. "|" .. slot)
  end
  return true
end

local function close(leadId, cycle, entry, identityKeys)
  if not entry then return end
  local isVoid = entry.cycle == cycle + 1 and voidReservation(leadId, entry)
  if entry.cycle ~= cycle and not isVoid then return end
  forget(identityKeys, leadId)
  if isVoid or entry.status <= PUBLIC or entry.status == RELEASED then writeEnded(leadId, cycle, CLOSED, "") end
end

-- Release and closure both write over an owned record of their cycle.
local function finish(leadId, cycle, status, poolId, repId, loadMilli, identityKeys)
  local entry, slot = read(leadId), slotOf(leadId, cycle)
  if entry and entry.cycle == cycle and entry.status == OWNED then outlive(slot, entry.ref) end
  if repId then free(repId, slot, loadMilli) end
  if status == CLOSED then close(leadId, cycle, entry, identityKeys) else release(leadId, cycle, entry, poolId) end
end

-- Open in the next cycle, which no reservation made before the closure can name.
local function reopen(leadId, cycle)
  local entry = read(leadId)
  if not entry or entry.cycle ~= cycle then return end
  if entry.status == CLOSED or entry.status == DEAD then writeEnded(leadId, cycle + 1, RELEASED, "") end
end

-- A ledger of another epoch made another reservation.
local function confirm(leadId, cycle, decidedIn)
  if decidedIn == epoch then redis.call("HDEL", WAITING, slotOf(leadId, cycle)) end
end

local apply = { finish, reopen, confirm }
for _, change in ipairs(changes) do apply[change[1]](unpack(change, 2)) end
return 1
