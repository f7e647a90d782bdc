#!lua name=coupon_gate

-- The gate of a coupon event: it alone decides who gets a coupon. Each function is one atomic step.
--
-- All keys of an event carry its id as their hash tag, so that a cluster keeps them on one node:
--   gate      hash    generation, server, shut (1 until it is opened), opens, closes, closed (when by hand, or 0),
--                     quantity (0: no limit), slot (the highest given so far), rank (the last), asked (how often),
--                     revision (of the last change of its times that it knows);
--                     while it is rebuilt also builder (the server on which that began), and no server
--   accepted  hash    user id -> "slot:rank:generation:at": everybody who was ever accepted
--   free      list    slots below the highest that nobody has, lowest first: only a rebuilt gate knows any
--   entries   stream  what was accepted and is not recorded yet, each under the id <generation>-<rank>
-- Instants are microseconds since 1970 by this server's clock, as exact as PostgreSQL keeps them.

local FIELDS = {'generation', 'shut', 'opens', 'closes', 'closed', 'quantity', 'slot', 'rank', 'asked', 'revision'}
local READERS = 'relay'

-- Asked once: INFO costs more than all the rest of a decision, and a server keeps its identity until it dies.
local server_id
local function this_server()
  server_id = server_id or redis.call('INFO', 'server'):match('run_id:(%x+)')
  return server_id
end

local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- By itself, Lua writes an instant as 1.7e+15.
local function digits(number)
  return string.format('%d', number)
end

-- The gate, or nil where there is none to believe. After a restart or a fail-over, memory may be older than what was
-- answered: a gate counts only on the very server it was written on.
local function find(key)
  local values = redis.call('HMGET', key, 'server', unpack(FIELDS))
  if values[1] ~= this_server() then
    return nil
  end
  local gate = {}
  for at, field in ipairs(FIELDS) do
    gate[field] = tonumber(values[at + 1])
  end
  return gate
end

-- slot, rank, generation, instant
local function find_acceptance(accepted, user)
  local written = redis.call('HGET', accepted, user)
  if not written then
    return nil
  end
  local slot, rank, generation, at = written:match('(%d+):(%d+):(%d+):(%d+)')
  return {tonumber(slot), tonumber(rank), tonumber(generation), tonumber(at)}
end

-- An id made of what the acceptance says of itself lets whoever knows the one find the other.
local function entry_of(generation, rank)
  return generation .. '-' .. rank
end

local function is_sold_out(gate, free)
  return gate.quantity > 0 and gate.slot >= gate.quantity and redis.call('EXISTS', free) == 0
end

-- Why nobody is accepted at that instant, in the order in which an event's status is decided, or nil.
local function refusal(gate, free, at)
  if gate.closed > 0 then
    return 'CLOSED'
  elseif at < gate.opens then
    return 'NOT_OPEN_YET'
  elseif is_sold_out(gate, free) then
    return 'SOLD_OUT'
  elseif at >= gate.closes then
    return 'ENDED'
  end
  return nil
end

-- Free slots go first, so that the very last slot is also the last to be given: seeing it recorded is enough to know
-- that all are gone.
local function next_slot(gate, free)
  return tonumber(redis.call('LINDEX', free, 0) or gate.slot + 1)
end

-- A function that fails half-way is not undone. What can refuse to be written comes first.
local function accept(keys, gate, user, at)
  local key, accepted, free, entries = unpack(keys)
  local slot, rank = next_slot(gate, free), gate.rank + 1
  redis.call('XADD', entries, entry_of(gate.generation, rank), 'user', user, 'slot', slot, 'at', digits(at))
  redis.call('HSET', accepted, user, string.format('%d:%d:%d:%d', slot, rank, gate.generation, at))
  redis.call('HSET', key, 'slot', math.max(slot, gate.slot), 'rank', rank)
  redis.call('LPOP', free)
  gate.slot = math.max(slot, gate.slot)
  return {'ACCEPTED', slot, rank, gate.generation, at, 1, is_sold_out(gate, free) and 1 or 0}
end

-- take(gate, accepted, free, entries; user)
--   -> ACCEPTED, slot, rank, generation, at, pending [, last] | CLOSED ... ENDED, at, generation | UNAVAILABLE
local function take(keys, args)
  local key, accepted, free, entries = unpack(keys)
  local user = args[1]
  local gate = find(key)
  if not gate or gate.shut == 1 then
    return {'UNAVAILABLE'}
  end
  redis.call('HINCRBY', key, 'asked', 1)
  local before = find_acceptance(accepted, user)
  if before then
    -- It leaves the stream only once it is recorded.
    local entry = entry_of(before[3], before[2])
    return {'ACCEPTED', before[1], before[2], before[3], before[4], #redis.call('XRANGE', entries, entry, entry)}
  end
  local at = now()
  local reason = refusal(gate, free, at)
  if reason then
    return {reason, at, gate.generation}
  end
  return accept(keys, gate, user, at)
end

-- look(gate, accepted; user or '')
--   -> generation, accepted, quantity, closed, asked, now [, slot, rank, generation, at of the user] | nothing
local function look(keys, args)
  local key, accepted = unpack(keys)
  local gate = find(key)
  if not gate then
    return {}
  end
  return {
    gate.generation, redis.call('HLEN', accepted), gate.quantity, gate.closed, gate.asked, now(),
    unpack(find_acceptance(accepted, args[1]) or {}),
  }
end

-- waiting(entries; start, count) -> the entries from there on that are not recorded, also where the gate is lost
local function waiting(keys, args)
  return redis.call('XRANGE', keys[1], args[1], '+', 'COUNT', args[2])
end

-- write(gate, accepted, free, entries; generation, opens, closes, quantity, revision) -> 1 | 0
-- Written shut: nobody is accepted before PostgreSQL knows that this generation was written, so that one which is
-- gone after that was lost, and is never taken for one yet to be written. A writer who comes late finds a later
-- generation, or its own, and leaves it alone.
local function write(keys, args)
  local key, accepted, free, entries = unpack(keys)
  local generation, opens, closes, quantity, revision = unpack(args)
  if tonumber(redis.call('HGET', key, 'generation') or 0) >= tonumber(generation) then
    return 0
  end
  redis.call('DEL', key, accepted, free)
  redis.call('HSET', key, 'server', this_server(), 'generation', generation, 'shut', 1,
    'opens', opens, 'closes', closes, 'closed', 0, 'quantity', quantity, 'slot', 0, 'rank', 0,
    'asked', 0, 'revision', revision)
  if redis.call('EXISTS', entries) == 0 then
    redis.call('XGROUP', 'CREATE', entries, READERS, 0, 'MKSTREAM')
  end
  return 1
end

-- open(gate; generation) -> 1 | 0 where that generation is not there
local function open(keys, args)
  local gate = find(keys[1])
  if not gate or gate.generation ~= tonumber(args[1]) then
    return 0
  end
  redis.call('HSET', keys[1], 'shut', 0)
  return 1
end

-- begin(gate; generation) -> generation, closed: of that generation a gate can be rebuilt now, and the one before was
-- closed then, or 0 | a later generation: somebody else has begun it
-- From here on nobody is accepted, whatever was there; what was, stays to be read.
local function begin(keys, args)
  local before = tonumber(redis.call('HGET', keys[1], 'generation') or 0)
  if before >= tonumber(args[1]) then
    return {before}
  end
  redis.call('HSET', keys[1], 'generation', args[1], 'shut', 1, 'server', '', 'builder', this_server())
  return {tonumber(args[1]), tonumber(redis.call('HGET', keys[1], 'closed') or 0)}
end

-- install(gate, accepted, free, entries, and the drafts of the last three;
--         generation, opens, closes, closed, quantity, revision, slot, rank, and how many are in the first two drafts)
--   -> 1 | 0 where this server was not the one all along: something of the drafts may be missing
-- The rebuilt gate takes the old one's place, shut, as a gate that is written for the first time. How often it was asked
-- is known as far as Redis still has it; whoever was accepted has asked at least once.
local function install(keys, args)
  local key, accepted, free, entries, new_accepted, new_free, new_entries = unpack(keys)
  local generation, opens, closes, closed, quantity, revision, slot, rank, accepted_count, free_count = unpack(args)
  local begun = redis.call('HMGET', key, 'generation', 'builder', 'asked')
  if begun[1] ~= generation or begun[2] ~= this_server()
    or redis.call('HLEN', new_accepted) ~= tonumber(accepted_count)
    or redis.call('LLEN', new_free) ~= tonumber(free_count) then
    return 0
  end
  -- Memory of a million is given back beside the work, not in the middle of it.
  redis.call('UNLINK', accepted, free, entries)
  redis.call('XGROUP', 'CREATE', new_entries, READERS, 0, 'MKSTREAM')
  for new, old in pairs({[new_accepted] = accepted, [new_free] = free, [new_entries] = entries}) do
    if redis.call('EXISTS', new) == 1 then
      redis.call('RENAME', new, old)
      redis.call('PERSIST', old)
    end
  end
  redis.call('HDEL', key, 'builder')
  redis.call('HSET', key, 'server', this_server(), 'shut', 1, 'opens', opens, 'closes', closes, 'closed', closed,
    'quantity', quantity, 'slot', slot, 'rank', rank, 'revision', revision,
    'asked', math.max(tonumber(begun[3] or 0), tonumber(accepted_count)))
  return 1
end

-- adopt(gate, accepted, free; user, rank, generation, at)
--   -> ACCEPTED, slot, rank, generation, at: as the gate knows it, or now does | SOLD_OUT | UNAVAILABLE
-- Somebody whom a gate before this one accepted, and who was not found when this one was rebuilt.
local function adopt(keys, args)
  local key, accepted, free = unpack(keys)
  local user, rank, generation, at = unpack(args)
  local gate = find(key)
  if not gate then
    return {'UNAVAILABLE'}
  end
  local before = find_acceptance(accepted, user)
  if before then
    return {'ACCEPTED', unpack(before)}
  elseif is_sold_out(gate, free) then
    return {'SOLD_OUT'}
  end
  local slot = next_slot(gate, free)
  redis.call('HSET', accepted, user, table.concat({digits(slot), rank, generation, at}, ':'))
  redis.call('HSET', key, 'slot', math.max(slot, gate.slot), 'rank', math.max(tonumber(rank), gate.rank))
  redis.call('LPOP', free)
  return {'ACCEPTED', slot, tonumber(rank), tonumber(generation), tonumber(at)}
end

-- learn(gate, accepted, free; user, slot, rank, generation, at)
--   -> 1: added | 0: known, or the gate is not there | -1: the slot is not free, or out of turn
-- Somebody who is recorded, with the slot that is theirs.
local function learn(keys, args)
  local key, accepted, free = unpack(keys)
  local user, slot = args[1], tonumber(args[2])
  local gate = find(key)
  if not gate or redis.call('HEXISTS', accepted, user) == 1 then
    return 0
  elseif slot > gate.slot + 1 or (slot <= gate.slot and redis.call('LREM', free, 1, slot) == 0) then
    return -1
  end
  redis.call('HSET', accepted, user, table.concat(args, ':', 2))
  redis.call('HSET', key, 'slot', math.max(slot, gate.slot), 'rank', math.max(tonumber(args[3]), gate.rank))
  return 1
end

-- books(gate, accepted, entries) -> generation, accepted, waiting to be recorded, rank, open or not | nothing
local function books(keys, args)
  local gate = find(keys[1])
  if not gate then
    return {}
  end
  return {gate.generation, redis.call('HLEN', keys[2]), redis.call('XLEN', keys[3]), gate.rank, 1 - gate.shut}
end

-- distrust(gate; generation) -> 1 | 0 where that generation is not there
-- It is older than it was, and would give away again what is given: as good as lost.
local function distrust(keys, args)
  local gate = find(keys[1])
  if not gate or gate.generation ~= tonumber(args[1]) then
    return 0
  end
  redis.call('HSET', keys[1], 'server', '')
  return 1
end

-- close(gate, free)
--   -> CLOSED, since, generation | SOLD_OUT or ENDED, now, generation: there was nothing left to close | UNAVAILABLE
local function close(keys, args)
  local key, free = unpack(keys)
  local gate = find(key)
  if not gate or gate.shut == 1 then
    return {'UNAVAILABLE'}
  end
  local at = now()
  local over = refusal(gate, free, at)
  if over == 'CLOSED' then
    return {over, gate.closed, gate.generation}
  elseif over == 'SOLD_OUT' or over == 'ENDED' then
    return {over, at, gate.generation}
  end
  redis.call('HSET', key, 'closed', digits(at))
  return {'CLOSED', at, gate.generation}
end

-- change(gate; revision, opens, closes) -> APPLIED, generation | STARTED | UNAVAILABLE
-- Applied once: asked again it is answered again, also after the event has opened, and after a later one it does nothing.
local function change(keys, args)
  local revision, opens, closes = unpack(args)
  local gate = find(keys[1])
  if not gate or gate.shut == 1 then
    return {'UNAVAILABLE'}
  end
  if gate.revision < tonumber(revision) then
    if gate.closed > 0 or now() >= gate.opens then
      return {'STARTED'}
    end
    redis.call('HSET', keys[1], 'opens', opens, 'closes', closes, 'revision', revision)
  end
  return {'APPLIED', gate.generation}
end

-- retire(gate; revision) -> APPLIED, generation | STARTED | UNAVAILABLE
-- Closed for good before it opened. Like a change, it is applied once.
local function retire(keys, args)
  local gate = find(keys[1])
  if not gate or gate.shut == 1 then
    return {'UNAVAILABLE'}
  end
  if gate.revision < tonumber(args[1]) then
    local since = gate.closed > 0 and gate.closed or now()
    if since >= gate.opens then
      return {'STARTED'}
    end
    redis.call('HSET', keys[1], 'closed', digits(since), 'revision', args[1])
  end
  return {'APPLIED', gate.generation}
end

redis.register_function('coupon_gate_take', take)
redis.register_function{function_name = 'coupon_gate_look', callback = look, flags = {'no-writes'}}
redis.register_function{function_name = 'coupon_gate_waiting', callback = waiting, flags = {'no-writes'}}
redis.register_function('coupon_gate_write', write)
redis.register_function('coupon_gate_open', open)
redis.register_function('coupon_gate_close', close)
redis.register_function('coupon_gate_change', change)
redis.register_function('coupon_gate_retire', retire)
redis.register_function('coupon_gate_begin', begin)
redis.register_function('coupon_gate_install', install)
redis.register_function('coupon_gate_adopt', adopt)
redis.register_function('coupon_gate_learn', learn)
redis.register_function('coupon_gate_distrust', distrust)
redis.register_function{function_name = 'coupon_gate_books', callback = books, flags = {'no-writes'}}
