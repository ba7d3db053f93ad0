/** What happens at once to a stream in Redis: see `scripts.ts`. */

/**
 * KEYS log, meta, gone · ARGV fence, first seq, is sealed, frees its keys, ttl ms, ttl of the tombstone ms, channel, names as
 * JSON, what a takeover needs as JSON, until when the tombstone tells, then the events. Returns "ok", "fenced", or "lost N" where the store has only N events of those before.
 */
export const APPEND = `
local fence = redis.call('HGET', KEYS[2], 'fence')
local first = tonumber(ARGV[2])
if not fence then
  if first ~= 1 then return 'lost 0' end
  redis.call('HSET', KEYS[2], 'fence', ARGV[1], 'owner', string.match(ARGV[1], '^[^.]+'), 'seq', 0, 'names', ARGV[8], 'resume', ARGV[9])
elseif fence ~= ARGV[1] then
  return 'fenced'
end
local seq = tonumber(redis.call('HGET', KEYS[2], 'seq'))
-- Memory that ran short may have cost the log alone.
if redis.call('XLEN', KEYS[1]) ~= seq then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[2], 'seq', 0)
  seq = 0
end
if first > seq + 1 then return 'lost ' .. seq end
local events = {}
for i = 11, #ARGV do
  local n = first + i - 11
  events[#events + 1] = ARGV[i]
  -- What a repeated call brings once more is there already.
  if n > seq then
    redis.call('XADD', KEYS[1], n .. '-0', 'e', ARGV[i])
    seq = n
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
if #events > 0 then redis.call('PUBLISH', ARGV[7], first .. ' ' .. ARGV[3] .. '\\n' .. table.concat(events, '\\n')) end
return 'ok'
`;

/**
 * KEYS meta · ARGV the server that died, the new fence. Returns how often the stream was taken over with this one, or 0 where it
 * is not that server's any more, or has ended: of several that try, one gets it.
 */
export const TAKE_OVER = `
local held = redis.call('HMGET', KEYS[1], 'owner', 'sealed')
if held[1] ~= ARGV[1] or held[2] then return 0 end
redis.call('HSET', KEYS[1], 'fence', ARGV[2], 'owner', string.match(ARGV[2], '^[^.]+'))
return redis.call('HINCRBY', KEYS[1], 'takeovers', 1)
`;

/**
 * KEYS meta · ARGV the server that writes it, the new fence, how often that may happen to a stream. Returns 1 where the stream is the
 * one's who holds the new fence now, or 0 where it is not that server's any more, has ended, or has been handed on often enough.
 */
export const HAND_OVER = `
local held = redis.call('HMGET', KEYS[1], 'owner', 'sealed', 'fence', 'moves')
if held[2] then return 0 end
if held[3] == ARGV[2] then return 1 end
if held[1] ~= ARGV[1] or tonumber(held[4] or 0) >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'fence', ARGV[2], 'owner', string.match(ARGV[2], '^[^.]+'))
redis.call('HINCRBY', KEYS[1], 'moves', 1)
return 1
`;
