/** What falls due is done by the registrar itself, before any later entry. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parsePrefix } from '@cadastre/numbers'
import { addSeconds, type Cell, type JsonObject, type Registration } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import type { TestHolder, TestRegistry } from '@cadastre/simulator'
import { Story } from './story.ts'

const HOUR = 3600

type Parent = { readonly holder: TestHolder; readonly key: string; readonly registration: Registration }

async function parentOf(registry: TestRegistry): Promise<Parent> {
  const holder = await registry.holder('Lessor')
  const effects = await registry.accepted(
    registry.request('allocate/1', { holder: holder.handle, pool: 'IP4', length: 12, block: null }),
    [holder.signer],
  )
  const [key, cell] = [...effects].find(([candidate]) => candidate.startsWith('ip4/')) ?? []
  const registration = (cell as Cell | undefined)?.registrations.at(-1)
  assert.ok(key !== undefined && registration !== undefined)
  return { holder, key, registration }
}

function lease(registry: TestRegistry, parent: Parent, range: string, seconds: number) {
  const { key, registration, holder } = parent
  const body: JsonObject = {
    step: 'grant',
    parent: holder.handle,
    registration: { key, id: registration.id },
    range,
    child: null,
    kind: 'lease',
    status: 'assigned',
    until: addSeconds(registry.now, seconds),
    protected: false,
    country: null,
  }
  const member = { member: `${key}#${registration.id}`, hash: memberHashOf(nodeCrypto, registration) }
  return registry.request('delegate/1', body, [member])
}

test('a lease that has ended is ended in the log before the next decision', async () => {
  const story = await Story.begin()
  try {
    const registry = await story.open()
    const parent = await parentOf(registry)
    await registry.accepted(lease(registry, parent, '10.0.1.0/24', HOUR), [parent.holder.signer])
    registry.advance(HOUR)
    const later = await registry.act(registry.identification('Later', registry.operator), [registry.operator])
    const [bytes] = await registry.reader.store.entries(later.index - 1, 1)
    assert.match(
      Buffer.from(bytes ?? []).toString(),
      /"procedure":"delegate\/1","received":null,"request":null/,
    )
    await registry.stop()
    await story.check()
  } finally {
    await story.end()
  }
})

test('more than a batch takes has fallen due while the registry was down: all of it is done, in order', async () => {
  const story = await Story.begin()
  try {
    const registry = await story.open()
    const parent = await parentOf(registry)
    // Two thousand due ops fit a batch.
    const requests = Array.from({ length: 2100 }, (_, n) => {
      const range = `10.${n >> 8}.${n & 255}.0/24`
      return registry.submit(lease(registry, parent, range, HOUR + (n >> 4)), [parent.holder.signer])
    })
    assert.ok((await Promise.all(requests)).every((result) => result.ok))
    await story.rest(registry)
    await registry.stop()
    registry.advance(10 * HOUR)
    const again = await story.open({ verify: (checks) => Promise.resolve(checks.map(() => true)) })
    // Received before the first batch is decided, and yet later than much of what is due.
    const entry = await again.act(again.identification('Later', again.operator), [again.operator])
    assert.ok((entry['outcome'] as JsonObject)['accepted'])
    const block = parsePrefix('10.0.0.0/12')
    assert.ok(block.ok)
    const left = again.reader.snapshot().inside(block.value, 10).items
    assert.deepEqual(
      left.map(({ cell }) => cell.registrations.map(({ id }) => id)),
      [[parent.registration.id]],
    )
    await again.stop()
    await story.check()
  } finally {
    await story.end()
  }
})
