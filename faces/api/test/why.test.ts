// `/api/why`: a decision in plain words, with a document that whoever asked verifies without believing this server.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parsePolicy } from '@cadastre/notes'
import { type Explanation, verifyWhy } from '@cadastre/why'
import { bodyOf, start } from './start.ts'

const { registry, get } = await start()
after(() => registry.close())
const alpha = await registry.holder('Alpha Networks')
const wish = { holder: alpha.handle, pool: 'IP4', length: 24, block: null }
const { index } = await registry.act(registry.request('allocate/1', wish), [alpha.signer])

test('the explanation, and a document that verifies with the policy alone', async () => {
  const body = await bodyOf<{ readonly explanation: Explanation; readonly document: unknown }>(
    get(`/api/why/${index}`),
  )
  assert.equal(body.explanation.outcome, 'accepted')
  assert.match(body.explanation.askedBy[0]?.party ?? '', /Alpha Networks/)
  const trust = parsePolicy(nodeCrypto, registry.reader.info.policy)
  assert.ok(trust.ok)
  const verdict = verifyWhy(nodeCrypto, trust.value, index, JSON.stringify(body.document))
  assert.equal(verdict.ok, true)
})

test('what decides nothing is not found; what is no index is said to be none', async () => {
  const { size } = registry.reader.snapshot().publication
  for (const none of [size - 1, size, 2 ** 40]) assert.equal((await get(`/api/why/${none}`)).status, 404)
  assert.equal((await get('/api/why/x')).status, 400)
})

test('while the log is being read: 202, how far it is, and when to ask again', async () => {
  const other = await start(
    {},
    {
      archive: {
        why: async () => ({ kind: 'making', done: 5, total: 10 }),
        statistics: async () => ({ kind: 'making', done: 5, total: 10 }),
      },
    },
  )
  for (const path of ['/api/why/0', '/api/stats']) {
    const reply = await other.get(path)
    assert.equal(reply.status, 202)
    assert.equal(reply.headers.get('retry-after'), '1')
    assert.deepEqual(await reply.json(), { state: 'making', done: 5, total: 10 })
  }
  await other.registry.close()
})
