import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { asRecordKey, type RecordKey } from '@cadastre/records'
import { MemoryState, naiveRoot } from '@cadastre/simulator'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

function key(text: string): RecordKey {
  const parsed = asRecordKey(text)
  if (parsed === null) throw new TypeError(text)
  return parsed
}

test('chain: outermost first, the cell itself included; subtree: the key itself and all inside it', () => {
  const state = new MemoryState(sha256)
  for (const name of [
    '203.0.113.0/25',
    '203.0.113.0/24',
    '203.0.0.0/16',
    '203.0.113.128/25',
    '198.51.100.0/24',
  ])
    state.set(key(`ip4/${name}`), { name })
  const chain = state.chain(key('ip4/203.0.113.0/25')).cells.map(({ block }) => block.length)
  assert.deepEqual(chain, [16, 24, 25])
  const subtree = state.subtree(key('ip4/203.0.113.0/24'))
  assert.deepEqual(
    subtree.cells.map(({ block }) => block.length),
    [24, 25, 25],
  )
  assert.equal(state.subtree(key('ip4/192.0.2.0/24')).hash, null)
  assert.equal(state.chain(key('ip4/192.0.2.0/24')).hash, null)
})

test('ledger.md: the root depends on the set of records alone, and an empty space has a root', () => {
  const one = new MemoryState(sha256)
  const two = new MemoryState(sha256)
  const names = ['203.0.113.0/25', '203.0.113.0/24', '198.51.100.0/24']
  for (const name of names) one.set(key(`ip4/${name}`), { name })
  for (const name of names.toReversed()) two.set(key(`ip4/${name}`), { name })
  two.set(key('ip4/192.0.2.0/24'), { gone: true })
  two.set(key('ip4/192.0.2.0/24'), null)
  assert.equal(one.root('ip4'), two.root('ip4'))
  assert.equal(one.root('ip6'), Buffer.from(naiveRoot(sha256, 'ip6', [])).toString('base64'))
  assert.notEqual(one.root('ip4'), one.subtree(key('ip4/203.0.113.0/24')).hash)
  assert.equal(one.root('ip4'), one.subtree(key('ip4/0.0.0.0/0')).hash)
})
