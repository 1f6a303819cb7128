-- Ends a transaction: makes all of its changes, or none when what it had read is no longer so.
-- KEYS: record, sessions, windows, order of sessions, ends of windows, journal, violations, worlds, counters,
--   order of worlds.
-- ARGV: version of the record that the transaction read; the new record or "", and its version; now; idle
--   milliseconds or "0"; and any number of changes, each with seven words:
--   clear, index of a key
--   row, index of a key, key of the row, any | none | is, data as it was read, end or "" to let it go, data
--   add, index of a key, how many there may be, data
-- A row is kept as its end, in 20 digits, and its data. Returns {1}, or {0, version, record} with the present record.
local version = redis.call('HGET', KEYS[1], 'v') or '0'
local function refuse()
  return {0, version, redis.call('HGET', KEYS[1], 'd')}
end
if version ~= ARGV[1] then
  return refuse()
end

for at = 6, #ARGV, 7 do
  if ARGV[at] == 'row' and ARGV[at + 3] ~= 'any' then
    local kept = redis.call('HGET', KEYS[tonumber(ARGV[at + 1])], ARGV[at + 2])
    if ARGV[at + 3] == 'none' and kept then return refuse() end
    if ARGV[at + 3] == 'is' and (not kept or string.sub(kept, 21) ~= ARGV[at + 4]) then return refuse() end
  end
end

local now = ARGV[4]

local function forget(rows, order)
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
  if is_new and index ~= 8 then forget(rows, order) end
  redis.call('HSET', rows, key, ends .. data)
  if index == 3 then
    redis.call('ZADD', order, ends, key)
  elseif is_new then
    redis.call('ZADD', order, redis.call('HINCRBY', KEYS[1], 's', 1), key)
  end
end

for at = 6, #ARGV, 7 do
  local index = tonumber(ARGV[at + 1])
  if ARGV[at] == 'clear' then
    redis.call('DEL', KEYS[index])
    if index ~= 6 and index ~= 7 then redis.call('DEL', KEYS[index + 2]) end
    redis.call('HDEL', KEYS[9], index)
  elseif ARGV[at] == 'row' then
    put(index, ARGV[at + 2], ARGV[at + 5], ARGV[at + 6])
  else
    redis.call('HINCRBY', KEYS[9], index, 1)
    redis.call('RPUSH', KEYS[index], ARGV[at + 3])
    redis.call('LTRIM', KEYS[index], -tonumber(ARGV[at + 2]), -1)
  end
end
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'd', ARGV[2], 'v', ARGV[3])
end
if ARGV[5] ~= '0' then
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[5]) end
end
return {1}
