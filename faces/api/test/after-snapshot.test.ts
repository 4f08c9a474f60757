// What a dry run shows must be what the published state shows once the act is done.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Block, blockKey, parseBlockKey } from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import type { Json, JsonObject, Registration } from '@cadastre/records'
import { memberHashOf, requestText } from '@cadastre/signatures'
import { startTestRegistry } from '@cadastre/simulator'
import { AfterSnapshot } from '../src/after-snapshot.ts'

const registry = await startTestRegistry()
after(() => registry.close())
const alpha = await registry.holder('Alpha Networks')
const beta = await registry.holder('Beta Networks')

function block(key: string): Block {
  const parsed = parseBlockKey(key)
  if (!parsed.ok) throw new Error(key)
  return parsed.value
}

/** All that the snapshot shows of 10.0.0.0/8 and the two holders, read in pages of three. */
function shown(snapshot: Snapshot): unknown {
  const inside: string[] = []
  let cursor: Block | null = null
  do {
    const page: ReturnType<Snapshot['inside']> = snapshot.inside(block('ip4/10.0.0.0/8'), 3, cursor)
    inside.push(...page.items.map((cell) => `${blockKey(cell.block)} ${JSON.stringify(cell.cell)}`))
    cursor = page.after
  } while (cursor !== null)
  const chains = ['ip4/10.20.30.1/32', 'ip4/10.20.30.200/32', 'ip4/10.20.30.0/24'].map((key) =>
    snapshot.chain(block(key)).map((cell) => [blockKey(cell.block), cell.cell]),
  )
  const holdings = [alpha, beta].map(({ handle }) =>
    snapshot.holdings(handle, 50).items.map((held) => [blockKey(held.block), held.registration]),
  )
  return JSON.parse(JSON.stringify({ inside: inside.map((line) => line.split(' ')[0]), chains, holdings }))
}

async function comesTrue(
  procedure: string,
  body: JsonObject,
  replaces: readonly Registration[],
  key: string,
): Promise<void> {
  const members = replaces.map((one) => ({
    member: `${key}#${one.id}`,
    hash: memberHashOf(nodeCrypto, one as Json),
  }))
  const request = registry.request(procedure, body, members)
  const dry = await registry.registrar.dryRun(requestText(request))
  assert.ok(dry.ok && dry.outcome.accepted, JSON.stringify(dry))
  const expected = shown(new AfterSnapshot(registry.reader.snapshot(), dry.outcome.changes))
  await registry.accepted(request, [alpha.signer, beta.signer])
  assert.deepEqual(shown(registry.reader.snapshot()), expected)
}

test('allocations, a transfer of a half: the state after is as the dry run had it', async () => {
  const key = 'ip4/10.20.30.0/24'
  const allocation = { holder: alpha.handle, pool: 'IP4', length: 24, block: key }
  await comesTrue('allocate/1', allocation, [], key)
  for (const third of [1, 2, 3, 4])
    await comesTrue('allocate/1', { ...allocation, block: `ip4/10.40.${third}.0/24` }, [], key)
  const cell = registry.reader.snapshot().chain(block(key)).at(-1)?.cell
  const registration = cell?.registrations[0]
  assert.ok(registration !== undefined)
  const offer = {
    step: 'offer',
    from: alpha.handle,
    to: beta.handle,
    registration: { key, id: registration.id },
    range: '10.20.30.128/25',
    services: [],
  }
  await comesTrue('transfer/1', offer, [registration], key)
})

test('what has not happened has no proof', () => {
  const snapshot = new AfterSnapshot(registry.reader.snapshot(), [])
  assert.throws(() => snapshot.prove(), /no proof/)
  assert.equal(snapshot.publication, registry.reader.snapshot().publication)
  assert.equal(snapshot.registry.state, 'open')
})
