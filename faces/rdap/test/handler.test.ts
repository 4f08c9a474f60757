// Transport: RFC 7480, RFC 9083 section 6, protocols.md sections 1 and 2.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRdap, createRdapHandler } from '../src/index.ts'
import { ask } from './asking.ts'
import { findings, type JsonObject } from './conformance.ts'
import { holder, registration, testReader, testSnapshot } from './fixtures.ts'

const records = {
  registrations: [registration('R-1', 'holding', '192.0.2.0/24', { holder: 'H-1' })],
  holders: [holder('H-1')],
}

test('help lists every extension and the common notices (RFC 9083 7)', async () => {
  const { status, body } = await ask(createRdapHandler(testReader(records)), '/help')
  assert.equal(status, 200)
  assert.deepEqual(body['rdapConformance'], [
    'rdap_level_0',
    'nro_rdap_profile_0',
    'nro_rdap_profile_asn_hierarchical_0',
    'cidr0',
  ])
})

test('searches, name servers and unknown kinds are 501; nothing is 400 (RFC 7480 5.4, RFC 9082 3)', async () => {
  const handler = createRdapHandler(testReader(records))
  for (const target of [
    '/nameserver/ns1.example.net',
    '/nameservers?name=ns*',
    '/entities?fn=E*',
    '/domains?name=*',
    '/ips?name=*',
    '/autnums?handle=*',
    '/ips/rirSearch1/rdap-up/192.0.2.0/24',
    '/unknown/1',
    '/IP/192.0.2.1',
  ])
    assert.equal((await ask(handler, target)).status, 501, target)
  for (const target of ['', '/', '/help/me', '?x=1', '//ip/192.0.2.1'])
    assert.equal((await ask(handler, target)).status, 400, target)
})

test('other methods are 405 with Allow (RFC 9110 15.5.6)', async () => {
  const handler = createRdapHandler(testReader(records))
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
    assert.equal((await ask(handler, '/ip/192.0.2.1', method)).status, 405, method)
})

test('every response says its log position, and a demonstration says so', async () => {
  const demonstration = 'A demonstration on made-up records.'
  const handler = createRdapHandler(testReader({ ...records, info: { demonstration } }))
  for (const target of ['/ip/192.0.2.1', '/ip/203.0.113.1', '/ip/x', '/help', '/entity/H-1']) {
    const text = JSON.stringify((await ask(handler, target)).body['notices'])
    assert.match(text, /As of log size 7, 2026-01-02T03:04:05Z\./)
    assert.ok(text.includes(demonstration), target)
  }
})

test('a new checkpoint is answered from at once', async () => {
  const reader = testReader(records)
  const handler = createRdapHandler(reader)
  assert.equal((await ask(handler, '/ip/192.0.2.1')).status, 200)
  reader.show(testSnapshot({}, 9))
  const { status, body } = await ask(handler, '/ip/192.0.2.1')
  assert.equal(status, 404)
  assert.match(JSON.stringify(body), /log size 9,/)
})

test('the store is asked once for each fact, and the answer then waits for nothing', async () => {
  const reader = testReader(records)
  const handler = createRdapHandler(reader)
  await ask(handler, '/ip/192.0.2.1')
  assert.ok(!(handler.handle('GET', '/ip/192.0.2.2') instanceof Promise))
  await ask(handler, '/entity/H-1')
  assert.deepEqual(reader.asked, ['entry 4', 'entry 2'])
})

test('a store that fails leaves facts out, and is asked again', async () => {
  const reader = testReader(records)
  const errors: unknown[] = []
  const failing = { ...reader.store, entries: () => Promise.reject(new Error('no database')) }
  let store = failing
  const handler = createRdapHandler(
    {
      ...reader,
      get store() {
        return store
      },
    },
    { onError: (error) => errors.push(error) },
  )
  const { status, body } = await ask(handler, '/ip/192.0.2.1')
  assert.equal(status, 200)
  assert.deepEqual(
    (body['events'] as JsonObject[]).map((event) => event['eventAction']),
    ['last update of RDAP database'],
  )
  assert.equal(errors.length, 1)
  store = failing
  await ask(handler, '/ip/192.0.2.1')
  assert.equal(errors.length, 2)
})

test('a bug is 500, in the protocol’s own form', async () => {
  const errors: unknown[] = []
  const broken = {
    ...testReader(records),
    snapshot: () => {
      throw new Error('nothing yet')
    },
  }
  const answer = await createRdapHandler(broken, { onError: (error) => errors.push(error) }).handle(
    'GET',
    '/help',
  )
  assert.equal(answer.status, 500)
  assert.equal(JSON.parse(answer.text).errorCode, 500)
  assert.equal(errors.length, 1)
})

test('ready answers are kept within the bound', async () => {
  const handler = createRdapHandler(testReader(records), { maxCacheBytes: 8000 })
  for (let index = 0; index < 300; index++)
    assert.equal((await ask(handler, `/ip/192.0.2.${index % 256}`)).status, 200)
})

test('the Hono app answers as the handler does, HEAD with the same headers (RFC 9110 9.3.2)', async () => {
  const app = createRdap(testReader(records))
  for (const target of [
    '/ip/192.0.2.1',
    '/ip/192.0.2.0/24',
    '/ip/...',
    '/domain/x.',
    '/help',
    '/nameservers?name=x',
    '/entity/h-1',
    '/',
    '',
    '/autnum/1?asdf=zxcv',
  ]) {
    const get = await app.request(`/rdap${target}`)
    const head = await app.request(`/rdap${target}`, { method: 'HEAD' })
    const headers = Object.fromEntries(get.headers)
    assert.deepEqual(Object.fromEntries(head.headers), headers)
    const seen = { target, status: get.status, headers, method: 'GET', body: await get.text() }
    assert.deepEqual(findings(seen), [], target)
    assert.deepEqual(findings({ ...seen, method: 'HEAD', body: await head.text() }), [])
  }
  assert.equal((await app.request('/rdap/ip/192.0.2.1', { method: 'POST' })).status, 405)
})

test('whatever is asked, the answer is in the protocol’s own form', async () => {
  const handler = createRdapHandler(testReader(records))
  const part = fc.oneof(
    fc.constantFrom(
      'ip',
      'autnum',
      'domain',
      'entity',
      'help',
      'nameserver',
      '',
      '.',
      '..',
      '%',
      '%00',
      '%2F',
      'H-1',
    ),
    fc.constantFrom(
      '192.0.2.1',
      '192.0.2.0',
      '24',
      '::',
      '2001:db8::',
      '64496',
      '2.0.192.in-addr.arpa',
      '__proto__',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.webPath(),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
      await ask(handler, `/${parts.join('/')}`)
    }),
    { numRuns: 2000 },
  )
})
