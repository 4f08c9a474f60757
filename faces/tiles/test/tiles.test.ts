// C2SP tlog-tiles and tlog-proof over HTTP, and that no path of a stranger leads anywhere else.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { entriesPath, tilePath } from '@cadastre/merkle'
import fc from 'fast-check'
import { createTiles, TILE_ROUTES } from '../src/index.ts'
import { fakeReader } from './fake-reader.ts'

const directory = mkdtempSync(join(tmpdir(), 'cadastre-tiles-'))
after(() => rmSync(directory, { recursive: true }))

function put(path: string, bytes: number): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true })
  writeFileSync(join(directory, path), new Uint8Array(bytes).fill(7))
}
// A log of 300 entries, whose size 280 was published too; 400 has been written and not yet published.
put(tilePath(0, 0), 8192)
put(tilePath(0, 1, 24), 24 * 32)
put(tilePath(0, 1, 44), 44 * 32)
put(tilePath(0, 1, 144), 144 * 32)
put(tilePath(1, 0, 1), 32)
put(entriesPath(0), 1000)
put(entriesPath(1, 44), 100)
put('checkpoint.new', 1)
put('secret', 1)

const app = createTiles(fakeReader([280, 300]), { logDirectory: directory })
const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  Promise.resolve(app.request(`http://registry.example${path}`, init))

test('the checkpoint is the last published one, as text that nobody caches (tlog-tiles, Checkpoints)', async () => {
  const reply = await get('/log/checkpoint')
  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.equal(reply.headers.get('cache-control'), 'no-store')
  assert.equal(reply.headers.get('access-control-allow-origin'), '*')
  assert.match(await reply.text(), /^registry\.example\/log\n300\n/)
})

test('/log/ and /proof/ say what is there, to any page (CORS)', async () => {
  for (const [path, says] of [
    ['/log/', /300 entries[\s\S]*\/log\/checkpoint/],
    ['/proof/', /\/proof\/autnum\//],
  ] as const) {
    const reply = await get(path)
    assert.equal(reply.status, 200)
    assert.equal(reply.headers.get('content-type'), 'text/plain; charset=utf-8')
    assert.equal(reply.headers.get('access-control-allow-origin'), '*')
    assert.match(await reply.text(), says)
  }
})

test('tiles and entry bundles are immutable bytes (tlog-tiles, Merkle Tree and Log Entries)', async () => {
  for (const [path, length] of [
    ['/log/tile/0/000', 8192],
    ['/log/tile/0/001.p/44', 44 * 32],
    ['/log/tile/0/001.p/24', 24 * 32],
    ['/log/tile/1/000.p/1', 32],
    ['/log/tile/entries/000', 1000],
    ['/log/tile/entries/001.p/44', 100],
  ] as const) {
    const reply = await get(path)
    assert.equal(reply.status, 200, path)
    assert.equal(reply.headers.get('content-type'), 'application/octet-stream')
    assert.equal(reply.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.equal((await reply.arrayBuffer()).byteLength, length)
    const head = await get(path, { method: 'HEAD' })
    assert.equal(head.headers.get('content-length'), String(length), 'HEAD shows the length')
    assert.equal((await head.arrayBuffer()).byteLength, 0)
  }
})

test('what the published checkpoint does not cover is not served, though its file is there', async () => {
  assert.equal((await get('/log/tile/0/001.p/144')).status, 404)
})

test('only the exact spelling of tlog-tiles names a file', async () => {
  for (const path of [
    '/log/tile/0/001.p/43',
    '/log/tile/0/0',
    '/log/tile/00/000',
    '/log/tile/0/x000/000',
    '/log/tile/0/000.p/256',
    '/log/tile/64/000',
    '/log/tile/entries/../../secret',
    '/log/tile/%2e%2e/secret',
    '/log/tile/..%2f..%2fsecret',
    '/log/secret',
    '/log/checkpoint.new',
  ]) {
    assert.equal((await get(path)).status, 404, path)
  }
})

test('a proof of an address, a prefix, an AS number, an object, in any spelling of the same thing', async () => {
  for (const [path, key] of [
    ['/proof/ip/203.0.113.7', 'ip4/203.0.113.7/32'],
    ['/proof/ip/203.0.113.0/24', 'ip4/203.0.113.0/24'],
    ['/proof/ip/203.0.113.0%2F24', 'ip4/203.0.113.0/24'],
    ['/proof/ip/2001:DB8::1', 'ip6/2001:db8::1/128'],
    ['/proof/ip/2001:db8::/32', 'ip6/2001:db8::/32'],
    ['/proof/autnum/64496', 'asn/64496/32'],
    ['/proof/autnum/as64496', 'asn/64496/32'],
    ['/proof/autnum/64496-64511', 'asn/64496/28'],
    ['/proof/autnum/AS64496-AS64511', 'asn/64496/28'],
    ['/proof/autnum/AS64496%20-%20AS64511', 'asn/64496/28'],
    ['/proof/autnum/0-4294967295', 'asn/0/0'],
    ['/proof/object/holder/h-7', 'obj/holder/H-7'],
    ['/proof/object/registry/registry', 'obj/registry/REGISTRY'],
  ] as const) {
    const reply = await get(path)
    assert.equal(reply.status, 200, path)
    assert.equal(reply.headers.get('content-type'), 'text/plain; charset=utf-8')
    assert.equal(reply.headers.get('access-control-allow-origin'), '*')
    assert.equal(reply.headers.get('cache-control'), 'public, max-age=1')
    assert.equal(await reply.text(), `proof of ${key} at 300\n`)
  }
})

test('size= proves at a kept checkpoint; for another, 404 says which are kept (design.md section 5)', async () => {
  const old = await get('/proof/autnum/64496?size=280')
  assert.equal(await old.text(), 'proof of asn/64496/32 at 280\n')
  assert.match(old.headers.get('cache-control') ?? '', /immutable/)
  const gone = await get('/proof/autnum/64496?size=299')
  assert.equal(gone.status, 404)
  assert.match(await gone.text(), /Kept sizes: 280 300\n$/)
  for (const size of ['0', '-1', '1e3', '280.0', 'x', '99999999999999999999'])
    assert.equal((await get(`/proof/autnum/64496?size=${size}`)).status, 400, size)
})

test('bad input: 400 that names the value and what would be right', async () => {
  for (const [path, says] of [
    ['/proof/ip/203.0.113.7/24', /203\.0\.113\.7\/24\nExpected: 203\.0\.113\.0\/24/],
    ['/proof/ip/203.0.113.256', /203\.0\.113\.256/],
    ['/proof/ip/', /address/],
    ['/proof/ip/fe80::1%25eth0', /zone/],
    ['/proof/autnum/1.10', /Expected: AS65546/],
    ['/proof/autnum/4294967296', /4294967295/],
    ['/proof/autnum/64496-64498', /64496-64497, 64498/],
    ['/proof/autnum/64511-64496', /the smaller one first/],
    ['/proof/autnum/1-2-3', /the smaller one first/],
    ['/proof/autnum/64496-', /AS64496|4294967295|number/],
    ['/proof/object/person/H-7', /person\nExpected: one of registry, holder/],
    ['/proof/object/holder/', /handle/],
    ['/proof/object/holder/H%207', /H 7/],
    ['/proof/object/holder', /handle/],
  ] as const) {
    const reply = await get(path)
    assert.equal(reply.status, 400, path)
    assert.match(await reply.text(), says)
  }
})

test('reading only: every other method is refused with what is allowed (RFC 9110 section 15.5.6)', async () => {
  for (const route of TILE_ROUTES) {
    const reply = await get(route.replace('*', 'x'), { method: 'POST' })
    assert.equal(reply.status, 405)
    assert.equal(reply.headers.get('allow'), 'GET, HEAD, OPTIONS')
    assert.equal((await get(route.replace('*', 'x'), { method: 'OPTIONS' })).status, 204)
  }
})

test('property: whatever a stranger asks, the answer is 200, 400 or 404, and short', async () => {
  const bases = fc.constantFrom(...TILE_ROUTES.map((route) => route.replace('*', '')))
  const tail = fc.oneof(fc.string({ unit: 'binary' }), fc.webPath(), fc.ipV6(), fc.ipV4(), fc.constant('%'))
  await fc.assert(
    fc.asyncProperty(bases, tail, async (base, rest) => {
      const url = `${base}${encodeURI(rest.toWellFormed()).replaceAll('#', '')}`
      const reply = await get(url)
      assert.ok([200, 400, 404].includes(reply.status), `${reply.status} ${url}`)
      assert.ok((await reply.arrayBuffer()).byteLength <= 8192)
    }),
  )
})
