-- Ends a transaction: makes all of its changes, or none when what it had read or assumed is not so.
-- KEYS: record, sessions, windows, order of sessions, ends of windows, journal, violations, worlds, counters,
--   order of worlds.
-- ARGV: version of the record that the transaction read; the new record or "", and its version; now; idle
--   milliseconds or "0"; and any number of steps, each with seven words:
--   hit, what was assumed of it: yes | no | any, key of a window, limit and race or "-", now, end of a fresh window,
--     its reset, or for "no" the one that was told
--   same, index of a key, key of the row, none | is, data as it was assumed
--   clear, index of a key
--   row, index of a key, key of the row, any | none | is, data as it was read, end or "" to let it go, data
--   add, index of a key, how many there may be, data
-- A row is kept as its end, in 20 digits, and its data; a moment has 20 digits too, so that texts compare.
-- Returns {1, admitted, window} with what came of the last hit, or {0, version, record, index, key, row or false} with
-- the present record, and the row that is another one if that is the reason.
local version = redis.call('HGET', KEYS[1], 'v') or '0'
local function refuse(index, key, row)
  return {0, version, redis.call('HGET', KEYS[1], 'd'), index, key, row}
end
if version ~= ARGV[1] then
  return refuse()
end

local function find_window(at)
  local limit, race = string.match(ARGV[at + 3], '^(%d+) (%S+)$')
  local now, edge, resets = ARGV[at + 4], ARGV[at + 5], ARGV[at + 6]
  local found = {hits = 0, ends = edge, edge = edge, resets = resets, latest = now}
  local kept = redis.call('HGET', KEYS[3], ARGV[at + 2])
  if kept and string.sub(kept, 1, 20) > now then
    found.is_open, found.edge = true, string.sub(kept, 1, 20)
    found.hits, found.ends, found.resets, found.latest = string.match(kept, '^(%d+) (%d+) (%d+) (%d+)$', 21)
    found.hits = tonumber(found.hits)
  end
  found.is_admitted = found.hits < tonumber(limit)
  if not found.is_admitted and race ~= '-' and found.hits > 0 and found.hits == tonumber(limit) then
    found.is_admitted = tonumber(now) - tonumber(found.latest) <= tonumber(race)
  end
  return found, kept
end

local hits = {}
for at = 6, #ARGV, 7 do
  local kind, index, key, mode = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if kind == 'hit' then
    local found, kept = find_window(at)
    hits[at] = found
    local is_other = index ~= 'any' and (index == 'yes') ~= found.is_admitted
    if is_other or index == 'no' and found.resets ~= ARGV[at + 6] then return refuse(3, key, kept) end
  elseif (kind == 'row' or kind == 'same') and mode ~= 'any' then
    local kept = redis.call('HGET', KEYS[tonumber(index)], key)
    local is_same = kept and mode == 'is' and string.sub(kept, 21) == ARGV[at + 4] or not kept and mode == 'none'
    if not is_same then return refuse(tonumber(index), key, kept) end
  end
end


-- Two that are over go for each new one, so that memory follows what there was of late.
local function forget(rows, order, now)
  for _ = 1, 2 do
    local first = redis.call('ZRANGE', order, 0, 0)[1]
    local row = first and redis.call('HGET', rows, first)
    if not row or string.sub(row, 1, 20) > now then return end
    redis.call('HDEL', rows, first)
    redis.call('ZREM', order, first)
  end
end

local function put(index, key, ends, data)
  local rows, order = KEYS[index], KEYS[index + 2]
  if ends == '' then
    redis.call('HDEL', rows, key)
    redis.call('ZREM', order, key)
    return
  end
  local is_new = redis.call('HEXISTS', rows, key) == 0
  if is_new and index ~= 8 then forget(rows, order, ARGV[4]) end
  redis.call('HSET', rows, key, ends .. data)
  if index == 3 then
    redis.call('ZADD', order, ends, key)
  elseif is_new then
    redis.call('ZADD', order, redis.call('HINCRBY', KEYS[1], 's', 1), key)
  end
end

local answer = {1, 0, false}

local function count(at, found)
  if found.is_admitted then
    if not found.is_open then
      forget(KEYS[3], KEYS[5], ARGV[at + 4])
      redis.call('ZADD', KEYS[5], found.edge, ARGV[at + 2])
    end
    found.hits, found.latest = found.hits + 1, ARGV[at + 4]
  end
  local window = found.hits .. ' ' .. found.ends .. ' ' .. found.resets .. ' ' .. found.latest
  if found.is_admitted then
    redis.call('HSET', KEYS[3], ARGV[at + 2], found.edge .. window)
  end
  answer = {1, found.is_admitted and 1 or 0, window}
end

for at = 6, #ARGV, 7 do
  local index = tonumber(ARGV[at + 1])
  if ARGV[at] == 'hit' then
    count(at, hits[at])
  elseif ARGV[at] == 'clear' then
    redis.call('DEL', KEYS[index])
    if index ~= 6 and index ~= 7 then redis.call('DEL', KEYS[index + 2]) end
    redis.call('HDEL', KEYS[9], index)
  elseif ARGV[at] == 'row' then
    put(index, ARGV[at + 2], ARGV[at + 5], ARGV[at + 6])
  elseif ARGV[at] == 'add' then
    redis.call('HINCRBY', KEYS[9], index, 1)
    redis.call('RPUSH', KEYS[index], ARGV[at + 3])
    redis.call('LTRIM', KEYS[index], -tonumber(ARGV[at + 2]), -1)
  end
end
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'd', ARGV[2], 'v', ARGV[3])
end
local idle = tonumber(ARGV[5])
if idle > 0 then
  -- A little longer than asked for, so that most transactions find it long enough and need not write it.
  local slack = math.floor(idle / 64)
  for _, key in ipairs(KEYS) do
    local left = redis.call('PTTL', key)
    if left ~= -2 and (left < idle or left > idle + slack) then redis.call('PEXPIRE', key, idle + slack) end
  end
end
return answer
