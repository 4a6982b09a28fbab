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
    leastOf = { list = {}, colleagues = {}, credit = {} }
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

-- Least virtual time of those with room, never below the floor; infinite if nobody has room.
local function leastCandidate(l, floor)
  local least = leastOf.list[l]
  local g = least and stillLeast(least[1], least[2], floor)
  if g == nil then
    local lowest, base = math.huge, lBase[l]
    g = false
    for k = lFrom[l], lTo[l], 2 do
      local other = base + candidates[k]
      local c = credit[gRep[other]]
      if c < lowest and hasRoom(other) then
        g, lowest = other, c
        if c <= floor then break end
      end
    end
    leastOf.list[l] = { g, lowest }
  end
  return g and math.max(credit[gRep[g]], floor) or math.huge
end

local function leastColleague(n, floor)
  local least = leastOf.colleagues[n]
  local g = least and stillLeast(least[1], least[2], floor)
  if g == nil then
    local lowest = math.huge
    g = false
    for other = cFrom[n], cTo[n] do
      local c = credit[gRep[other]]
      if c < lowest and hasRoom(other) then
        g, lowest = other, c
        if c <= floor then break end
      end
    end
    leastOf.colleagues[n] = { g, lowest }
  end
  return g and math.max(credit[gRep[g]], floor) or math.huge
end

local function fittest(l, floor)
  local bound, base = math.huge, lBase[l]
  if lStrategy[l] == FAIR_FIT then
    local least = lWhole[l] == 1 and leastColleague(lColleagues[l], floor) or leastCandidate(l, floor)
    bound = least + lBound[l]
  end
  local best, bestFit, bestCredit, bestTurn = nil, -1, 0, 0
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
