/** What happens at once to an idempotency key in Redis: see `scripts.ts`. */

/** KEYS claim · ARGV fingerprint, token, ttl ms. Returns {"free"}, {"reused"}, {"pending", token} or {"bound", stream, message}. */
export const CLAIM = `
local held = redis.call('HMGET', KEYS[1], 'fingerprint', 'stream', 'message', 'token')
if not held[1] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'token', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return {'free'}
end
if held[1] ~= ARGV[1] then return {'reused', held[2] or ''} end
if held[2] then return {'bound', held[2], held[3] or ''} end
return {'pending', held[4] or ''}
`;

/**
 * KEYS claim · ARGV token, fingerprint, stream, message, ttl ms, channel, what to say there. Binds a key that was claimed under that
 * token, and has been bound to nothing since, or that is nobody's: the store may have lost it.
 */
export const BIND = `
local held = redis.call('HMGET', KEYS[1], 'token', 'fingerprint', 'stream')
if not held[2] or held[1] == ARGV[1] and not held[3] then
  redis.call('HSET', KEYS[1], 'token', ARGV[1], 'fingerprint', ARGV[2], 'stream', ARGV[3], 'message', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
redis.call('PUBLISH', ARGV[6], ARGV[7])
return 'ok'
`;

/** KEYS claim · ARGV token, channel, what to say there. Lets go of a key that was claimed under that token and not bound. */
export const RELEASE = `
local held = redis.call('HMGET', KEYS[1], 'token', 'stream')
if held[1] == ARGV[1] and not held[2] then redis.call('DEL', KEYS[1]) end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 'ok'
`;

/** KEYS claim · ARGV stream. Unbinds a key whose stream is kept no longer. */
export const UNBIND = `
if redis.call('HGET', KEYS[1], 'stream') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 'ok'
`;
