import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parsePrefix } from '@cadastre/numbers'
import { innermost, type RecordKey, type Registration } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { startTestRegistry } from '@cadastre/simulator'

function prefix(text: string) {
  const parsed = parsePrefix(text)
  if (!parsed.ok) throw new Error(parsed.error.expected)
  return parsed.value
}

test('two holders, an allocation and a transfer of its half, each published and proved', async () => {
  const registry = await startTestRegistry()
  try {
    const seller = await registry.holder('Seller Ltd')
    const buyer = await registry.holder('Buyer GmbH')
    const allocated = await registry.accepted(
      registry.request('allocate/1', { holder: seller.handle, pool: 'IP4', length: 24, block: null }),
      [seller.signer],
    )
    const key = [...allocated.keys()].find((candidate) => candidate.startsWith('ip4/')) ?? ''
    assert.equal(key, 'ip4/10.0.0.0/24')
    const held = innermost(registry.reader.snapshot().chain(prefix('10.0.0.0/24')))?.registration
    assert.equal(held?.holder, seller.handle)
    const registration = held as Registration
    const offer = registry.request(
      'transfer/1',
      {
        step: 'offer',
        from: seller.handle,
        to: buyer.handle,
        registration: { key, id: registration.id },
        range: '10.0.0.0/25',
        services: [],
      },
      [{ member: `${key}#${registration.id}`, hash: memberHashOf(nodeCrypto, registration) }],
    )
    await registry.accepted(offer, [seller.signer, buyer.signer])
    const snapshot = registry.reader.snapshot()
    const half = (text: string) => innermost(snapshot.chain(prefix(text)))?.registration
    assert.equal(half('10.0.0.1/32')?.holder, buyer.handle)
    assert.equal(half('10.0.0.200/32')?.holder, seller.handle)
    assert.equal(half('10.0.0.200/32')?.id, registration.id)
    assert.equal(half('10.0.0.200/32')?.first, '10.0.0.128')
    assert.match(snapshot.prove('ip4/10.0.0.0/25' as RecordKey), /^c2sp.org\/tlog-proof@v1\n/)
    assert.deepEqual(
      snapshot.holdings(buyer.handle, 10).items.map(({ registration: { first, last } }) => [first, last]),
      [['10.0.0.0', '10.0.0.127']],
    )
  } finally {
    await registry.close()
  }
})
