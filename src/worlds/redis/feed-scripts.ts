/**
 * What happens at once to a world's feed in Redis: see `src/log/redis/scripts.ts`. Meta is a hash: id, seq (of the last event), created, wanted (until
 * when somebody may want to read, wall ms), bytes and oldest of what is kept, missed (something was left out since anybody wanted
 * it), sealed, `w:SERVER` (the last batch of that server), `gone:ID` (an id that it had; "over": the world of that
 * feed was deleted). Told and before are hashes: the last place of each turn that is in it, the newest thousand and those before them. Feed is a stream: an entry is a batch, its id the number of the batch's last event,
 * its fields f (number of its first), t (when it came, wall ms), b (bytes), e (the events as JSON without numbers, one a line).
 */

/** What a frame is longer than the event that is kept of it. */
const FRAME_BYTES = 90;

/** Of so many turns at least it is known how far they have been told. */
const MOST_TOLD = 1000;

/**
 * KEYS meta, feed, told, before · ARGV now, server, number of the batch, whether something before it was lost, whether it ends the feed, the id that
 * the server knows, most bytes, most age, how long it is kept untouched, bell, count of events, events, id and number that the server has seen ('' and 0: none), then turns with the first and the last place
 * of each in these. Returns {"ok", id, seq}; {"told", turn, place …} where it has some of that, whoever wrote it; {"behind"} where the store has lost
 * what the server has seen; or {"unwanted"}, {"unknown"} or {"sealed"}, also of a world that was deleted. Then nothing is written. What a repeated call brings once more is there already.
 */
export const APPEND_TO_FEED = `
local held = redis.call('HMGET', KEYS[1], 'id', 'seq', 'wanted', 'sealed', 'bytes', 'oldest', 'w:' .. ARGV[2])
local id, seq, now = held[1], tonumber(held[2]), tonumber(ARGV[1])
if not id then
  -- Whoever follows it can put it back.
  if ARGV[6] ~= '' then redis.call('PUBLISH', ARGV[10], 'lost') end
  return {'unknown'}
end
if held[4] then return {'sealed'} end
local isOther = ARGV[6] ~= '' and ARGV[6] ~= id
if isOther and (ARGV[5] == '1' or redis.call('HGET', KEYS[1], 'gone:' .. ARGV[6]) == 'over') then return {'sealed'} end
if held[7] and tonumber(held[7]) >= tonumber(ARGV[3]) then return {'ok', id, seq} end
if ARGV[13] == id and seq < tonumber(ARGV[14]) then
  redis.call('PUBLISH', ARGV[10], 'lost')
  return {'behind'}
end
local told = {'told'}
for i = 15, #ARGV, 3 do
  local place = redis.call('HGET', KEYS[3], ARGV[i]) or redis.call('HGET', KEYS[4], ARGV[i])
  if place and tonumber(place) >= tonumber(ARGV[i + 1]) then
    told[#told + 1] = ARGV[i]
    told[#told + 1] = place
  end
end
if #told > 1 then return told end
if ARGV[5] == '1' then redis.call('HSET', KEYS[1], 'sealed', 1) end
if now >= tonumber(held[3]) then
  redis.call('HSET', KEYS[1], 'missed', 1)
  return {'unwanted'}
end
local bytes, oldest = tonumber(held[5]), tonumber(held[6])
if ARGV[4] == '1' then
  -- A number that no event has: whoever stands before it is told that what followed is gone.
  redis.call('DEL', KEYS[2])
  seq, bytes = seq + 1, 0
end
local first, size = seq + 1, #ARGV[12] + ${FRAME_BYTES} * ARGV[11]
seq = seq + ARGV[11]
redis.call('XADD', KEYS[2], seq .. '-0', 'f', first, 't', now, 'b', size, 'e', ARGV[12])
if bytes == 0 then oldest = now end
bytes = bytes + size
while bytes > tonumber(ARGV[7]) or now - oldest >= tonumber(ARGV[8]) do
  local entry = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  local at, length = tonumber(entry[2][4]), tonumber(entry[2][6])
  oldest = at
  if entry[1] == seq .. '-0' then
    bytes = size
    break
  end
  if bytes <= tonumber(ARGV[7]) and now - at < tonumber(ARGV[8]) then break end
  redis.call('XDEL', KEYS[2], entry[1])
  bytes = bytes - length
end
redis.call('HSET', KEYS[1], 'seq', seq, 'bytes', bytes, 'oldest', oldest, 'w:' .. ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[9])
if redis.call('HLEN', KEYS[3]) >= ${MOST_TOLD} then redis.call('RENAME', KEYS[3], KEYS[4]) end
for i = 15, #ARGV, 3 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 2]) end
redis.call('PEXPIRE', KEYS[3], ARGV[9])
redis.call('PUBLISH', ARGV[10], table.concat({id, first, ARGV[5], ARGV[2], ARGV[3]}, ' ') .. '\\n' .. ARGV[12])
return {'ok', id, seq}
`;

/**
 * KEYS meta, feed · ARGV now, until when it is wanted, the id that the server knows ('': it opens the feed), the number it stands at,
 * an id and a time for one that has to be made, how long it is kept untouched, channel on which it is told to be wanted, and
 * what is said there. Returns {"ok", all of meta, entries from that number on}, {"lost"} or {"other"}.
 */
export const WANT_FEED = `
local held = redis.call('HMGET', KEYS[1], 'id', 'wanted', 'sealed', 'missed')
local id, wanted, now = held[1], tonumber(held[2] or 0), tonumber(ARGV[1])
if ARGV[3] ~= '' then
  if not id then return {'lost'} end
  if id ~= ARGV[3] then return {'other'} end
elseif not id or held[3] then
  if id then redis.call('HSET', KEYS[1], 'gone:' .. id, 'over') end
  redis.call('DEL', KEYS[2])
  redis.call('HDEL', KEYS[1], 'sealed', 'missed')
  redis.call('HSET', KEYS[1], 'id', ARGV[5], 'seq', 1, 'created', ARGV[6], 'bytes', 0, 'oldest', 0)
  held = {}
  wanted = 0
end
if held[4] then
  redis.call('HDEL', KEYS[1], 'missed')
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'bytes', 0)
  redis.call('HINCRBY', KEYS[1], 'seq', 1)
end
redis.call('HSET', KEYS[1], 'wanted', math.max(wanted, tonumber(ARGV[2])))
redis.call('PEXPIRE', KEYS[1], ARGV[7])
if ARGV[3] == '' or now >= wanted then redis.call('PUBLISH', ARGV[8], ARGV[9]) end
return {'ok', redis.call('HGETALL', KEYS[1]), redis.call('XRANGE', KEYS[2], ARGV[4] .. '-0', '+')}
`;

/**
 * KEYS meta, feed · ARGV now, until when it is wanted, id, number of its last event, time at which it was made, the number that the store stands at
 * (0: it has lost the feed), number of the first event that comes along, how long it is kept untouched, channel on which it is told to be wanted, what is said there,
 * count of events, events, then servers and the numbers of their last batches. Returns "ok", "other", or "again" where the store stands elsewhere.
 */
export const RESTORE_FEED = `
local held = redis.call('HMGET', KEYS[1], 'id', 'seq', 'wanted', 'bytes')
if held[1] and held[1] ~= ARGV[3] then return 'other' end
if tonumber(held[2] or 0) ~= tonumber(ARGV[6]) then return 'again' end
local seq, first, bytes = tonumber(ARGV[4]), tonumber(ARGV[7]), tonumber(held[4] or 0)
if first > tonumber(ARGV[6]) + 1 then
  redis.call('DEL', KEYS[2])
  bytes = 0
end
if first <= seq then
  local size = #ARGV[12] + ${FRAME_BYTES} * ARGV[11]
  redis.call('XADD', KEYS[2], seq .. '-0', 'f', first, 't', ARGV[1], 'b', size, 'e', ARGV[12])
  redis.call('PEXPIRE', KEYS[2], ARGV[8])
  bytes = bytes + size
end
redis.call('HSET', KEYS[1], 'id', ARGV[3], 'seq', seq, 'created', ARGV[5], 'bytes', bytes, 'oldest', ARGV[1])
redis.call('HSET', KEYS[1], 'wanted', math.max(tonumber(held[3] or 0), tonumber(ARGV[2])))
for i = 13, #ARGV, 2 do redis.call('HSET', KEYS[1], 'w:' .. ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[8])
redis.call('PUBLISH', ARGV[9], ARGV[10])
return 'ok'
`;

/** KEYS meta, feed · ARGV id, the id that takes its place, a time, bell. Begins the feed anew: what readers have of it is not what the store has. */
export const REPLACE_FEED = `
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return 'ok' end
redis.call('DEL', KEYS[2])
redis.call('HDEL', KEYS[1], 'missed', 'sealed')
redis.call('HSET', KEYS[1], 'gone:' .. ARGV[1], 1, 'id', ARGV[2], 'seq', 1, 'created', ARGV[3], 'bytes', 0, 'oldest', 0)
redis.call('PUBLISH', ARGV[4], 'replaced')
return 'ok'
`;
