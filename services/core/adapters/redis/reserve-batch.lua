--[[
  Last of the four parts of this command: ledger-preamble, reserve-snapshot, reserve-choose, reserve-batch.

  Give a batch of leads of one tenant the outcomes of their cycles, in their order. domain/ledger/reserve.ts says what
  that means; the caller repeats it over the snapshot this returns, and stops if the two differ.

  KEYS[1]  meta hash of the tenant: epoch, state, bound          fl:{tenant}:meta
           Derived from it, in the same slot, below fl:{tenant}:e<epoch>:
           lead hash, fill hash, floor hash, identity hash, unconfirmed hash, turn string, held:<rep> set,
           window:<scope>:<rep> zset

  ARGV[1]  request as MessagePack, see pack-batch.ts. Indexes count from 1. Times in ms since epoch: never TIME.

  Returns { "FENCED" }, or { "OK", leads, identities, fills, counts, floors, turn, answers }:
    leads, identities   what was there: index, value, index, value, …
    fills, counts       one string of 32-byte fills and one of comma-joined window counts, before the batch
    floors, turn        numbers as text, before the batch
    answers             per lead its new record, or 1 replayed, 2 superseded, 3 stale version, 4 already owned,
                        5 lead closed, 6 no room

  All reads come first, then the decisions, then all writes: a failed write is the first one, and nothing has changed.
  O(leads × candidates + reps); 13 µs a lead at 20 candidates and 500 leads, 96 µs alone (bench/results/reserve.json).
]]
-- luacheck: read globals callInSlices LEAD LEAD_HEAD FILL HORIZON_MS SCOPES SCOPE_OF LAST_CHARGED_VIA
-- luacheck: read globals OWNED PARKED PUBLIC DUPLICATE REJECTED DEAD RELEASED
-- luacheck: read globals q NS epoch atMs repIds gRep gWeight wLength repWindows leadIds keys foundLeads foundKeys
-- luacheck: read globals fillsBefore countsBefore floorsBefore turnBefore setDemand isCounted choose leastCredit
-- luacheck: globals record leadOf held load credit turns counts floors turn

local REPLAYED, SUPERSEDED, STALE, ALREADY_OWNED, LEAD_CLOSED, NO_ROOM = 1, 2, 3, 4, 5, 6
-- Old window entries are dropped by one write in this many; readers don't count them anyway.
local TRIM_EVERY = 16

-- Deciding -----------------------------------------------------------------------------------------------------------

local profiles, profileOf, lists, listsOf = q.profiles, q.profileOf, q.lists, q.listsOf
local identityOf, from = q.identityOf, q.from
local atText = string.format("%.17g", atMs)
local answers, leadArgs, identityArgs, unconfirmedArgs = {}, {}, {}, {}
local slots, entries, changedFloors = {}, { {}, {} }, {}

local function admit(i, cycle, known)
  if not known then return cycle ~= 1 and STALE or nil end
  local knownCycle, status = struct.unpack("<I4B", known)
  if cycle < knownCycle then return SUPERSEDED end
  if cycle == knownCycle then return status >= RELEASED and SUPERSEDED or REPLAYED end
  if cycle > knownCycle + 1 then return STALE end
  if status == OWNED then
    if from[i] and from[i] == string.sub(known, LEAD_HEAD + 1) then return nil end
    return ALREADY_OWNED
  end
  if status == PARKED or status == PUBLIC or status == RELEASED then return nil end
  return LEAD_CLOSED
end

local function register(i)
  for _, k in ipairs(identityOf[i]) do
    if not leadOf[keys[k]] then
      leadOf[keys[k]] = leadIds[i]
      identityArgs[#identityArgs + 1] = keys[k]
      identityArgs[#identityArgs + 1] = leadIds[i]
    end
  end
end

local cycleText = {}
local function slotOf(i, cycle)
  cycleText[cycle] = cycleText[cycle] or string.format("#%d", cycle)
  return leadIds[i] .. cycleText[cycle]
end

-- Of a lead whose cycle before may still be ended in the log, ahead of this decision.
local function expectDecision(i, profile)
  local n = #unconfirmedArgs
  unconfirmedArgs[n + 1] = slotOf(i, profile[1])
  unconfirmedArgs[n + 2] = profile[3]
end

local function write(i, status, packed)
  local id, n = leadIds[i], #leadArgs
  local profile = profiles[profileOf[i]]
  if profile[1] > 1 then expectDecision(i, profile) end
  record[id] = packed
  leadArgs[n + 1] = id
  leadArgs[n + 2] = packed
  if status <= PUBLIC and identityOf[i] then register(i) end
  return packed
end

local function writeUnowned(i, profile, status, ref)
  local packed = struct.pack(LEAD, profile[1], status, profile[4], profile[5], atMs, 0, 0, 0, 0) .. ref
  return write(i, status, packed)
end

local function originalOf(i, otherwise)
  if not identityOf[i] or otherwise == REJECTED or otherwise == DEAD then return nil end
  for _, k in ipairs(identityOf[i]) do
    local owner = leadOf[keys[k]]
    if owner and owner ~= leadIds[i] then return owner end
  end
  return nil
end

local function enterWindows(r, slot, scope, channel)
  local bucket = entries[scope]
  local args = bucket[r]
  if not args then
    args = {}
    bucket[r] = args
  end
  local n = #args
  args[n + 1] = atText
  args[n + 2] = channel .. "|" .. slot
  if not repWindows[r] then return end
  for _, w in ipairs(repWindows[r]) do
    if isCounted(w) and wLength[w] > 0 then counts[w] = counts[w] + 1 end
  end
end

local function occupy(i, r, profile)
  local slot = slotOf(i, profile[1])
  local mine = slots[r]
  if mine then mine[#mine + 1] = slot else slots[r] = { slot } end
  held[r], load[r] = held[r] + 1, load[r] + profile[2]
  local scope = SCOPE_OF[profile[4]]
  if scope > 0 then enterWindows(r, slot, scope, profile[3]) end
end

local function raiseFloor(list, floor)
  local node = list[1]
  if q.nodes[node] == "" then return floor end
  local least = leastCredit(q.present[list[2]], 1, floor)
  if least <= floor or least == math.huge then return floor end
  floors[node], changedFloors[node] = least, true
  return least
end

local function assign(i, profile, list, g)
  local r, loadMilli = gRep[g], profile[2]
  local floor = floors[list[1]]
  local isCharged = profile[4] <= LAST_CHARGED_VIA
  turn = turn + 1
  if isCharged then
    local c = credit[r]
    if c < floor then c = floor end
    credit[r], turns[r] = c + loadMilli / 1000 / gWeight[g], turn
  end
  occupy(i, r, profile)
  if isCharged then floor = raiseFloor(list, floor) end
  local how = struct.pack(LEAD, profile[1], OWNED, profile[4], profile[5], atMs, loadMilli, credit[r], turn, floor)
  return write(i, OWNED, how .. repIds[r])
end

-- A lead's profile: cycle, loadMilli, channel, via, plan version, status and ref if no list places it.
local function decide(i)
  local profile = profiles[profileOf[i]]
  local cycle = profile[1]
  local refusal = admit(i, cycle, record[leadIds[i]])
  if refusal then return refusal end
  local original = originalOf(i, profile[6])
  if original then return writeUnowned(i, profile, DUPLICATE, original) end
  setDemand(profile)
  for _, l in ipairs(listsOf[i]) do
    local list = lists[l]
    local g = choose(list)
    if g then return assign(i, profile, list, g) end
  end
  if profile[6] == 0 then return NO_ROOM end
  return writeUnowned(i, profile, profile[6], profile[7])
end

for i = 1, #leadIds do answers[i] = decide(i) end

-- Writing ------------------------------------------------------------------------------------------------------------

local function writeWindows(s)
  local out = string.format("%.17g", atMs - HORIZON_MS)
  for r, args in pairs(entries[s]) do
    local key = NS .. "window:" .. SCOPES[s] .. ":" .. repIds[r]
    callInSlices("ZADD", key, args)
    if (atMs + r) % TRIM_EVERY == 0 then redis.call("ZREMRANGEBYSCORE", key, "-inf", out) end
  end
end

local fillArgs, floorArgs = {}, {}
callInSlices("HSET", NS .. "lead", leadArgs)
callInSlices("HSET", NS .. "unconfirmed", unconfirmedArgs)
callInSlices("HSET", NS .. "identity", identityArgs)
for r, members in pairs(slots) do
  callInSlices("SADD", NS .. "held:" .. repIds[r], members)
  fillArgs[#fillArgs + 1] = repIds[r]
  fillArgs[#fillArgs + 1] = struct.pack(FILL, held[r], load[r], credit[r], turns[r])
end
callInSlices("HSET", NS .. "fill", fillArgs)
writeWindows(1)
writeWindows(2)
for n in pairs(changedFloors) do
  floorArgs[#floorArgs + 1] = q.nodes[n]
  floorArgs[#floorArgs + 1] = string.format("%.17g", floors[n])
end
callInSlices("HSET", NS .. "floor", floorArgs)
if turn > tonumber(turnBefore) then redis.call("SET", NS .. "turn", string.format("%.0f", turn)) end

return { "OK", foundLeads, foundKeys, fillsBefore, countsBefore, floorsBefore, turnBefore, answers }
