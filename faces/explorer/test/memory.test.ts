import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contradiction, forget, type Keeper, recall, remember, type Seen } from '../browser/memory.ts'
import { readTrust } from '../browser/trust.ts'

const seen: Seen = { vkey: 'log+key', size: 10, root: 'AAAA' }

function keeper(): Keeper {
  const kept = new Map<string, string>()
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  }
}

test('the largest log seen is remembered, and can be forgotten', () => {
  const keep = keeper()
  assert.equal(recall(keep), null)
  remember(keep, null, seen)
  remember(keep, recall(keep), { ...seen, size: 9 })
  assert.deepEqual(recall(keep), seen)
  remember(keep, recall(keep), { ...seen, size: 11 })
  assert.equal(recall(keep)?.size, 11)
  forget(keep)
  assert.equal(recall(keep), null)
})

test('what others wrote under the same name is no memory', () => {
  for (const text of ['{', '{"size":"10"}', '{}']) {
    const keep = keeper()
    keep.setItem('cadastre.log', text)
    assert.equal(recall(keep), null)
  }
})

test('a log that shrank, has another history at the same size, or another key contradicts what was seen', () => {
  assert.equal(contradiction(null, seen), null)
  assert.equal(contradiction(seen, seen), null)
  assert.equal(contradiction(seen, { ...seen, size: 11, root: 'BBBB' }), null)
  assert.match(contradiction(seen, { ...seen, size: 9 }) ?? '', /shrunk/)
  assert.match(contradiction(seen, { ...seen, root: 'BBBB' }) ?? '', /one history/)
  assert.match(contradiction(seen, { ...seen, vkey: 'other' }) ?? '', /key is not the one/)
})

test('a description without a usable key or policy is nobody to trust', () => {
  const vkey = 'x'
  for (const text of [
    'no JSON',
    '[]',
    '{"log":{}}',
    JSON.stringify({ log: { vkey }, witnessPolicy: 'quorum none' }),
    JSON.stringify({ log: { vkey }, witnessPolicy: 'log nonsense\nquorum none\n' }),
  ])
    assert.equal(typeof readTrust(text), 'string', text)
})
