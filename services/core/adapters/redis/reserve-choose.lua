--[[
  Third part of reserve-batch.lua: which candidate of a list gets a lead (domain/ledger/choose.ts, room.ts).
]]
-- luacheck: ignore 211
-- luacheck: read globals q gSize gReps gBase gLimits gLimit limits mixed scattered limitOf repOf
-- luacheck: read globals max infinite seatOf isFull gFills gSkip valueOf HELD LOADED CREDIT TURN floors SCOPE_OF CAP

local FAIR_FIT, BEST_FIT, ROUND_ROBIN, WEIGHTED = 1, 2, 3, 4
local POOL, LOAD, WEIGHT = 1, 2, 3

-- Lists by number: the colleagues over whom the floor is taken, strategy, bound, their group of reps, and a stretch of
-- `candidates`: place in the group and fit in turn, by falling fit, those of equal fit by rep id. Where all colleagues
-- are candidates, `lWhole` is 1.
local lColleagues, lStrategy, lBound, lWhole = q.lColleagues, q.lStrategy, q.lBound, q.lWhole
local lGroup, lFrom, lTo, candidates = q.lGroup, q.lFrom, q.lTo, q.candidates
-- Colleagues by number: their node, and their group.
local cNode, cGroup = q.cNode, q.cGroup

-- What the lead at hand asks of a rep, and who was least served of those with room for one like it.
local loadMilli, channel, scope, leastOf
local demands = {}
local function setDemand(profile)
  loadMilli, channel, scope = profile[2], profile[3], SCOPE_OF[profile[4]]
  leastOf = demands[profile[8]]
  if not leastOf then
    leastOf = { list = {}, colleagues = {}, rings = {} }
    demands[profile[8]] = leastOf
  end
end

-- Of the rep at place `j` of group `g`, whose number is `r`.
local function hasRoom(g, j, r)
  local from = gLimits[g]
  local limit = limits[from and mixed[from + j] or gLimit[g]]
  local fills, at = gFills[g], 4 * r - gSkip[g]
  if fills[at + HELD] >= limit[POOL] or fills[at + LOADED] + loadMilli > limit[LOAD] then return false end
  local cap = scope > 0 and limit[CAP + scope] or 0
  return cap == 0 or not isFull(seatOf(scope, r, cap), channel)
end

-- Among the candidates from `first` to `last`, or all of the group if there are none.
local function findLeast(g, floor, first, last)
  local from, base, fills, at = gReps[g], gBase[g], gFills[g], CREDIT - gSkip[g]
  local least, rep, lowest = false, nil, infinite
  for k = first or 1, last or gSize[g], first and 2 or 1 do
    local j = first and candidates[k] or k
    local r = from and scattered[from + j] or base + j
    local c = fills[4 * r + at]
    if c < lowest and hasRoom(g, j, r) then
      least, rep, lowest = j, r, c
      if c <= floor then break end
    end
  end
  return { least, rep, lowest }
end

-- Least virtual time of those with room, never below the floor; infinite if nobody has room.
-- Virtual times only rise and room only shrinks, so whoever was least served still is while his own stays as it was,
-- and where nobody had room nobody has. At the floor nobody can be lower.
local function leastIn(known, key, g, floor, first, last)
  local least = known[key]
  if least then
    local j, r = least[1], least[2]
    if not j then return infinite end
    local c = valueOf(g, r, CREDIT)
    if (c == least[3] or c <= floor) and hasRoom(g, j, r) then return max(c, floor) end
  end
  least = findLeast(g, floor, first, last)
  known[key] = least
  return least[1] and max(least[3], floor) or infinite
end

local function leastColleague(n, floor)
  return leastIn(leastOf.colleagues, n, cGroup[n], floor)
end

local function leastCandidate(l, floor)
  if lWhole[l] == 1 then return leastColleague(lColleagues[l], floor) end
  return leastIn(leastOf.list, l, lGroup[l], floor, lFrom[l], lTo[l])
end

-- Long lists: candidates of equal fit are a ring, of which the few who come first are kept. As long as one of them is
-- not behind what the last one kept was, nobody else can be before him: virtual times and turns only rise.
local LONG, fittestOfMany = 64
do
  local KEPT = 16
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
    local kept, credits, lastTurns, count, g = {}, {}, {}, 0, lGroup[l]
    local fills, skip = gFills[g], gSkip[g]
    for k = ring[1], ring[2], 2 do
      local j = candidates[k]
      local r = repOf(g, j)
      local at = 4 * r - skip
      local c, t = fills[at + CREDIT], fills[at + TURN]
      if c < floor then c = floor end
      if (count < KEPT or isBefore(c, t, credits[KEPT], lastTurns[KEPT])) and hasRoom(g, j, r) then
        if count < KEPT then count = count + 1 end
        local i = count
        while i > 1 and isBefore(c, t, credits[i - 1], lastTurns[i - 1]) do
          kept[i], credits[i], lastTurns[i] = kept[i - 1], credits[i - 1], lastTurns[i - 1]
          i = i - 1
        end
        kept[i], credits[i], lastTurns[i] = j, c, t
      end
    end
    local first = { kept = kept, floor = floor, isAll = count < KEPT }
    if not first.isAll then first.credit, first.turn = credits[KEPT], lastTurns[KEPT] end
    return first
  end

  local function firstKept(g, first)
    local best, bestCredit, bestTurn
    local fills, skip, floor = gFills[g], gSkip[g], first.floor
    for _, j in ipairs(first.kept) do
      local r = repOf(g, j)
      local at = 4 * r - skip
      local c, t = fills[at + CREDIT], fills[at + TURN]
      if c < floor then c = floor end
      if (not best or isBefore(c, t, bestCredit, bestTurn)) and hasRoom(g, j, r) then
        best, bestCredit, bestTurn = j, c, t
      end
    end
    if first.isAll or (best and not isBefore(first.credit, first.turn, bestCredit, bestTurn)) then
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
    local first = rings[place]
    if first and first.floor == floor then
      local isKnown, best, bestCredit = firstKept(lGroup[l], first)
      if isKnown then return best, bestCredit end
    end
    first = keepFirst(l, ring, floor)
    rings[place] = first
    local j = first.kept[1]
    return j, j and max(valueOf(lGroup[l], repOf(lGroup[l], j), CREDIT), floor)
  end

  function fittestOfMany(l, floor, bound)
    for place, ring in ipairs(ringsOf[l] or cutRings(l)) do
      local j, c = firstOfRing(l, place, ring, floor)
      if j and c <= bound then return j end
    end
    return nil
  end
end

-- How far ahead one may be for certain is clear from the floor; if that is not enough the least served is looked for.
local function fittestOfFew(l, floor)
  local g, best, bestFit, bestCredit, bestTurn = lGroup[l], nil, -1, 0, 0
  local from, base, fills, at = gReps[g], gBase[g], gFills[g], CREDIT - gSkip[g]
  local isFair = lStrategy[l] == FAIR_FIT
  local bound, isSure = isFair and floor + lBound[l] or infinite, not isFair
  for k = lFrom[l], lTo[l], 2 do
    if candidates[k + 1] < bestFit then return best end
    local j = candidates[k]
    local r = from and scattered[from + j] or base + j
    local c = fills[4 * r + at]
    if c < floor then c = floor end
    if c > bound and not isSure then bound, isSure = leastCandidate(l, floor) + lBound[l], true end
    local isBetter = c <= bound
      and (not best or c < bestCredit or (c == bestCredit and valueOf(g, r, TURN) < bestTurn))
    if isBetter and hasRoom(g, j, r) then
      best, bestFit, bestCredit, bestTurn = j, candidates[k + 1], c, valueOf(g, r, TURN)
    end
  end
  return best
end

local function fittest(l, floor)
  if lTo[l] - lFrom[l] <= 2 * LONG then return fittestOfFew(l, floor) end
  return fittestOfMany(l, floor, lStrategy[l] == FAIR_FIT and leastCandidate(l, floor) + lBound[l] or infinite)
end

local function share(limit, g, r)
  local used, capacity = valueOf(g, r, LOADED), limit[LOAD]
  if capacity == infinite then used, capacity = valueOf(g, r, HELD), limit[POOL] end
  return capacity > 0 and used / capacity or 0
end

local function criteria(l, limit, r, floor)
  local strategy, g = lStrategy[l], lGroup[l]
  local c, t = max(valueOf(g, r, CREDIT), floor), valueOf(g, r, TURN)
  if strategy == ROUND_ROBIN then return t, 0, 0 end
  if strategy == WEIGHTED then return c, -limit[WEIGHT], t end
  return share(limit, g, r), c, t
end

local function byCriteria(l, floor)
  local g, best, a, b, c = lGroup[l], nil, nil, nil, nil
  for k = lFrom[l], lTo[l], 2 do
    local j = candidates[k]
    local r = repOf(g, j)
    if hasRoom(g, j, r) then
      local x, y, z = criteria(l, limitOf(g, j), r, floor)
      if not best or x < a or (x == a and (y < b or (y == b and z < c))) then best, a, b, c = j, x, y, z end
    end
  end
  return best
end

local function choose(l)
  local floor = floors[cNode[lColleagues[l]]]
  if lStrategy[l] <= BEST_FIT then return fittest(l, floor) end
  return byCriteria(l, floor)
end
