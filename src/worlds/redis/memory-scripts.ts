/**
 * What happens at once to a world's memory in Redis: see `src/log/redis/scripts.ts`. An entry of its list is
 * `<number> <bytes> <until> <turn> <line as JSON>`: numbered on from the oldest, counted as in a server's memory, and true
 * until a time of day in ms.
 */

/**
 * KEYS list · ARGV turn, the highest number that the caller knows, now, until when it is kept, kept for ms, most lines, most
 * bytes, then bytes and JSON of each line. What a turn has said is added once. Returns the number of its first line, 0 where it
 * was there already.
 */
export const REMEMBER = `
local kept = redis.call('LRANGE', KEYS[1], 0, -1)
if #kept > 0 and tonumber(string.match(kept[#kept], '^%d+ %d+ (%d+) ')) <= tonumber(ARGV[3]) then
  redis.call('DEL', KEYS[1])
  kept = {}
end
local number = tonumber(ARGV[2])
for _, entry in ipairs(kept) do
  local n, turn = string.match(entry, '^(%d+) %d+ %d+ (%S+) ')
  if turn == ARGV[1] then return 0 end
  number = math.max(number, tonumber(n))
end
local first = number + 1
for i = 8, #ARGV, 2 do
  number = number + 1
  redis.call('RPUSH', KEYS[1], table.concat({string.format('%d', number), ARGV[i], ARGV[4], ARGV[1], ARGV[i + 1]}, ' '))
end
kept = redis.call('LRANGE', KEYS[1], '-' .. ARGV[6], -1)
local bytes = 0
local lines = 0
for i = #kept, 1, -1 do
  bytes = bytes + tonumber(string.match(kept[i], '^%d+ (%d+) '))
  if bytes > tonumber(ARGV[7]) then break end
  lines = lines + 1
end
redis.call('LTRIM', KEYS[1], -lines, -1)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return first
`;
