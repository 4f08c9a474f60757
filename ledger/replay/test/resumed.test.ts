import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { addSeconds, type Instant, type RecordKey } from '@cadastre/records'
import { createTrieMemory } from '@cadastre/trie'
import { AcceptedRequests } from '../src/accepted.ts'
import { DueQueue } from '../src/due-queue.ts'
import { parseEntry, Replayer, type ReplayOptions, SavedStateError } from '../src/index.ts'
import { busyLog, WEEK_SECONDS } from './busy-log.ts'
import { alice, allocate, bob, codesOf, foundedLog, instant, ORIGIN } from './log-maker.ts'

const options = (): ReplayOptions => ({
  crypto: nodeCrypto,
  origin: ORIGIN,
  memory: createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 }),
  audit: true,
})

/** What the effects of the first entries leave, by key. */
function recordsOf(entries: readonly Uint8Array[]): ReadonlyMap<RecordKey, string> {
  const records = new Map<RecordKey, string>()
  for (const bytes of entries) {
    const parsed = parseEntry(bytes)
    if (parsed?.kind !== 'op' || !parsed.entry.outcome.accepted) continue
    for (const { key, next } of parsed.entry.outcome.effects)
      if (next === null) records.delete(key as RecordKey)
      else records.set(key as RecordKey, JSON.stringify(next))
  }
  return records
}

/** Faults of a log whose replay is interrupted after each state entry, and goes on from what was saved as JSON. */
async function interrupted(entries: readonly Uint8Array[]): Promise<readonly string[]> {
  let replayer = new Replayer(options())
  const found: string[] = []
  for (const [index, bytes] of entries.entries()) {
    found.push(...replayer.step(index, bytes).map((fault) => `${fault.index} ${fault.code}`))
    if (parseEntry(bytes)?.kind !== 'state') continue
    const saved = JSON.parse(JSON.stringify(replayer.saved()))
    replayer = await Replayer.resumed(options(), saved, ({ state }) => {
      for (const [key, text] of recordsOf(entries.slice(0, index + 1))) state.put(key, text)
    })
  }
  return [...found, ...replayer.finish().map((fault) => `${fault.index} ${fault.code}`)]
}

test('an honest log is clean however often its replay is interrupted', async () => {
  assert.deepEqual(await interrupted(busyLog().entries), [])
})

test('what was known before an interruption still convicts after it', async () => {
  const undone = foundedLog()
  undone.seq += 2
  const request = undone.request('allocate/1', { holder: 'H-4', pool: 'IP4', length: 26, block: null })
  undone.act(request, [alice])
  undone.commit()
  undone.act(request, [alice])
  undone.commit()
  undone.advance(WEEK_SECONDS)
  allocate(undone, 'H-5', bob)
  undone.commit()
  const expected = codesOf(undone.entries)
  assert.ok(
    expected.some((code) => code.endsWith('receipt-ignored')),
    expected.join(),
  )
  assert.ok(
    expected.some((code) => code.endsWith('request-repeated')),
    expected.join(),
  )
  assert.deepEqual(await interrupted(undone.entries), expected)
})

test('other records than those of the log are refused, whoever saved them', async () => {
  const { entries } = busyLog()
  const replayer = new Replayer(options())
  for (const [index, bytes] of entries.entries()) replayer.step(index, bytes)
  const saved = replayer.saved()
  const [first, ...others] = recordsOf(entries)
  assert.ok(first)
  await assert.rejects(
    Replayer.resumed(options(), saved, ({ state }) => {
      for (const [key, text] of others) state.put(key, text)
    }),
    SavedStateError,
  )
  assert.throws(() => new Replayer(options()).saved(), RangeError)
})

test('accepted requests are forgotten a day after they expire, and no earlier', () => {
  const accepted = new AcceptedRequests()
  const start = instant('2030-01-01T00:00:00Z')
  const hash = (n: number): Uint8Array => nodeCrypto.sha256(Uint8Array.of(n >> 8, n))
  for (let n = 0; n < 1000; n++) {
    const at = addSeconds(start, n * 600)
    accepted.add(hash(n), addSeconds(at, 3600))
    accepted.forget(at)
    assert.ok(accepted.has(hash(n), addSeconds(at, 3600)))
    assert.ok(accepted.size <= 7 * 27, `${accepted.size} kept`)
  }
  const restored = AcceptedRequests.restored(accepted.saved())
  assert.equal(restored.size, accepted.size)
  assert.ok(restored.has(hash(999), addSeconds(start, 999 * 600 + 3600)))
  assert.ok(!restored.has(hash(0), addSeconds(start, 3600)))
})

test('an accepted request that comes again after it expired is refused as expired', () => {
  const log = foundedLog()
  const request = log.request('allocate/1', { holder: 'H-4', pool: 'IP4', length: 26, block: null })
  log.act(request, [alice])
  log.commit()
  log.at = addSeconds(request.expires, 1)
  log.act(request, [alice])
  log.commit()
  assert.deepEqual(codesOf(log.entries), [])
})

test('what is due is kept once for each record, however often it is put off', () => {
  const queue = new DueQueue()
  const key = 'obj/pool/IP4' as RecordKey
  let at: Instant = instant('2030-01-01T00:00:00Z')
  for (let n = 0; n < 10_000; n++) {
    at = addSeconds(at, 1)
    queue.set(key, { at, procedure: 'allocate/1', key })
  }
  assert.deepEqual(queue.takeBefore(at), [])
  assert.equal(queue.takeBefore(addSeconds(at, 1)).length, 1)
  assert.deepEqual(queue.takeBefore(addSeconds(at, 2)), [], 'each once')
})
