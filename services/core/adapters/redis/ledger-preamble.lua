--[[
  Put before the ledger's scripts: what they share.

  All keys of a tenant have one hash tag, so they live in one slot; the scripts derive them from KEYS[1], the tenant's
  meta key, which is the only one that the caller has to name.
]]
-- luacheck: ignore 211

-- A global costs two searches at each use.
local packStruct, unpackStruct, max, infinite = struct.pack, struct.unpack, math.max, math.huge

local META = KEYS[1]
local TENANT = string.sub(META, 1, -5)

-- Unpacking must stay below Lua's limit of 8,000 values on the stack.
local SLICE = 4000

-- The run id of this server, which a restart and a failover change. An error while a cluster moves the tenant's slot
-- from or to this server, which then has some of the keys: writes would break off half-way, and what is still on the
-- other side would pass for absent. Such a slot, and no other, refuses a command on keys that are nowhere.
local function serverRunId()
  redis.call("EXISTS", TENANT .. "nowhere", TENANT .. "elsewhere")
  return string.match(redis.call("INFO", "server"), "run_id:(%x+)")
end

-- The epoch this server is ready for, and the mark of its seeding; or nil. A replica that was promoted, a restart from
-- an old file, a restored copy and a new owner of the slot have another run id than the one the ledger was bound to.
local function readyEpoch()
  local runId = serverRunId()
  local meta = redis.call("HMGET", META, "epoch", "state", "bound", "mark")
  if not meta[1] or meta[2] ~= "ready" then return nil end
  if meta[3] ~= runId then return nil end
  return tonumber(meta[1]), meta[4]
end

local function namespace(epoch)
  return TENANT .. "e" .. string.format("%d", epoch) .. ":"
end

-- Calls `command key` with all of `args`, as often as it takes. Collects the replies of a reading command.
local function callInSlices(command, key, args)
  local count = #args
  if count == 0 then return {} end
  if count <= SLICE then return redis.call(command, key, unpack(args)) end
  local all = {}
  for first = 1, count, SLICE do
    local reply = redis.call(command, key, unpack(args, first, math.min(first + SLICE - 1, count)))
    if type(reply) == "table" then
      for i = 1, #reply do all[first + i - 1] = reply[i] end
    end
  end
  return all
end

-- The lead record: cycle, status, via, plan version, atMs, loadMilli, credit, turn, floor, then the ref.
local LEAD = "<I4BBI4ddddd"
local LEAD_HEAD = 50
-- The same in two steps: up to the load, then what only the assignment says.
local LEAD_DEMAND, LEAD_ASSIGNED = "<I4BBI4dd", "<c0dddc0"
-- held, loadMilli, credit, turn. Doubles, so that every number comes back to the last bit.
local FILL, FILL_BYTES = "<dddd", 32

local SCOPES = { "intake", "claim" }
-- By via: routed, rerouted, claimed, transferred. 0 counts in no window.
local SCOPE_OF = { 1, 1, 2, 0 }
local LAST_CHARGED_VIA = 2
-- Window entries that are this much older than the newest are out.
local HORIZON_MS = 32 * 86400000
-- A window entry: its time, then `channel|lead#cycle`. Lists of them are in the order of time.
local ENTRY_TIME, ENTRY_HEAD = "<d", 8

local function timeOf(entry)
  return (unpackStruct(ENTRY_TIME, entry))
end

-- Drops the entries of a list that are no younger than `outMs`.
local function trimWindow(key, outMs)
  local oldest = redis.call("LINDEX", key, 0)
  while oldest and timeOf(oldest) <= outMs do
    redis.call("LPOP", key)
    oldest = redis.call("LINDEX", key, 0)
  end
end

local OWNED, PARKED, PUBLIC, DUPLICATE, REJECTED, DEAD, RELEASED, CLOSED = 1, 2, 3, 4, 5, 6, 7, 8
