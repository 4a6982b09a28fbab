--[[
  Second part of reserve-batch.lua: whether windows leave room for one more lead.

  Counting entries is what a window costs, and most are far from full. So a count leaves behind how many leads certainly
  still fit, in the hash room:<scope>: entries only take away from that, and time only adds to it. It holds for the
  same limits (their tag) and from the time of the count on; when it is used up the windows are counted again. It is no
  state of the ledger: without it everything is counted.
]]
-- luacheck: ignore 211 241
-- luacheck: read globals callInSlices SCOPES q NS atMs repIds gRep

-- tag of the limits, time of the count, leads that fit
local ROOM = "<ddd"

-- Caps are the windows of one scope that reps have in common: { scope, tag, channel or false, length, limit, … }
local caps = q.caps
-- By scope: of a grant, and of a rep, one linked to the next by `also`. The entries are arguments of ZADD by rep.
local seatOf, seatsOfRep, entries = { {}, {} }, { {}, {} }, { {}, {} }
-- Reps whose entries nobody took from their room.
local uncounted = { {}, {} }
-- What was counted, as it was before the batch: rep, cap, count of each window, rep, …
local counted = {}

local function windowKey(scope, r)
  return NS .. "window:" .. SCOPES[scope] .. ":" .. repIds[r]
end

-- Whether a window of `channel` counts this member, `channel|lead#cycle`. Lead ids have no bar.
local function ofChannel(member, channel)
  local size = #channel
  return string.sub(member, 1, size + 1) == channel .. "|" and not string.find(member, "|", size + 2, true)
end

local function countWindow(key, channel, length)
  local above = string.format("(%.17g", atMs - length)
  if not channel then return redis.call("ZCOUNT", key, above, "+inf") end
  local count = 0
  for _, member in ipairs(redis.call("ZRANGEBYSCORE", key, above, "+inf")) do
    if ofChannel(member, channel) then count = count + 1 end
  end
  return count
end

-- Entries that this batch has made so far.
local function countNew(scope, r, channel, length)
  local args, count = entries[scope][r], 0
  if not args or length <= 0 then return 0 end
  for i = 2, #args, 2 do
    if not channel or ofChannel(args[i], channel) then count = count + 1 end
  end
  return count
end

local function leastLeft(cap, counts)
  local left = math.huge
  for w = 3, #cap, 3 do left = math.min(left, cap[w + 2] - counts[w]) end
  return left
end

local function countSeat(seat)
  local r, cap, counts = seat.rep, caps[seat.cap], {}
  local scope = cap[1]
  counted[#counted + 1] = r
  counted[#counted + 1] = seat.cap
  for w = 3, #cap, 3 do
    local before = countWindow(windowKey(scope, r), cap[w], cap[w + 1])
    counted[#counted + 1] = before
    counts[w] = before + countNew(scope, r, cap[w], cap[w + 1])
  end
  seat.counts, seat.left, seat.from, seat.isChanged = counts, leastLeft(cap, counts), atMs, true
end

local function seatFor(scope, r, cap)
  local first = seatsOfRep[scope][r]
  local seat = first
  while seat and seat.cap ~= cap do seat = seat.also end
  if seat then return seat end
  seat = { rep = r, cap = cap, left = 0 }
  if first then
    seat.also, first.also = first.also, seat
  else
    seatsOfRep[scope][r] = seat
  end
  return seat
end

local function readRooms(scope)
  local ids, seats, gCap = {}, {}, q.gCaps[scope]
  for g = 1, #gCap do
    if gCap[g] > 0 then
      local seat = seatFor(scope, gRep[g], gCap[g])
      seatOf[scope][g] = seat
      if not seat.isListed then
        seat.isListed = true
        ids[#ids + 1], seats[#seats + 1] = repIds[seat.rep], seat
      end
    end
  end
  local found = callInSlices("HMGET", NS .. "room:" .. SCOPES[scope], ids)
  for i = 1, #seats do
    local seat, tag, from, left = seats[i], nil, nil, nil
    if found[i] then tag, from, left = struct.unpack(ROOM, found[i]) end
    if tag == caps[seat.cap][2] and from <= atMs and left > 0 then
      seat.from, seat.left = from, left
    else
      countSeat(seat)
    end
  end
end
readRooms(1)
readRooms(2)

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

local atText = string.format("%.17g", atMs)

-- `member` is the lead's, `channel|lead#cycle`.
local function enterWindows(scope, r, member, channel)
  local args = entries[scope][r]
  if not args then
    args = {}
    entries[scope][r] = args
  end
  local n = #args
  args[n + 1] = atText
  args[n + 2] = member
  local seat = seatsOfRep[scope][r]
  if not seat then uncounted[scope][#uncounted[scope] + 1] = repIds[r] end
  while seat do
    takeSeat(seat, channel)
    seat = seat.also
  end
end

local function roomsToWrite(scope)
  local args = {}
  for r, seat in pairs(seatsOfRep[scope]) do
    if seat.isChanged then
      local left = seat.counts and leastLeft(caps[seat.cap], seat.counts) or seat.left
      args[#args + 1] = repIds[r]
      args[#args + 1] = struct.pack(ROOM, caps[seat.cap][2], seat.from, left)
    end
  end
  return args
end
