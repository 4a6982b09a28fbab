--[[
  Second part of reserve-batch.lua: whether windows leave room for one more lead.

  Counting entries is what a window costs, and most are far from full. So a count leaves behind how many leads certainly
  still fit, in the string room:<scope>: entries only take away from that, and time only adds to it. It holds for the
  same limits (their tag) and from the time of the count on; when it is used up the windows are counted again. It is no
  state of the ledger: without it everything is counted.
]]
-- luacheck: ignore 211 241
-- luacheck: read globals packStruct unpackStruct infinite
-- luacheck: read globals callInSlices SCOPES q NS atMs repIds stretches stretchOf firstRep placeOf
-- luacheck: read globals gSize gLimits gLimit limits repOf limitOf ENTRY_TIME ENTRY_HEAD timeOf trimWindow
-- luacheck: read globals HORIZON_MS

-- tag of the limits, time of the count, leads that fit; by the rep's place
local ROOM, ROOM_BYTES = "<ddd", 24
-- Behind the other limits of a grant: its cap of scope 1, of scope 2.
local CAP = 3

-- Caps are the windows of one scope that reps have in common: { scope, tag, channel or false, length, limit, … }
local caps = q.caps
-- By scope: of a rep, one linked to the next by `also`. The entries of this batch by rep.
local seatsOfRep, entries = { {}, {} }, { {}, {} }
-- Reps whose entries nobody took from their room.
local uncounted = { {}, {} }
-- What was counted, as it was before the batch: rep, cap, count of each window, rep, …
local counted = {}

local windowPrefix = {}
for scope, name in ipairs(SCOPES) do windowPrefix[scope] = NS .. "window:" .. name .. ":" end

local function windowKey(scope, r)
  return windowPrefix[scope] .. repIds[r]
end

-- Whether a window of `channel` counts this entry. Lead ids have no bar.
local function ofChannel(entry, channel)
  local bar = ENTRY_HEAD + #channel + 1
  return string.sub(entry, ENTRY_HEAD + 1, bar) == channel .. "|" and not string.find(entry, "|", bar + 1, true)
end

local function countChannel(list, channel)
  local count = 0
  for _, entry in ipairs(list) do
    if ofChannel(entry, channel) then count = count + 1 end
  end
  return count
end

-- Entries younger than `since`: a search among the times, which begins where a full window ends.
local function countSince(key, since, limit)
  local within, beyond = 0, redis.call("LLEN", key) + 1
  local function narrow(probe)
    if probe <= within or probe >= beyond then return end
    if timeOf(redis.call("LINDEX", key, -probe)) > since then within = probe else beyond = probe end
  end
  narrow(limit)
  narrow(limit + 1)
  while beyond - within > 1 do narrow(math.floor((within + beyond) / 2)) end
  return within
end

local function countWindow(key, channel, length, limit)
  local count = countSince(key, atMs - length, limit)
  if not channel or count == 0 then return count end
  return countChannel(redis.call("LRANGE", key, -count, -1), channel)
end

-- Entries that this batch has made so far.
local function countNew(scope, r, channel, length)
  local list = entries[scope][r]
  if not list or length <= 0 then return 0 end
  return channel and countChannel(list, channel) or #list
end

local function leastLeft(cap, counts)
  local left = infinite
  for w = 3, #cap, 3 do left = math.min(left, cap[w + 2] - counts[w]) end
  return left
end

local function countSeat(seat)
  local r, cap, counts = seat.rep, caps[seat.cap], {}
  local scope = cap[1]
  counted[#counted + 1] = r
  counted[#counted + 1] = seat.cap
  for w = 3, #cap, 3 do
    local before = countWindow(windowKey(scope, r), cap[w], cap[w + 1], cap[w + 2])
    counted[#counted + 1] = before
    counts[w] = before + countNew(scope, r, cap[w], cap[w + 1])
  end
  seat.counts, seat.left, seat.from, seat.isChanged = counts, leastLeft(cap, counts), atMs, true
end

local function seatOf(scope, r, cap)
  local seat = seatsOfRep[scope][r]
  while seat and seat.cap ~= cap do seat = seat.also end
  return seat
end

local function addSeat(scope, r, cap)
  local first, seat = seatsOfRep[scope][r], { rep = r, cap = cap, left = 0 }
  if first then
    seat.also, first.also = first.also, seat
  else
    seatsOfRep[scope][r] = seat
  end
  return seat
end

local function roomKey(scope)
  return NS .. "room:" .. SCOPES[scope]
end

-- The rooms of a stretch of reps; shorter, or nothing, where none was ever written.
local roomsRead = { {}, {} }
local function roomsOf(scope, s)
  local rooms = roomsRead[scope][s]
  if not rooms then
    local first, size = stretches[2 * s - 1], stretches[2 * s]
    rooms = redis.call("GETRANGE", roomKey(scope), first * ROOM_BYTES, (first + size) * ROOM_BYTES - 1)
    roomsRead[scope][s] = rooms
  end
  return rooms
end

local function readSeat(scope, seat)
  local s = stretchOf(seat.rep)
  local rooms, offset, tag, from, left = roomsOf(scope, s), (seat.rep - firstRep[s]) * ROOM_BYTES, nil, nil, nil
  if #rooms >= offset + ROOM_BYTES then tag, from, left = unpackStruct(ROOM, rooms, offset + 1) end
  if tag == caps[seat.cap][2] and from <= atMs and left > 0 then
    seat.from, seat.left = from, left
  else
    countSeat(seat)
  end
end

local function readRooms(scope, g)
  for j = 1, gSize[g] do
    local r, cap = repOf(g, j), limitOf(g, j)[CAP + scope]
    if cap > 0 and not seatOf(scope, r, cap) then readSeat(scope, addSeat(scope, r, cap)) end
  end
end

local function isCapped(scope)
  for _, limit in ipairs(limits) do
    if limit[CAP + scope] > 0 then return true end
  end
  return false
end

for scope = 1, #SCOPES do
  for g = 1, isCapped(scope) and #gSize or 0 do
    if gLimits[g] or (gSize[g] > 0 and limits[gLimit[g]][CAP + scope] > 0) then readRooms(scope, g) end
  end
end

-- A window of another channel may be full.
local function isFull(seat, channel)
  if seat.left > 0 then return false end
  local cap, counts = caps[seat.cap], seat.counts
  for w = 3, #cap, 3 do
    if (not cap[w] or cap[w] == channel) and counts[w] >= cap[w + 2] then return true end
  end
  return false
end

local function takeSeat(seat, channel)
  seat.left, seat.isChanged = seat.left - 1, true
  local cap, counts = caps[seat.cap], seat.counts
  if counts then
    for w = 3, #cap, 3 do
      if cap[w + 1] > 0 and (not cap[w] or cap[w] == channel) then counts[w] = counts[w] + 1 end
    end
  elseif seat.left <= 0 then
    countSeat(seat)
  end
end

-- By channel: what comes before the lead's `lead#cycle`.
local entryHeads = {}
local function entryHead(channel)
  local head = entryHeads[channel]
  if not head then
    head = packStruct(ENTRY_TIME, atMs) .. channel .. "|"
    entryHeads[channel] = head
  end
  return head
end

local function enterWindows(scope, r, channel, leadId, cycleMark)
  local list, entry = entries[scope][r], entryHead(channel) .. leadId .. cycleMark
  if list then
    list[#list + 1] = entry
  else
    entries[scope][r] = { entry }
  end
  local seat = seatsOfRep[scope][r]
  if not seat then uncounted[scope][r] = true end
  while seat do
    takeSeat(seat, channel)
    seat = seat.also
  end
end

-- Behind those that are as old, for a caller whose clock is behind the tenant's.
local function insertEntries(key, list)
  local younger = {}
  local last = redis.call("LINDEX", key, -1)
  while last and timeOf(last) > atMs do
    table.insert(younger, 1, redis.call("RPOP", key))
    last = redis.call("LINDEX", key, -1)
  end
  callInSlices("RPUSH", key, list)
  callInSlices("RPUSH", key, younger)
end

-- Old entries are dropped by one write in this many; readers don't count them anyway.
local TRIM_EVERY = 16

local function writeEntries(scope, isLate)
  for r, list in pairs(entries[scope]) do
    local key = windowKey(scope, r)
    if isLate then insertEntries(key, list) else callInSlices("RPUSH", key, list) end
    if (atMs + r) % TRIM_EVERY == 0 then trimWindow(key, atMs - HORIZON_MS) end
  end
end

local function writeRoom(scope, r, room)
  redis.call("SETRANGE", roomKey(scope), placeOf(r) * ROOM_BYTES, room)
end

local function writeRooms(scope)
  for r, seat in pairs(seatsOfRep[scope]) do
    if seat.isChanged then
      local left = seat.counts and leastLeft(caps[seat.cap], seat.counts) or seat.left
      writeRoom(scope, r, packStruct(ROOM, caps[seat.cap][2], seat.from, left))
    end
  end
end

local NO_ROOM_KNOWN = string.rep("\0", ROOM_BYTES)
local function forgetUncounted(scope)
  local size = redis.call("STRLEN", roomKey(scope))
  if size == 0 then return end
  for r in pairs(uncounted[scope]) do
    if placeOf(r) * ROOM_BYTES < size then writeRoom(scope, r, NO_ROOM_KNOWN) end
  end
end
