-- Begins a transaction: counts a hit if there is one, and returns the session that will be asked for.
-- KEYS: as in commit.lua.
-- ARGV: version of the record that the caller knows; key of a session or "";
--   and of a hit: key, limit, now, end, reset of a fresh window, race or "". A moment has 20 digits, so texts compare.
-- Returns {0, version, record} when the record is another one, else {1, session or false, admitted, window}.
local version = redis.call('HGET', KEYS[1], 'v') or '0'
if version ~= ARGV[1] then
  return {0, version, redis.call('HGET', KEYS[1], 'd')}
end
local session = ARGV[2] ~= '' and redis.call('HGET', KEYS[2], ARGV[2])
if not ARGV[3] then
  return {1, session}
end

local key, limit, now, race = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[8]
local hits, ends, resets, latest = 0, ARGV[6], ARGV[7], now
local kept = redis.call('HGET', KEYS[3], key)
local is_open = kept and string.sub(kept, 1, 20) > now
if is_open then
  hits, ends, resets, latest = string.match(string.sub(kept, 21), '^(%d+) (%d+) (%d+) (%d+)$')
  hits = tonumber(hits)
end

local is_admitted = hits < limit
if not is_admitted and race ~= '' and hits > 0 and hits == limit then
  is_admitted = tonumber(now) - tonumber(latest) <= tonumber(race)
end
if is_admitted then
  hits, latest = hits + 1, now
end
local window = hits .. ' ' .. ends .. ' ' .. resets .. ' ' .. latest
if is_admitted then
  if not is_open then
    -- Two that are over go for each new one, so that memory follows the addresses of the last window.
    for _ = 1, 2 do
      local first = redis.call('ZRANGE', KEYS[5], 0, 0)[1]
      local row = first and redis.call('HGET', KEYS[3], first)
      if not row or string.sub(row, 1, 20) > now then break end
      redis.call('HDEL', KEYS[3], first)
      redis.call('ZREM', KEYS[5], first)
    end
    redis.call('ZADD', KEYS[5], ends, key)
  end
  redis.call('HSET', KEYS[3], key, string.sub(ends, 1, 20) .. window)
end
return {1, session, is_admitted and 1 or 0, window}
