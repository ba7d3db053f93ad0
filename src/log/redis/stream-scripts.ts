/** What happens at once to a stream in Redis: see `scripts.ts`. */

/**
 * KEYS log, meta, gone · ARGV fence, first seq, is sealed, frees its keys, ttl ms, ttl of the tombstone ms, channel, names as
 * JSON, what a takeover needs as JSON, until when the tombstone tells, epochs, then the events. Returns "ok", "fenced", or "lost N" where
 * the store has only N events of those before. Without a fence, somebody who has read the stream gives back what the store has lost
 * of it: "fenced" where that is another stream by now, "gone" where there is none.
 */
export const APPEND = `
local held = redis.call('HMGET', KEYS[2], 'fence', 'seq', 'sealed', 'epochs')
local first = tonumber(ARGV[2])
local epochs = ARGV[11]
local seq = tonumber(held[2] or 0)
if ARGV[1] == '' then
  if not held[1] then return 'gone' end
  if held[4] ~= epochs then
    -- The store may have lost that the stream is in a later epoch, and then what it has may be of none.
    if held[4] ~= '' and string.sub(epochs, 1, #held[4] + 1) ~= held[4] .. ',' or epochs == '' then return 'fenced' end
    if first ~= 1 then return 'lost 0' end
    redis.call('HSET', KEYS[2], 'epochs', epochs)
    redis.call('DEL', KEYS[1])
    seq = 0
  end
elseif not held[1] then
  if first ~= 1 then return 'lost 0' end
  redis.call('HSET', KEYS[2], 'fence', ARGV[1], 'owner', string.match(ARGV[1], '^[^.]+'), 'names', ARGV[8], 'resume', ARGV[9], 'epochs', epochs)
elseif held[1] ~= ARGV[1] then
  return 'fenced'
end
-- Memory that ran short may have cost the log alone.
if redis.call('XLEN', KEYS[1]) ~= seq then
  redis.call('DEL', KEYS[1])
  seq = 0
end
if first > seq + 1 then
  redis.call('HSET', KEYS[2], 'seq', seq)
  return 'lost ' .. seq
end
if held[3] and first + #ARGV - 12 > seq then return 'fenced' end
local events = {}
for i = 12, #ARGV do
  local n = first + i - 12
  events[#events + 1] = ARGV[i]
  if n > seq then
    redis.call('XADD', KEYS[1], n .. '-0', 'e', ARGV[i])
    seq = n
  -- What a repeated call brings once more is there already, unless another has written in its place.
  elseif redis.call('XRANGE', KEYS[1], n .. '-0', n .. '-0')[1][2][2] ~= ARGV[i] then
    return 'fenced'
  end
end
redis.call('HSET', KEYS[2], 'seq', seq)
if ARGV[3] == '1' then
  redis.call('HSET', KEYS[2], 'sealed', 1)
  redis.call('HDEL', KEYS[2], 'resume')
end
if ARGV[4] == '1' then redis.call('HSET', KEYS[2], 'freed', 1) end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('SET', KEYS[3], ARGV[10], 'PX', ARGV[6])
if #events > 0 then redis.call('PUBLISH', ARGV[7], first .. ' ' .. ARGV[3] .. ' ' .. epochs .. '\\n' .. table.concat(events, '\\n')) end
return 'ok'
`;

/**
 * Where the stream's last writer has not given everything to the Redis that runs this (`stores`; '': it does not matter), or where
 * the log is shorter than it was, delivered events may be lost: what there is begins another epoch. Calls INFO, for it is to be known
 * in the same moment in which the stream changes hands.
 */
const BEGIN_EPOCH = `
local function beginEpoch(stores)
  local length = redis.call('XLEN', KEYS[2])
  local info = redis.call('INFO', 'server', 'replication')
  local here = string.match(info, 'run_id:(%x+)') .. '/' .. string.match(info, 'master_replid:(%x+)')
  local held = redis.call('HMGET', KEYS[1], 'seq', 'epochs')
  if length == tonumber(held[1]) and (stores == '' or string.find(stores, here, 1, true)) then return end
  local epochs = held[2] and held[2] ~= '' and held[2] .. ',' .. length or length
  redis.call('HSET', KEYS[1], 'epochs', epochs, 'seq', length)
end
`;

/**
 * KEYS meta, log · ARGV the server that died, the new fence, which Redis that server has given everything to. Returns how often the
 * stream was taken over with this one, or 0 where it is not that server's any more, or has ended: of several that try, one gets it.
 */
export const TAKE_OVER = `${BEGIN_EPOCH}
local held = redis.call('HMGET', KEYS[1], 'owner', 'sealed')
if held[1] ~= ARGV[1] or held[2] then return 0 end
beginEpoch(ARGV[3])
redis.call('HSET', KEYS[1], 'fence', ARGV[2], 'owner', string.match(ARGV[2], '^[^.]+'))
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
redis.call('HINCRBY', KEYS[1], 'moves', 1)
return 1
`;
