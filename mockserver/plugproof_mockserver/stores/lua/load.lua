-- Reads what a transaction begins with; it changes nothing.
-- KEYS: as in commit.lua.
-- ARGV: version of the record that the caller knows; key of a session or ""; key of a window, if one is asked for.
-- Returns {0, version, record} when the record is another one, else {1, session or false, window or false}.
local version = redis.call('HGET', KEYS[1], 'v') or '0'
if version ~= ARGV[1] then
  return {0, version, redis.call('HGET', KEYS[1], 'd')}
end
return {
  1,
  ARGV[2] ~= '' and redis.call('HGET', KEYS[2], ARGV[2]),
  ARGV[3] and redis.call('HGET', KEYS[3], ARGV[3]) or false,
}
