import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { createTrieMemory } from '@cadastre/trie'
import { Replayer } from '../src/index.ts'
import { busyLog } from './busy-log.ts'
import { alice, allocate, bob, faultsOf, foundedLog, ORIGIN } from './log-maker.ts'

test('an honest log has no faults, refusals and due ops included', () => {
  assert.deepEqual(faultsOf(busyLog().entries), [])
})

test('a replayed log leaves the state that it records, and tells what was in it', () => {
  const log = busyLog()
  const progress: number[] = []
  const replayer = new Replayer({
    crypto: nodeCrypto,
    origin: ORIGIN,
    memory: createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 }),
    onProgress: (entries) => progress.push(entries),
  })
  for (const [index, bytes] of log.entries.entries()) replayer.step(index, bytes)
  assert.equal(replayer.size, log.size)
  assert.equal(replayer.lastState?.at, log.at)
  assert.equal(replayer.registry?.state, 'open')
  for (const key of ['obj/holder/H-4', 'obj/pool/IP4', 'ip4/198.51.100.0/26', 'ip4/198.51.100.0/24'])
    assert.deepEqual(replayer.state.record(key as never).value, log.record(key), key)
  assert.equal(progress.at(-1), log.size)
  assert.equal(replayer.tally.ops + replayer.tally.states, log.size)
  assert.equal(replayer.tally.accepted + replayer.tally.refused, replayer.tally.ops)
  assert.equal(replayer.faultCount, 0)
})

test('entries come in order: another index is a bug of the caller', () => {
  const log = foundedLog()
  const replayer = new Replayer({ crypto: nodeCrypto, origin: null })
  assert.throws(() => replayer.step(1, log.entries[1] ?? new Uint8Array()), RangeError)
})

test('signatures may be checked elsewhere: the result is believed', () => {
  const log = foundedLog()
  const index = log.size
  allocate(log, 'H-4', alice)
  log.commit()
  const replay = (valid: boolean): readonly string[] => {
    const replayer = new Replayer({ crypto: nodeCrypto, origin: ORIGIN })
    return log.entries.flatMap((bytes, at) =>
      replayer
        .step(at, bytes, { valid: at === index ? valid : true, relyingParty: '' })
        .map(({ code, detail }) => `${at} ${code} ${detail}`),
    )
  }
  assert.deepEqual(replay(true), [])
  const [first] = replay(false)
  assert.match(first ?? '', new RegExp(`^${index} accepted-wrongly .*signature-invalid would be right`))
})

test('a request that Bob signs for Alice is refused, and the refusal is no fault', () => {
  const log = foundedLog()
  const entry = allocate(log, 'H-4', bob)
  assert.deepEqual(entry.outcome, { accepted: false, refusals: ['consent-missing'] })
  log.commit()
  assert.deepEqual(faultsOf(log.entries), [])
})
