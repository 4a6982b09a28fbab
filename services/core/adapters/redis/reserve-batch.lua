--[[
  Last of the five parts of this command: ledger-preamble, reserve-snapshot, reserve-windows, reserve-choose,
  reserve-batch.

  Give a batch of leads of one tenant the outcomes of their cycles, in their order. domain/ledger/reserve.ts says what
  that means; the caller repeats it over the snapshot this returns, and stops if the two differ.

  KEYS[1]  meta hash of the tenant: epoch, state, bound          fl:{tenant}:meta
           Derived from it, in the same slot, below fl:{tenant}:e<epoch>:
           lead hash, fills string, rep hash, floor hash, identity hash, unconfirmed hash, leaving hash, turn string,
           clock string, room:<scope> string, window:<scope>:<rep> list

  ARGV[1]  request as MessagePack, see pack-batch.ts. Indexes count from 1. Times in ms since epoch: never TIME.
  ARGV[2]  ids of the reps, see rep-names.ts

  Returns { "FENCED" }, or { "OK", leads, identities, fills, counted, floors, turn, answers }:
    leads, identities   what was there: index, value, index, value, …
    fills               of each stretch of places a string of 32-byte fills, before the batch
    counted             rep, cap and count of each of its windows, before the batch; all others have room
    floors, turn        numbers as text, before the batch
    answers             one string: per lead its new record, or a byte: 1 replayed, 2 superseded, 3 stale version,
                        4 already owned, 5 lead closed, 6 no room

  A slot is held by the owner that the lead's record names. One that outlives its record, since the lead goes over to
  somebody else, is kept in the leaving hash until its end is read from the log.

  All reads come first, then the decisions, then all writes: a failed write is the first one, and nothing has changed.
  Only windows that fill up are counted between decisions. O(leads × candidates + reps); cost in
  bench/results/reserve.json.
]]
-- luacheck: read globals packStruct unpackStruct max infinite
-- luacheck: read globals callInSlices LEAD LEAD_HEAD LEAD_DEMAND LEAD_ASSIGNED FILL FILL_BYTES SCOPE_OF
-- luacheck: read globals LAST_CHARGED_VIA
-- luacheck: read globals OWNED PARKED PUBLIC DUPLICATE REJECTED DEAD RELEASED
-- luacheck: read globals q NS FILLS epoch atMs repIds stretches firstRep repOf limitOf
-- luacheck: read globals leadIds keys foundLeads foundKeys
-- luacheck: read globals fillsBefore counted floorsBefore turnBefore clock
-- luacheck: read globals enterWindows writeEntries writeRooms forgetUncounted
-- luacheck: read globals lColleagues lGroup cNode WEIGHT setDemand choose leastColleague
-- luacheck: read globals runOf skipOf gSkip HELD LOADED CREDIT TURN
-- luacheck: globals record leadOf gFills floors turn

local REPLAYED, SUPERSEDED, STALE, ALREADY_OWNED, LEAD_CLOSED, NO_ROOM = "\1", "\2", "\3", "\4", "\5", "\6"

-- Deciding -----------------------------------------------------------------------------------------------------------

-- Ways are lists to be tried in turn: those from wFrom[way] to before wFrom[way + 1] in wLists.
local profiles, profileOf, wayOf, wFrom, wLists = q.profiles, q.profileOf, q.wayOf, q.wFrom, q.wLists
local nodes = q.nodes
-- Keys of a lead are those up to keysTo[i], from behind those of the lead before.
local keysTo, from = q.keysTo, q.from
local answers, leadArgs, identityArgs, unconfirmedArgs, leavingArgs = {}, {}, {}, {}, {}
local isFilled, changedFloors = {}, {}

local function admit(i, cycle, known)
  if not known then return cycle ~= 1 and STALE or nil end
  local knownCycle, status = unpackStruct("<I4B", known)
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
  for k = (keysTo[i - 1] or 0) + 1, keysTo[i] do
    if not leadOf[keys[k]] then
      leadOf[keys[k]] = leadIds[i]
      identityArgs[#identityArgs + 1] = keys[k]
      identityArgs[#identityArgs + 1] = leadIds[i]
    end
  end
end

local cycleMarks = {}
local function cycleMark(cycle)
  local mark = cycleMarks[cycle]
  if not mark then
    mark = string.format("#%d", cycle)
    cycleMarks[cycle] = mark
  end
  return mark
end

local function slotOf(i, cycle)
  return leadIds[i] .. cycleMark(cycle)
end

-- Of a lead whose cycle before may still be ended in the log, ahead of this decision.
local function expectDecision(i, profile, known)
  local n = #unconfirmedArgs
  unconfirmedArgs[n + 1] = slotOf(i, profile[1])
  unconfirmedArgs[n + 2] = profile[3]
  if string.byte(known, 5) ~= OWNED then return end
  leavingArgs[#leavingArgs + 1] = slotOf(i, profile[1] - 1)
  leavingArgs[#leavingArgs + 1] = string.sub(known, LEAD_HEAD + 1)
end

local function write(i, profile, status, packed)
  local id, n = leadIds[i], #leadArgs
  if profile[1] > 1 then expectDecision(i, profile, record[id]) end
  record[id] = packed
  leadArgs[n + 1] = id
  leadArgs[n + 2] = packed
  if status <= PUBLIC then register(i) end
  return packed
end

local function writeUnowned(i, profile, status, ref)
  local packed = packStruct(LEAD, profile[1], status, profile[4], profile[5], atMs, 0, 0, 0, 0) .. ref
  return write(i, profile, status, packed)
end

-- What assigned leads of a profile have in common.
local function demandOf(profile)
  local demand = profile.demand
  if not demand then
    demand = packStruct(LEAD_DEMAND, profile[1], OWNED, profile[4], profile[5], atMs, profile[2])
    profile.demand = demand
  end
  return demand
end

local function originalOf(i, otherwise)
  if otherwise == REJECTED or otherwise == DEAD then return nil end
  for k = (keysTo[i - 1] or 0) + 1, keysTo[i] do
    local owner = leadOf[keys[k]]
    if owner and owner ~= leadIds[i] then return owner end
  end
  return nil
end

local function occupy(i, g, r, profile)
  local fills, at = gFills[g], 4 * r - gSkip[g]
  fills[at + HELD], fills[at + LOADED] = fills[at + HELD] + 1, fills[at + LOADED] + profile[2]
  isFilled[r] = true
  local scope = SCOPE_OF[profile[4]]
  if scope > 0 then enterWindows(scope, r, profile[3], leadIds[i], cycleMark(profile[1])) end
end

local function raiseFloor(colleagues, floor)
  local node = cNode[colleagues]
  if nodes[node] == "" then return floor end
  local least = leastColleague(colleagues, floor)
  if least <= floor or least == infinite then return floor end
  floors[node], changedFloors[node] = least, true
  return least
end

local function assign(i, profile, l, j)
  local g = lGroup[l]
  local r = repOf(g, j)
  local fills, at = gFills[g], 4 * r - gSkip[g]
  local floor = floors[cNode[lColleagues[l]]]
  local isCharged = profile[4] <= LAST_CHARGED_VIA
  turn = turn + 1
  if isCharged then
    local c = max(fills[at + CREDIT], floor)
    fills[at + CREDIT], fills[at + TURN] = c + profile[2] / 1000 / limitOf(g, j)[WEIGHT], turn
  end
  occupy(i, g, r, profile)
  if isCharged then floor = raiseFloor(lColleagues[l], floor) end
  local packed = packStruct(LEAD_ASSIGNED, demandOf(profile), fills[at + CREDIT], turn, floor, repIds[r])
  return write(i, profile, OWNED, packed)
end

-- A lead's profile: cycle, loadMilli, channel, via, plan version, status and ref if no list places it, demand.
local function decide(i)
  local profile = profiles[profileOf[i]]
  local refusal = admit(i, profile[1], record[leadIds[i]])
  if refusal then return refusal end
  local original = originalOf(i, profile[6])
  if original then return writeUnowned(i, profile, DUPLICATE, original) end
  setDemand(profile)
  local way = wayOf[i]
  for w = wFrom[way], wFrom[way + 1] - 1 do
    local l = wLists[w]
    local j = choose(l)
    if j then return assign(i, profile, l, j) end
  end
  if profile[6] == 0 then return NO_ROOM end
  return writeUnowned(i, profile, profile[6], profile[7])
end

for i = 1, #leadIds do answers[i] = decide(i) end

-- Writing ------------------------------------------------------------------------------------------------------------

local function writeWindows(scope)
  writeEntries(scope, atMs < clock)
  writeRooms(scope)
  forgetUncounted(scope)
end

-- So many fills that stay as they are cost as much as one more call.
local LARGEST_GAP = 4

local function unchangedFills(s, first, last)
  local skipped, size = first - firstRep[s], last - first + 1
  return string.sub(fillsBefore[s], skipped * FILL_BYTES + 1, (skipped + size) * FILL_BYTES)
end

local function writeRow(s, row, first)
  local place = stretches[2 * s - 1] + first - firstRep[s]
  redis.call("SETRANGE", FILLS, string.format("%d", place * FILL_BYTES), table.concat(row))
end

local function writeStretch(s, first, last)
  local row, begin, done
  local fills, skip = runOf[s], skipOf[s]
  for r = first, last do
    if isFilled[r] then
      local at = 4 * r - skip
      local fill = packStruct(FILL, fills[at + HELD], fills[at + LOADED], fills[at + CREDIT], fills[at + TURN])
      if begin and r - done <= LARGEST_GAP then
        if r - done > 1 then row[#row + 1] = unchangedFills(s, done + 1, r - 1) end
        row[#row + 1] = fill
      else
        if begin then writeRow(s, row, begin) end
        row, begin = { fill }, r
      end
      done = r
    end
  end
  if begin then writeRow(s, row, begin) end
end

local function writeFills()
  for s = 1, #firstRep do writeStretch(s, firstRep[s], firstRep[s] + stretches[2 * s] - 1) end
end

local floorArgs = {}
for n in pairs(changedFloors) do
  floorArgs[#floorArgs + 1] = nodes[n]
  floorArgs[#floorArgs + 1] = string.format("%.17g", floors[n])
end
callInSlices("HSET", NS .. "lead", leadArgs)
callInSlices("HSET", NS .. "unconfirmed", unconfirmedArgs)
callInSlices("HSET", NS .. "leaving", leavingArgs)
callInSlices("HSET", NS .. "identity", identityArgs)
writeFills()
writeWindows(1)
writeWindows(2)
if atMs > clock then redis.call("SET", NS .. "clock", string.format("%.17g", atMs)) end
callInSlices("HSET", NS .. "floor", floorArgs)
if turn > tonumber(turnBefore) then redis.call("SET", NS .. "turn", string.format("%.0f", turn)) end

return { "OK", foundLeads, foundKeys, fillsBefore, counted, table.concat(floorsBefore, ","), turnBefore,
  table.concat(answers) }
