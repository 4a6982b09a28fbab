--[[
  Second part of reserve-batch.lua: which candidate of a list gets a lead (domain/ledger/choose.ts, room.ts).
]]
-- luacheck: ignore 211
-- luacheck: read globals gRep gPool gLoad gWeight gWindows wScope wChannel wLimit
-- luacheck: read globals held load credit turns counts floors SCOPE_OF

local FAIR_FIT, BEST_FIT, ROUND_ROBIN, WEIGHTED = 1, 2, 3, 4

-- What the lead at hand asks of a rep.
local loadMilli, scope, channel
local function setDemand(profile)
  loadMilli, channel, scope = profile[2], profile[3], SCOPE_OF[profile[4]]
end

local function isCounted(w)
  return wScope[w] == scope and (not wChannel[w] or wChannel[w] == channel)
end

local function windowsFull(g)
  for _, w in ipairs(gWindows[g]) do
    if isCounted(w) and counts[w] >= wLimit[w] then return true end
  end
  return false
end

local function hasRoom(g)
  local r = gRep[g]
  return held[r] < gPool[g] and load[r] + loadMilli <= gLoad[g] and not (gWindows[g] and windowsFull(g))
end

-- By list of grants, the one that stood at the floor last time. It mostly still does, and then nobody can be lower.
local lowest = {}

-- Least virtual time among those with room, never below the floor.
local function leastCredit(grants, step, floor)
  local last = lowest[grants]
  if last and credit[gRep[last]] <= floor and hasRoom(last) then return floor end
  local least = math.huge
  for i = 1, #grants, step do
    local g = grants[i]
    local c = credit[gRep[g]]
    if c < least and hasRoom(g) then
      if c <= floor then
        lowest[grants] = g
        return floor
      end
      least = c
    end
  end
  return least
end

-- Candidates come by falling fit, those of equal fit by rep id.
local function fittest(list, floor)
  local candidates = list[5]
  local bound = math.huge
  if list[3] == FAIR_FIT then bound = leastCredit(candidates, 2, floor) + list[4] end
  local best, bestFit, bestCredit, bestTurn = nil, -1, 0, 0
  for i = 1, #candidates, 2 do
    if candidates[i + 1] < bestFit then return best end
    local g = candidates[i]
    local r = gRep[g]
    local c = credit[r]
    if c < floor then c = floor end
    local isBetter = not best or c < bestCredit or (c == bestCredit and turns[r] < bestTurn)
    if isBetter and c <= bound and hasRoom(g) then
      best, bestFit, bestCredit, bestTurn = g, candidates[i + 1], c, turns[r]
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

local function byCriteria(list, floor)
  local candidates, strategy = list[5], list[3]
  local best, a, b, c
  for i = 1, #candidates, 2 do
    local g = candidates[i]
    if hasRoom(g) then
      local x, y, z = criteria(strategy, g, floor)
      if not best or x < a or (x == a and (y < b or (y == b and z < c))) then best, a, b, c = g, x, y, z end
    end
  end
  return best
end

local function choose(list)
  local floor = floors[list[1]]
  if list[3] <= BEST_FIT then return fittest(list, floor) end
  return byCriteria(list, floor)
end
