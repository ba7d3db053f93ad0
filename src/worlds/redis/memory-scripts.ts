/**
 * What happens at once to a world's memory in Redis: see `src/log/redis/scripts.ts`. An entry of its list is
 * `<number> <bytes> <until> <turn> <line as JSON>`: numbered on from the oldest, counted as in a server's memory, and true
 * until a time of day in ms.
 */

/** Leaves the newest entries that have room. `most` and `mostBytes` are limits of a server's memory, too. */
const TRIM = `
kept = redis.call('LRANGE', KEYS[1], -most, -1)
local bytes = 0
local lines = 0
for i = #kept, 1, -1 do
  bytes = bytes + tonumber(string.match(kept[i], '^%d+ (%d+) '))
  if bytes > mostBytes then break end
  lines = lines + 1
end
redis.call('LTRIM', KEYS[1], -lines, -1)
`;

/**
 * KEYS list · ARGV turn, the highest number that the caller knows, now, until when it is kept, kept for ms, most lines, most
 * bytes, then bytes and JSON of each line. What a turn has said is added once. Returns the number of its first line, 0 where it
 * was there already.
 */
export const REMEMBER = `
local most, mostBytes = tonumber(ARGV[6]), tonumber(ARGV[7])
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
${TRIM}redis.call('PEXPIRE', KEYS[1], ARGV[5])
return first
`;

/**
 * KEYS list · ARGV most lines, most bytes, kept for ms, then entries that somebody knows. Those that the list does not have are
 * put where they were.
 */
export const RESTORE = `
local most, mostBytes = tonumber(ARGV[1]), tonumber(ARGV[2])
local all = redis.call('LRANGE', KEYS[1], 0, -1)
local function nameOf(entry)
  local number, turn = string.match(entry, '^(%d+) %d+ %d+ (%S+) ')
  return number .. ' ' .. turn
end
local has = {}
for _, entry in ipairs(all) do has[nameOf(entry)] = true end
for i = 4, #ARGV do
  if not has[nameOf(ARGV[i])] then all[#all + 1] = ARGV[i] end
end
local function numberOf(entry) return tonumber(string.match(entry, '^%d+')) end
table.sort(all, function(a, b) return numberOf(a) < numberOf(b) end)
redis.call('DEL', KEYS[1])
for _, entry in ipairs(all) do redis.call('RPUSH', KEYS[1], entry) end
local kept
${TRIM}
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 'ok'
`;
