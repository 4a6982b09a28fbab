--[[
  Third part of reserve-batch.lua: which candidate of a list gets a lead (domain/ledger/choose.ts, room.ts).
]]
-- luacheck: ignore 211
-- luacheck: read globals q gRep gPool gLoad gWeight seatOf isFull held load credit turns floors SCOPE_OF

local FAIR_FIT, BEST_FIT, ROUND_ROBIN, WEIGHTED = 1, 2, 3, 4

-- Lists by number: the colleagues over whom the floor is taken, strategy, bound, and a stretch of `candidates`: place
-- of the grant behind the list's base and fit in turn, by falling fit, those of equal fit by rep id. Where all
-- colleagues are candidates, `lWhole` is 1.
local lColleagues, lStrategy, lBound, lWhole = q.lColleagues, q.lStrategy, q.lBound, q.lWhole
local lBase, lFrom, lTo, candidates = q.lBase, q.lFrom, q.lTo, q.candidates
-- Colleagues by number: their node, and a stretch of grants.
local cNode, cFrom, cTo = q.cNode, q.cFrom, q.cTo

-- What the lead at hand asks of a rep, and who was least served of those with room for one like it.
local loadMilli, channel, seats, leastOf
local NO_SEATS, demands = {}, {}
local function setDemand(profile)
  loadMilli, channel, seats = profile[2], profile[3], seatOf[SCOPE_OF[profile[4]]] or NO_SEATS
  leastOf = demands[profile[8]]
  if not leastOf then
    leastOf = { list = {}, colleagues = {}, rings = {} }
    demands[profile[8]] = leastOf
  end
end

local function hasRoom(g)
  local r = gRep[g]
  if held[r] >= gPool[g] or load[r] + loadMilli > gLoad[g] then return false end
  local seat = seats[g]
  return not seat or not isFull(seat, channel)
end

-- Virtual times only rise and room only shrinks, so whoever was least served still is while his own stays as it was,
-- and where nobody had room nobody has. At the floor nobody can be lower.
local function stillLeast(g, before, floor)
  if not g then return g end
  local c = credit[gRep[g]]
  return (c == before or c <= floor) and hasRoom(g) and g or nil
end

-- Over a stretch of candidates behind their base, or of grants if there is none.
local function findLeast(first, last, base, floor)
  local g, lowest = false, math.huge
  for k = first, last, base and 2 or 1 do
    local other = base and base + candidates[k] or k
    local c = credit[gRep[other]]
    if c < lowest and hasRoom(other) then
      g, lowest = other, c
      if c <= floor then break end
    end
  end
  return { g, lowest }
end

-- Least virtual time of those with room, never below the floor; infinite if nobody has room.
local function leastIn(known, key, floor, first, last, base)
  local least = known[key]
  local g = least and stillLeast(least[1], least[2], floor)
  if g == nil then
    known[key] = findLeast(first, last, base, floor)
    g = known[key][1]
  end
  return g and math.max(credit[gRep[g]], floor) or math.huge
end

local function leastCandidate(l, floor)
  return leastIn(leastOf.list, l, floor, lFrom[l], lTo[l], lBase[l])
end

local function leastColleague(n, floor)
  return leastIn(leastOf.colleagues, n, floor, cFrom[n], cTo[n])
end

-- Long lists: candidates of equal fit are a ring, of which the few who come first are kept. As long as one of them is
-- not behind what the last one kept was, nobody else can be before him: virtual times and turns only rise.
local LONG, KEPT = 64, 16
local ringsOf = {}

local function cutRings(l)
  local rings, k = {}, lFrom[l]
  while k <= lTo[l] do
    local last = k
    while last < lTo[l] - 1 and candidates[last + 3] == candidates[k + 1] do last = last + 2 end
    rings[#rings + 1] = { k, last }
    k = last + 2
  end
  ringsOf[l] = rings
  return rings
end

local function isBefore(c, t, otherCredit, otherTurn)
  return c < otherCredit or (c == otherCredit and t < otherTurn)
end

local function keepFirst(l, ring, floor)
  local grants, credits, lastTurns, count = {}, {}, {}, 0
  for k = ring[1], ring[2], 2 do
    local g = lBase[l] + candidates[k]
    local c, t = math.max(credit[gRep[g]], floor), turns[gRep[g]]
    if (count < KEPT or isBefore(c, t, credits[KEPT], lastTurns[KEPT])) and hasRoom(g) then
      if count < KEPT then count = count + 1 end
      local i = count
      while i > 1 and isBefore(c, t, credits[i - 1], lastTurns[i - 1]) do
        grants[i], credits[i], lastTurns[i] = grants[i - 1], credits[i - 1], lastTurns[i - 1]
        i = i - 1
      end
      grants[i], credits[i], lastTurns[i] = g, c, t
    end
  end
  local kept = { grants = grants, floor = floor, isAll = count < KEPT }
  if not kept.isAll then kept.credit, kept.turn = credits[KEPT], lastTurns[KEPT] end
  return kept
end

local function firstKept(kept)
  local best, bestCredit, bestTurn
  for _, g in ipairs(kept.grants) do
    local c, t = math.max(credit[gRep[g]], kept.floor), turns[gRep[g]]
    if (not best or isBefore(c, t, bestCredit, bestTurn)) and hasRoom(g) then best, bestCredit, bestTurn = g, c, t end
  end
  if kept.isAll or (best and not isBefore(kept.credit, kept.turn, bestCredit, bestTurn)) then
    return true, best, bestCredit
  end
  return false
end

local function firstOfRing(l, place, ring, floor)
  local rings = leastOf.rings[l]
  if not rings then
    rings = {}
    leastOf.rings[l] = rings
  end
  local kept = rings[place]
  if kept and kept.floor == floor then
    local isKnown, best, bestCredit = firstKept(kept)
    if isKnown then return best, bestCredit end
  end
  kept = keepFirst(l, ring, floor)
  rings[place] = kept
  local g = kept.grants[1]
  return g, g and math.max(credit[gRep[g]], floor)
end

local function fittestOfMany(l, floor, bound)
  for place, ring in ipairs(ringsOf[l] or cutRings(l)) do
    local g, c = firstOfRing(l, place, ring, floor)
    if g and c <= bound then return g end
  end
  return nil
end

local function fittestOfFew(l, floor, bound)
  local base, best, bestFit, bestCredit, bestTurn = lBase[l], nil, -1, 0, 0
  for k = lFrom[l], lTo[l], 2 do
    if candidates[k + 1] < bestFit then return best end
    local g = base + candidates[k]
    local r = gRep[g]
    local c = credit[r]
    if c < floor then c = floor end
    local isBetter = not best or c < bestCredit or (c == bestCredit and turns[r] < bestTurn)
    if isBetter and c <= bound and hasRoom(g) then
      best, bestFit, bestCredit, bestTurn = g, candidates[k + 1], c, turns[r]
    end
  end
  return best
end

local function fittest(l, floor)
  local bound = math.huge
  if lStrategy[l] == FAIR_FIT then
    local least = lWhole[l] == 1 and leastColleague(lColleagues[l], floor) or leastCandidate(l, floor)
    bound = least + lBound[l]
  end
  if lTo[l] - lFrom[l] > 2 * LONG then return fittestOfMany(l, floor, bound) end
  return fittestOfFew(l, floor, bound)
end

local function share(g)
  local used, capacity = load[gRep[g]], gLoad[g]
  if capacity == math.huge then used, capacity = held[gRep[g]], gPool[g] end
  return capacity > 0 and used / capacity or 0
end

local function criteria(strategy, g, floor)
  local r = gRep[g]
  local c = math.max(credit[r], floor)
  if strategy == ROUND_ROBIN then return turns[r], 0, 0 end
  if strategy == WEIGHTED then return c, -gWeight[g], turns[r] end
  return share(g), c, turns[r]
end

local function byCriteria(l, floor)
  local strategy, base = lStrategy[l], lBase[l]
  local best, a, b, c
  for k = lFrom[l], lTo[l], 2 do
    local g = base + candidates[k]
    if hasRoom(g) then
      local x, y, z = criteria(strategy, g, floor)
      if not best or x < a or (x == a and (y < b or (y == b and z < c))) then best, a, b, c = g, x, y, z end
    end
  end
  return best
end

local function choose(l)
  local floor = floors[cNode[lColleagues[l]]]
  if lStrategy[l] <= BEST_FIT then return fittest(l, floor) end
  return byCriteria(l, floor)
end
