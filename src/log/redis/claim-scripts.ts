/** What happens at once to an idempotency key in Redis: see `scripts.ts`. */

/** KEYS claim · ARGV fingerprint, token, ttl ms. Returns {"free"}, {"reused"}, {"pending"} or {"bound", stream, message}. */
export const CLAIM = `
local held = redis.call('HMGET', KEYS[1], 'fingerprint', 'stream', 'message')
if not held[1] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'token', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return {'free'}
end
if held[1] ~= ARGV[1] then return {'reused', held[2] or ''} end
if held[2] then return {'bound', held[2], held[3] or ''} end
return {'pending'}
`;

/** KEYS claim · ARGV token, stream ('' lets it go), message, ttl ms, channel, what to say there. */
export const SETTLE = `
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] and not redis.call('HGET', KEYS[1], 'stream') then
  if ARGV[2] == '' then
    redis.call('DEL', KEYS[1])
  else
    redis.call('HSET', KEYS[1], 'stream', ARGV[2], 'message', ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
  end
end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 'ok'
`;

/** KEYS claim · ARGV stream. Unbinds a key whose stream is kept no longer. */
export const UNBIND = `
if redis.call('HGET', KEYS[1], 'stream') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 'ok'
`;

/** KEYS claim · ARGV fingerprint, stream, message, ttl ms. Binds a key that is nobody's. */
export const PUT_BACK = `
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'stream', ARGV[2], 'message', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 'ok'
`;
