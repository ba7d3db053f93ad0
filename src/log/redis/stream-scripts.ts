/** What happens at once to a stream in Redis: see `scripts.ts`. */

/**
 * KEYS log, meta, gone · ARGV fence, first seq, is sealed, frees its keys, channel ('' where nobody follows), ttl ms ('' leaves all that
 * as it is, and the log is taken to be whole), ttl of the tombstone ms, until when that tells, names as JSON, what a takeover needs as
 * JSON, epochs, then the events. Returns "ok TERM", "fenced", or "lost N" where the store has only N events of those before. A term is
 * for how many writers before this one. Without a fence, somebody who has read the stream gives back what the store has lost
 * of it: "fenced" where that is another stream by now, "gone" where there is none.
 */
export const APPEND = `
local held = redis.call('HMGET', KEYS[2], 'fence', 'term', 'sealed', 'epochs')
local first, looks, epochs = tonumber(ARGV[2]), ARGV[6] ~= '', ARGV[11]
local isWhole = true
if ARGV[1] == '' then
  if not held[1] then return 'gone' end
  if held[4] ~= epochs then
    -- The store may have lost that the stream is in a later epoch, and then what it has may be of none.
    if held[4] ~= '' and string.sub(epochs, 1, #held[4] + 1) ~= held[4] .. ',' or epochs == '' then return 'fenced' end
    if first ~= 1 then return 'lost 0' end
    redis.call('HSET', KEYS[2], 'epochs', epochs)
    isWhole = false
  end
elseif not held[1] then
  if first ~= 1 then return 'lost 0' end
  -- Tried before anything is written: where events are refused no stream is begun.
  redis.call('XADD', KEYS[1], 'NOMKSTREAM', '*', 'e', '')
  redis.call('HSET', KEYS[2], 'fence', ARGV[1], 'owner', string.match(ARGV[1], '^[^.]+'), 'names', ARGV[9], 'resume', ARGV[10], 'epochs', epochs)
  isWhole = false
elseif held[1] ~= ARGV[1] then
  return 'fenced'
end
-- Entries are numbered without a hole: so many, so far.
local seq = redis.call('XLEN', KEYS[1])
if looks and seq > 0 then
  local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][1]
  isWhole = isWhole and tonumber(string.match(last, '%d+$')) == seq
end
-- What has lost its names, or some of its entries, is written again.
if not isWhole then
  redis.call('DEL', KEYS[1])
  seq = 0
end
if first > seq + 1 then return 'lost ' .. seq end
local last = first + #ARGV - 12
if held[3] and last > seq then return 'fenced' end
-- What a repeated call brings once more is there already, unless another has written in its place.
local known = first <= seq and redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', seq - first + 1) or {}
for n = first, math.min(seq, last) do
  if known[seq - n + 1][2][2] ~= ARGV[12 + n - first] then return 'fenced' end
end
for n = seq + 1, last do
  redis.call('XADD', KEYS[1], (held[2] or 0) .. '-' .. n, 'e', ARGV[12 + n - first])
  seq = n
end
if ARGV[3] == '1' then
  redis.call('HSET', KEYS[2], 'sealed', 1)
  redis.call('HDEL', KEYS[2], 'resume')
end
if ARGV[4] == '1' then redis.call('HSET', KEYS[2], 'freed', 1) end
if looks then
  redis.call('HSET', KEYS[2], 'seq', seq)
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
  redis.call('SET', KEYS[3], ARGV[8], 'PX', ARGV[7])
end
-- Without an event, too: who has missed one hears how far the log is.
if ARGV[5] ~= '' then
  ARGV[11] = first .. ' ' .. ARGV[3] .. ' ' .. epochs
  redis.call('PUBLISH', ARGV[5], table.concat(ARGV, '\\n', 11))
end
return 'ok ' .. (held[2] or 0)
`;

/**
 * Where the stream's last writer has not given everything to the Redis that runs this (`stores`; '': it does not matter), or where
 * the log is shorter than when it was last looked at, delivered events may be lost: what there is begins another epoch. Calls INFO, for it is to be known
 * in the same moment in which the stream changes hands.
 */
const BEGIN_EPOCH = `
local function beginEpoch(stores)
  local length = redis.call('XLEN', KEYS[2])
  local info = redis.call('INFO', 'server', 'replication')
  local here = string.match(info, 'run_id:(%x+)') .. '/' .. string.match(info, 'master_replid:(%x+)')
  local held = redis.call('HMGET', KEYS[1], 'seq', 'epochs')
  if length >= tonumber(held[1] or 0) and (stores == '' or string.find(stores, here, 1, true)) then return end
  local epochs = held[2] and held[2] ~= '' and held[2] .. ',' .. length or length
  redis.call('HSET', KEYS[1], 'epochs', epochs, 'seq', length)
end
`;

/** From now on the log takes no entry of an earlier writer, whose ids are lower. */
const NEW_TERM = `
local term = redis.call('HINCRBY', KEYS[1], 'term', 1)
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('XSETID', KEYS[2], term .. '-0') end
`;

/**
 * KEYS meta, log · ARGV the server that died, the new fence, which Redis that server has given everything to. Returns how often the
 * stream was taken over with this one, or 0 where it is not that server's any more, or has ended: of several that try, one gets it.
 */
export const TAKE_OVER = `${BEGIN_EPOCH}
local held = redis.call('HMGET', KEYS[1], 'owner', 'sealed', 'fence', 'takeovers')
if held[2] then return 0 end
if held[3] == ARGV[2] then return tonumber(held[4]) end
if held[1] ~= ARGV[1] then return 0 end
beginEpoch(ARGV[3])
redis.call('HSET', KEYS[1], 'fence', ARGV[2], 'owner', string.match(ARGV[2], '^[^.]+'))${NEW_TERM}
return redis.call('HINCRBY', KEYS[1], 'takeovers', 1)
`;

/**
 * KEYS meta, log · ARGV the server that writes it, the new fence, which Redis that server has given everything to, how often that may
 * happen to a stream. Returns 1 where the stream is the one's who holds the new fence now, or 0 where it is not that server's any
 * more, has ended, or has been handed on often enough.
 */
export const HAND_OVER = `${BEGIN_EPOCH}
local held = redis.call('HMGET', KEYS[1], 'owner', 'sealed', 'fence', 'moves')
if held[2] then return 0 end
if held[3] == ARGV[2] then return 1 end
if held[1] ~= ARGV[1] or tonumber(held[4] or 0) >= tonumber(ARGV[4]) then return 0 end
beginEpoch(ARGV[3])
redis.call('HSET', KEYS[1], 'fence', ARGV[2], 'owner', string.match(ARGV[2], '^[^.]+'))
redis.call('HINCRBY', KEYS[1], 'moves', 1)${NEW_TERM}
return 1
`;
