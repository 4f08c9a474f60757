// End to end: a real registry, node:http, curl. What is registered through signed acts is what RDAP answers.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parseBlockKey } from '@cadastre/numbers'
import type { Json as LedgerJson, Registration, Replaced } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { startTestRegistry, type TestHolder, type TestRegistry } from '@cadastre/simulator'
import { getRequestListener } from '@hono/node-server'
import { answerRdap, createRdap, createRdapHandler } from '../src/index.ts'
import { eventsOf, linksOf } from './asking.ts'
import { findings, type JsonObject, type Seen } from './conformance.ts'

const run = promisify(execFile)
const NAME = 'Exämple Network “One”'
const KEY = 'ip4/10.1.2.0/24'
let registry: TestRegistry
let alpha: TestHolder
let server: Server
let port: number

before(async () => {
  registry = await startTestRegistry({ demonstration: true })
  alpha = await registry.holder(NAME)
  for (const [pool, length, block] of [
    ['IP4', 24, KEY],
    ['IP6', 32, 'ip6/fd00:1::/32'],
    ['ASN', 32, 'asn/64512/32'],
  ] as const)
    await registry.accepted(registry.request('allocate/1', { holder: alpha.handle, pool, length, block }), [
      alpha.signer,
    ])
  const handler = createRdapHandler(registry.reader)
  // Every other request goes through Hono, so that both ways are tried on sockets.
  const hono = getRequestListener(createRdap(handler).fetch)
  let count = 0
  server = createServer((request, response) => {
    if (count++ % 2 === 0 && answerRdap(handler, request, response)) return
    void hono(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

after(async () => {
  server.close()
  await registry.close()
})

/** What curl sees. `--path-as-is`: it would tidy `...` away otherwise. */
async function curl(target: string, ...options: readonly string[]): Promise<Seen> {
  const method = options.includes('--head') ? 'HEAD' : 'GET'
  const url = `http://127.0.0.1:${port}/rdap${target}`
  const { stdout } = await run('curl', ['-s', '-i', '--path-as-is', '--max-time', '10', ...options, url])
  const end = stdout.indexOf('\r\n\r\n')
  const [status = '', ...lines] = stdout.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  return { method, target, status: Number(status.split(' ')[1]), headers, body: stdout.slice(end + 4) }
}

/** Twice, so that both ways answer; both must be conformant and the same. */
async function get(
  target: string,
  ...options: readonly string[]
): Promise<{ status: number; body: JsonObject }> {
  const [first, second] = [await curl(target, ...options), await curl(target, ...options)]
  assert.deepEqual(findings(first), [], target)
  assert.equal(second.body, first.body, target)
  assert.equal(second.headers['content-length'], first.headers['content-length'])
  return { status: first.status, body: first.body === '' ? {} : (JSON.parse(first.body) as JsonObject) }
}

/** The registration at a block, and that a request replaces it. */
function heldAt(key: string): {
  readonly registration: Registration
  readonly replaces: readonly Replaced[]
} {
  const block = parseBlockKey(key)
  assert.ok(block.ok)
  const registration = registry.reader.snapshot().chain(block.value).at(-1)?.cell.registrations.at(-1)
  assert.ok(registration !== undefined)
  const hash = memberHashOf(nodeCrypto, registration as LedgerJson)
  return { registration, replaces: [{ member: `${key}#${registration.id}`, hash }] }
}

test('what is allocated answers: network, AS number, holder', async () => {
  const network = (await get('/ip/10.1.2.3')).body
  assert.equal(network['startAddress'], '10.1.2.0')
  assert.equal(network['endAddress'], '10.1.2.255')
  assert.deepEqual(network['status'], ['active'])
  assert.equal(eventsOf(network)['last changed'], '2026-01-02T03:04:05Z')
  const [registrant] = network['entities'] as JsonObject[]
  assert.ok(JSON.stringify(registrant).includes(NAME))
  assert.equal((await get('/ip/fd00:1::/48')).body['ipVersion'], 'v6')
  assert.equal((await get('/autnum/64512')).body['startAutnum'], 64512)
  const entity = (await get(`/entity/${alpha.handle.toLowerCase()}`)).body
  assert.equal((entity['networks'] as JsonObject[]).length, 2)
  assert.equal((entity['autnums'] as JsonObject[]).length, 1)
})

test('free, foreign and malformed', async () => {
  assert.deepEqual((await get('/ip/10.9.9.9')).body['status'], ['administrative'])
  assert.deepEqual((await get('/autnum/65000')).body['status'], ['administrative'])
  assert.equal((await get('/ip/10.0.0.0/7')).status, 200)
  for (const target of [
    '/ip/192.0.2.1',
    '/autnum/1',
    '/entity/NOBODY',
    '/domain/example.net',
    '/domain/2.1.10.in-addr.arpa',
  ])
    assert.equal((await get(target)).status, 404, target)
  for (const target of [
    '/ip/...',
    '/ip/10.1.2.0%2F24',
    '/ip/10.1.2.0//24',
    '/autnum/AS64512',
    '/autnum/...',
    '/domain/...',
  ])
    assert.equal((await get(target)).status, 400, target)
  for (const target of ['/nameserver/ns1.example.net', '/entities?fn=*', '/x/y'])
    assert.equal((await get(target)).status, 501, target)
})

test('transport: Accept, unknown parameters, HEAD, other methods (RFC 7480)', async () => {
  for (const accept of ['application/rdap+json', 'application/json', '*/*', 'text/html', 'application/xml'])
    assert.equal((await get('/ip/10.1.2.3', '-H', `Accept: ${accept}`)).status, 200, accept)
  assert.equal((await get('/ip/10.1.2.3?asdf=zxcv')).status, 200)
  for (const target of [
    '/ip/10.1.2.3',
    '/autnum/64512',
    `/entity/${alpha.handle}`,
    '/help',
    '/ip/192.0.2.1',
    '/ip/...',
  ]) {
    const head = await curl(target, '--head')
    const full = await curl(target)
    assert.deepEqual(findings(head), [], target)
    assert.equal(head.status, full.status)
    assert.equal(head.headers['content-length'], full.headers['content-length'])
    assert.equal(head.headers['content-type'], full.headers['content-type'])
  }
  assert.equal((await get('/ip/10.1.2.3', '-X', 'POST')).status, 405)
  assert.equal((await get('/ip/10.1.2.3', '-H', 'Origin: https://example.net')).status, 200)
})

test('the links of an answer lead back to the same object', async () => {
  for (const target of [
    '/ip/10.1.2.3',
    '/autnum/64512',
    `/entity/${alpha.handle}`,
    '/ip/10.200.0.1',
    '/ip/10.0.0.0/7',
  ]) {
    const { body } = await get(target)
    const self = linksOf(body)['self'] ?? ''
    const again = await get(new URL(self).pathname.slice('/rdap'.length))
    assert.equal(again.body['handle'], body['handle'], target)
  }
})

test('a zone is answered as soon as it is declared; halves of a transfer each answer for themselves', async () => {
  const before = heldAt(KEY)
  const ds = { keyTag: 60485, algorithm: 13, digestType: 2, digest: 'ab'.repeat(32) }
  const service = { kind: 'rdns', ns: ['ns1.example.net', 'ns2.example.net'], ds: [ds] }
  await registry.accepted(
    registry.request('declare-service/1', { holder: alpha.handle, at: KEY, service, action: 'set' }, [
      ...before.replaces,
      { member: `${KEY}#rdns`, hash: null },
    ]),
    [alpha.signer],
  )
  const { status, body } = await get('/domain/9.2.1.10.IN-ADDR.ARPA.')
  assert.equal(status, 200)
  assert.equal(body['ldhName'], '2.1.10.in-addr.arpa.')
  assert.equal((body['secureDNS'] as JsonObject)['delegationSigned'], true)
  assert.equal((body['network'] as JsonObject)['name'], before.registration.id)

  const beta = await registry.holder('Beta')
  const { registration, replaces } = heldAt(KEY)
  const offer = {
    step: 'offer',
    from: alpha.handle,
    to: beta.handle,
    registration: { key: KEY, id: registration.id },
    range: '10.1.2.128/25',
    services: [],
  }
  await registry.accepted(registry.request('transfer/1', offer, replaces), [alpha.signer, beta.signer])
  const kept = (await get('/ip/10.1.2.3')).body
  const moved = (await get('/ip/10.1.2.200')).body
  assert.equal(kept['endAddress'], '10.1.2.127')
  assert.equal(moved['startAddress'], '10.1.2.128')
  assert.ok(JSON.stringify(moved['entities']).includes('Beta'))
  // What the seller keeps keeps its reverse DNS, as a zone inside the octet; the buyer starts without.
  assert.equal((await get('/domain/9.2.1.10.in-addr.arpa')).body['ldhName'], '0-25.2.1.10.in-addr.arpa.')
  assert.equal((await get('/domain/200.2.1.10.in-addr.arpa')).status, 404)
})
