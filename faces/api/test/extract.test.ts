// Certified extracts (procedures.md, P21): anyone, at once, without a trace, with the proof of the state that it shows.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { asRecordKey } from '@cadastre/records'
import type { Extract } from '../src/index.ts'
import { bodyOf, start } from './start.ts'

const { registry, get, failures } = await start()
after(() => registry.close())
const alpha = await registry.holder('Alpha Networks')
const KEY = 'ip4/10.20.30.0/24'
const wish = { holder: alpha.handle, pool: 'IP4', length: 24, block: KEY }
await registry.accepted(registry.request('allocate/1', wish), [alpha.signer])

async function extract(text: string): Promise<Extract> {
  const reply = await get(`/api/extract?q=${encodeURIComponent(text)}`)
  assert.equal(reply.status, 200, text)
  return bodyOf<Extract>(reply)
}

/** The proof of the state that the extract shows, and the keys that sign it; `tiles` and `cadastre verify` check such proofs. */
function assertProved({ key, proof, policy }: Extract): void {
  const parsed = asRecordKey(key)
  assert.ok(parsed)
  assert.equal(proof, registry.reader.snapshot().prove(parsed))
  assert.equal(policy, registry.reader.info.policy)
}

test('the record, its history and the proof of it, of numbers and of a holder', async () => {
  for (const text of ['10.20.30.0/24', KEY, alpha.handle, `obj/holder/${alpha.handle}`]) {
    const found = await extract(text)
    assertProved(found)
    const parsed = asRecordKey(found.key)
    assert.ok(parsed)
    assert.deepEqual(found.record, JSON.parse((await registry.reader.store.record(parsed)) ?? ''))
    assert.equal(found.historyIsComplete, true)
    assert.ok(found.history.some(({ procedure }) => /^(allocate|identify-holder)\/1$/.test(procedure)))
    assert.equal(found.size, registry.reader.snapshot().publication.size)
    assert.match(found.verify, /cadastre verify/)
    assert.deepEqual(found.covering.at(-1), { key: found.key, record: found.record })
  }
})

test('that nothing is recorded is extracted and proved too', async () => {
  for (const text of ['10.9.9.0/24', 'AS64600', 'obj/holder/H-99999']) {
    const found = await extract(text)
    assert.equal(found.record, null)
    assertProved(found)
  }
})

test('an address that is part of a holding: what covers it, outermost first', async () => {
  const { record, covering } = await extract('10.20.30.7')
  assert.equal(record, null)
  assert.deepEqual(
    covering.map(({ key }) => key),
    ['ip4/10.0.0.0/8', KEY],
  )
})

test('an extract leaves no trace: the log and the intake stay as they were', async () => {
  const before = [registry.registrar.size, (await registry.reader.store.lastReceipt())?.seq]
  await extract(KEY)
  assert.deepEqual([registry.registrar.size, (await registry.reader.store.lastReceipt())?.seq], before)
})

test('words that name nothing, and mistakes in numbers', async () => {
  assert.equal((await get('/api/extract?q=nobody%20at%20all')).status, 404)
  assert.equal((await get('/api/extract?q=10.0.0.0%2F99')).status, 400)
  assert.equal((await get('/api/extract')).status, 400)
  assert.equal((await get(`/api/extract?q=${'x'.repeat(201)}`)).status, 400)
  assert.deepEqual(failures, [])
})
