// Over a whole registry: what this room serves convinces a verifier that trusts nothing but the log's key.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { keyQuery, type VerifiedAnswer, verifyAnswer } from '@cadastre/answers'
import { encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { decodeBundle, entriesPath, leafHash, tileNodeReader, tilePath, treeRoot } from '@cadastre/merkle'
import { parseCheckpoint, parseNote, parsePolicy } from '@cadastre/notes'
import { startTestRegistry } from '@cadastre/simulator'
import { createTiles } from '../src/index.ts'

const registry = await startTestRegistry()
after(() => registry.close())
const app = createTiles(registry.reader, { logDirectory: registry.logDirectory })
const get = async (path: string): Promise<Response> => app.request(`http://registry.example${path}`)
const text = async (path: string): Promise<string> => (await get(path)).text()

const alpha = await registry.holder('Alpha Networks')
const before = registry.reader.snapshot().publication.size
const key = 'ip4/10.20.30.0/24'
const wish = { holder: alpha.handle, pool: 'IP4', length: 24, block: key }
await registry.accepted(registry.request('allocate/1', wish), [alpha.signer])

function verified(keyText: string, proof: string): VerifiedAnswer {
  const policy = parsePolicy(nodeCrypto, registry.reader.info.policy)
  const query = keyQuery(nodeCrypto, keyText)
  assert.ok(policy.ok && query !== null)
  const answer = verifyAnswer(nodeCrypto, { trust: policy.value, age: null }, query, proof)
  assert.ok(answer.ok, answer.ok ? '' : JSON.stringify(answer.error))
  return answer.value
}

test('an address that is held: the chain is proved, pool first', async () => {
  const answer = verified('ip4/10.20.30.5/32', await text('/proof/ip/10.20.30.5'))
  assert.deepEqual(
    answer.covering.map((record) => record.key),
    ['ip4/10.0.0.0/8', key],
  )
  assert.equal(answer.moreSpecific, 'none')
})

test('what nobody holds is proved too: free space, space of others, an object that is not', async () => {
  const free = verified('ip4/10.99.0.0/16', await text('/proof/ip/10.99.0.0/16'))
  assert.deepEqual(
    free.covering.map((record) => record.key),
    ['ip4/10.0.0.0/8'],
  )
  assert.deepEqual(verified('ip6/2001:db8::1/128', await text('/proof/ip/2001:db8::1')).covering, [])
  assert.deepEqual(verified('asn/64496/32', await text('/proof/autnum/64496')).covering, [])
  const block = verified('asn/64496/28', await text('/proof/autnum/64496-64511'))
  assert.deepEqual([block.covering, block.moreSpecific], [[], 'none'])
  assert.deepEqual(verified('obj/holder/H-999', await text('/proof/object/holder/h-999')).covering, [])
})

test('an object is proved, and an earlier checkpoint proves what was not yet', async () => {
  const path = `/proof/object/holder/${alpha.handle.toLowerCase()}`
  const [record] = verified(`obj/holder/${alpha.handle}`, await text(path)).covering
  assert.equal(record?.record['name'], 'Alpha Networks')
  const earlier = verified(`${key}`, await text(`/proof/ip/10.20.30.0/24?size=${before}`))
  assert.equal(earlier.size, before)
  assert.deepEqual(
    earlier.covering.map((one) => one.key),
    ['ip4/10.0.0.0/8'],
  )
})

test('a changed byte is refused', async () => {
  const proof = await text('/proof/ip/10.20.30.5')
  const policy = parsePolicy(nodeCrypto, registry.reader.info.policy)
  const query = keyQuery(nodeCrypto, 'ip4/10.20.30.5/32')
  assert.ok(policy.ok && query !== null)
  const at = Math.floor(proof.length / 2)
  const changed = `${proof.slice(0, at)}${proof[at] === 'A' ? 'B' : 'A'}${proof.slice(at + 1)}`
  assert.equal(verifyAnswer(nodeCrypto, { trust: policy.value, age: null }, query, changed).ok, false)
})

test('tiles and bundles rebuild the root of the checkpoint (tlog-tiles)', async () => {
  const note = parseNote(encodeUtf8(await text('/log/checkpoint')))
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note
  assert.ok(checkpoint.ok)
  const { size, root } = checkpoint.value
  assert.ok(size < 256, 'one partial tile holds it')
  const path = tilePath(0, 0, size)
  const tile = new Uint8Array(await (await get(`/log/${path}`)).arrayBuffer())
  const bytes = new Uint8Array(await (await get(`/log/${entriesPath(0, size)}`)).arrayBuffer())
  const bundle = decodeBundle(bytes, size)
  assert.ok(bundle.ok)
  const leaves = bundle.value.map((entry) => leafHash(nodeCrypto, entry))
  assert.deepEqual(Buffer.concat(leaves), Buffer.from(tile), 'the tile holds the hashes of the entries')
  const reader = tileNodeReader(nodeCrypto, size, () => tile)
  assert.deepEqual(treeRoot(nodeCrypto, reader, size), root)
})
