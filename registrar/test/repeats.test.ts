import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { JsonObject } from '@cadastre/records'
import { startTestRegistry } from '@cadastre/simulator'

function outcome(entry: JsonObject): JsonObject {
  return entry['outcome'] as JsonObject
}

test('whoever sends a request first with signatures of their own does not void it', async () => {
  const registry = await startTestRegistry()
  try {
    const holder = await registry.holder('Holder Ltd')
    const body = { holder: holder.handle, pool: 'IP4', length: 24, block: null }
    const request = registry.request('allocate/1', body)
    const stranger = await registry.act(request, [generateEd25519Signer()])
    assert.deepEqual(outcome(stranger)['refusals'], ['consent-missing'])
    const own = await registry.act(request, [holder.signer])
    assert.equal(outcome(own)['accepted'], true)
  } finally {
    await registry.close()
  }
})

test('an accepted request is answered with its receipt, and never executed twice, whatever signs it', async () => {
  const registry = await startTestRegistry()
  try {
    const holder = await registry.holder('Holder Ltd')
    const other = generateEd25519Signer()
    const body = { holder: holder.handle, pool: 'IP4', length: 24, block: null }
    const request = registry.request('allocate/1', body)
    // Two copies with different evidence that are both good, under way at the same time.
    const results = await Promise.all([
      registry.submit(request, [holder.signer]),
      registry.submit(request, [holder.signer, other]),
      registry.submit(request, [holder.signer]),
    ])
    const seqs = results.map((result) => (result.ok ? result.seq : assert.fail(result.problem.detail)))
    assert.equal(seqs[0], seqs[2], 'the same request with the same evidence gets the same receipt')
    assert.notEqual(seqs[0], seqs[1])
    await registry.registrar.settled(Math.max(...seqs), 20_000)
    const held = registry.reader.snapshot().holdings(holder.handle, 10).items
    assert.equal(held.length, 1)
    const later = await registry.submit(request, [holder.signer, generateEd25519Signer()])
    assert.ok(later.ok && seqs.includes(later.seq), 'afterwards the log answers')
  } finally {
    await registry.close()
  }
})

test('a key of small order cannot be enrolled: refused before it is a request, with what would be right', async () => {
  const registry = await startTestRegistry()
  try {
    const signer = generateEd25519Signer()
    // The identity point, order 1.
    const key = `AQ${'A'.repeat(41)}=`
    const body = {
      kind: 'organisation',
      name: 'Small Order Ltd',
      register: null,
      person: null,
      country: null,
      policy: { m: 1, keys: [{ alg: 'ed25519', key, roles: ['full'] }], guardians: [] },
      contacts: [],
      attestors: [],
    }
    const result = await registry.submit(registry.request('identify-holder/1', body), [signer])
    assert.ok(!result.ok)
    assert.deepEqual(
      [result.problem.code, result.problem.pointer],
      ['body-malformed', '/body/policy/keys/0/key'],
    )
    assert.match(result.problem.value ?? '', /small-order/)
  } finally {
    await registry.close()
  }
})
