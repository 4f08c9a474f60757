// The watched world over the wire: the registry's own faces on files of others, on any day, with proofs and feeds.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { blockQuery, verifyAnswer } from '@cadastre/answers'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parseCheckpoint, parseNote } from '@cadastre/notes'
import fc from 'fast-check'
import { addressAt, placeOf, SIDE } from '../browser/hilbert.ts'
import { serveWatch, type WatchServer } from '../src/serve.ts'
import { verifyDayProof } from '../src/verify-proof.ts'
import { day, delegatedFile, openLog, prefix, takeIn, trust, watched } from './fixtures.ts'

const SOURCE = 'delegated-extended/example'
const row = (holder: string, date: string): string =>
  `example|QM|ipv4|192.0.2.0|256|${date}|assigned|${holder}`
const RESERVED = 'example|ZZ|ipv4|192.0.2.0|256||reserved|'
const OTHERS = [
  'example|XA|ipv4|198.51.100.0|96|20200101|assigned|H9',
  'example|XA|asn|64496|4|20200101|allocated|H9',
  'example|XA|ipv6|2001:db8::|32|20200101|allocated|H9',
  'example|ZZ|ipv4|203.0.113.0|256||available|',
]

let world: Awaited<ReturnType<typeof watched>>
let server: WatchServer
const faults: unknown[] = []
before(async () => {
  world = await watched([
    { registry: 'example', day: '2026-01-01', rows: [row('H1', '20200101'), ...OTHERS] },
    { registry: 'example', day: '2026-01-02', rows: [row('H2', '20260102'), ...OTHERS] },
    { registry: 'example', day: '2026-01-05', rows: [RESERVED, ...OTHERS] },
    { registry: 'example', day: '2026-01-06', rows: [row('H2', '20260106'), ...OTHERS] },
    { registry: 'example', day: '2026-01-07', rows: [row('H3', '20260107'), ...OTHERS] },
  ])
  server = await serveWatch({
    directory: world.path,
    host: '127.0.0.1',
    port: 0,
    whoisPort: 0,
    publicUrl: null,
    notices: null,
    version: 'test',
    failed: (error) => faults.push(error),
  })
})
after(async () => {
  await server.close()
  await world.close()
  assert.deepEqual(faults, [])
})

async function get(path: string, status = 200): Promise<string> {
  const response = await fetch(server.url + path)
  assert.equal(response.status, status, path)
  return response.text()
}

async function whois(port: number, query: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(`${query}\r\n`)
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes.toString()
  })
  await once(socket, 'close')
  return text
}

type RdapNetwork = {
  readonly startAddress: string
  readonly endAddress: string
  readonly type: string
  readonly entities: readonly { readonly handle: string }[]
  readonly notices: readonly { readonly title: string; readonly description: readonly string[] }[]
}

test('RDAP says who is said to hold a number now and on a past day, and which file says so (RFC 9083)', async () => {
  const holder = async (at: string): Promise<readonly string[]> => {
    const network: RdapNetwork = JSON.parse(await get(`/rdap/ip/192.0.2.7${at}`))
    return network.entities.map(({ handle }) => handle)
  }
  assert.deepEqual(await holder(''), ['IMP-EXAMPLE-H3'])
  assert.deepEqual(await holder('?at=2026-01-01'), ['IMP-EXAMPLE-H1'])
  // A day without a file is answered by the file before it.
  assert.deepEqual(await holder('?at=2026-01-04'), ['IMP-EXAMPLE-H2'])
  const reserved: RdapNetwork = JSON.parse(await get('/rdap/ip/192.0.2.7?at=2026-01-05'))
  assert.equal(reserved.type, 'RESERVED')
  const labels = reserved.notices.filter(({ title }) => title === 'Watched')
  const said = labels.flatMap(({ description }) => description).join(' ')
  assert.match(said, /delegated-extended\/example of 2026-01-05/)
  await get('/rdap/ip/192.0.2.7?at=2025-12-31', 404)
})

test('RDAP: a count that is no prefix is answered whole, and AS numbers and holders too', async () => {
  const network: RdapNetwork = JSON.parse(await get('/rdap/ip/198.51.100.80'))
  assert.deepEqual([network.startAddress, network.endAddress], ['198.51.100.0', '198.51.100.95'])
  const autnum = JSON.parse(await get('/rdap/autnum/64498'))
  assert.deepEqual([autnum.startAutnum, autnum.endAutnum], [64496, 64499])
  const entity = JSON.parse(await get('/rdap/entity/IMP-EXAMPLE-H9'))
  assert.equal(entity.networks.length + entity.autnums.length, 3)
})

test('WHOIS answers over its own port, labelled with file and day', async () => {
  const text = await whois(server.whoisPort, '192.0.2.7')
  assert.match(text, /^inetnum: +192\.0\.2\.0 - 192\.0\.2\.255$/m)
  assert.match(text, /IMP-EXAMPLE-H3/)
  assert.match(text, /% Watched, as last published: delegated-extended\/example of 2026-01-07/)
  assert.match(await get('/whois?q=192.0.2.7&at=2026-01-01'), /IMP-EXAMPLE-H1/)
})

test('a prefix that changed hands tells its story, each sentence beside its rows', async () => {
  const page = await get('/?q=192.0.2.0/24')
  for (const sentence of [
    'Another published holder',
    'No longer delegated in the published file; the file gives no procedure.',
    'Delegated again to the same holder',
    'between <time datetime="2026-01-02">',
    'example|QM|ipv4|192.0.2.0|256|20200101|assigned|H1',
  ])
    assert.ok(page.includes(sentence), sentence)
  const then = await get('/?q=192.0.2.0/24&at=2026-01-01')
  assert.match(then, /As published on <time datetime="2026-01-01">/)
  assert.match(then, /Listed as assigned to holder <a class="handle" href="\/\?q=IMP-EXAMPLE-H1">/)
})

test('a holder that no row names any more still has its page', async () => {
  const page = await get('/?q=IMP-EXAMPLE-H1')
  assert.match(page, /No row names it now; 1 once did\./)
})

test('pages of a register are not there, and what is not understood says what would be right', async () => {
  for (const path of ['/why/1', '/extract?q=192.0.2.0/24', '/registries/nobody', '/nowhere'])
    await get(path, 404)
  assert.match(
    await get('/?q=192.0.2.0/24&at=yesterday', 400),
    /"yesterday" is no day; expected one such as 2025-07-16/,
  )
  assert.match(await get('/proof/day?q=192.0.2.0/24&at=2026-13-01&source=x', 400), /is no day|at is a day/)
  assert.match(await get('/feed.atom?q=no-such-holder', 404), /names no numbers and no published holder/)
  assert.match(await get('/proof/ip/256.0.0.1', 400), /is no address, prefix or AS number/)
})

test('proofs of now and of a day verify offline, absence included', async () => {
  const policy = await trust(world.path)
  const query = blockQuery(prefix('192.0.2.0/24'))
  const now = verifyAnswer(
    nodeCrypto,
    { trust: policy, age: null },
    query,
    await get('/proof/ip/192.0.2.0/24'),
  )
  assert.ok(now.ok && JSON.stringify(now.value.covering).includes('H3'))
  for (const [text, at, says] of [
    ['192.0.2.0/24', '2026-01-01', 'H1'],
    ['192.0.2.0/25', '2026-01-05', 'reserved'],
  ] as const) {
    const document = await get(`/proof/day?q=${text}&source=${SOURCE}&at=${at}`)
    const asked = { query: blockQuery(prefix(text)), source: SOURCE, day: day(at) }
    const proved = verifyDayProof(nodeCrypto, policy, asked, document)
    assert.ok(
      proved.ok &&
        JSON.stringify(proved.value, (_, value) =>
          typeof value === 'bigint' ? String(value) : value,
        ).includes(says),
    )
  }
  await get(`/proof/day?q=192.0.2.0/24&source=${SOURCE}&at=2025-01-01`, 404)
})

test('C2SP tlog-tiles: the checkpoint and its tiles are served, and nothing beside them', async () => {
  const note = parseNote(await get('/log/checkpoint'))
  assert.ok(note.ok)
  const checkpoint = parseCheckpoint(note.value.text)
  assert.ok(checkpoint.ok && checkpoint.value.size === server.info().size)
  await get(`/log/tile/0/000.p/${checkpoint.value.size}`)
  await get(`/log/tile/entries/000.p/${checkpoint.value.size}`)
  for (const path of ['/log/../watch.json', '/log/%2e%2e/watch.json', '/log/tile/0/999', '/log/keys'])
    await get(path, 404)
})

test('Atom (RFC 4287) and JSON Feed 1.1: of everything, of numbers, of a holder', async () => {
  const atom = await get('/feed.atom?q=192.0.2.0/24')
  assert.match(
    atom,
    /^<\?xml version="1\.0" encoding="utf-8"\?>\s*<feed xmlns="http:\/\/www\.w3\.org\/2005\/Atom">/,
  )
  // RFC 4287 section 4.2.6: every entry has an id of its own.
  const ids = [...atom.matchAll(/<id>(tag:[^<]+)<\/id>/g)].map(([, id]) => id)
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(ids.length, 4)
  const feed = JSON.parse(await get('/feed.json?q=IMP-EXAMPLE-H1'))
  assert.match(feed.version, /jsonfeed\.org\/version\/1/)
  assert.equal(feed.items.length, 1)
  assert.match(await get('/feed.atom'), /No longer delegated: 192\.0\.2\.0\/24/)
})

test('a registry’s data as CSV (RFC 4180) and JSON', async () => {
  const report = JSON.parse(await get('/registries/example.json'))
  assert.deepEqual(report.resources, { ended: 1, backToSameHolder: 1 })
  const ended = (await get('/registries/example/ended.csv')).split('\r\n')
  assert.equal(ended.length, 3)
  assert.match(ended[1] ?? '', /^2026-01-05,2026-01-02,192\.0\.2\.0\/24,H2,reserved,yes,.*,2026-01-06,/)
  assert.equal((await get('/registries/example/changes.csv')).trim().split('\r\n').length, 5)
})

test('the map gets every row of IPv4 on a day, in order', async () => {
  const response = await fetch(`${server.url}/map/data?at=2026-01-01`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  const end = bytes.indexOf(10) + 1
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)))
  assert.deepEqual(head, { registries: ['example'], day: '2026-01-01', rows: 3 })
  const view = new DataView(bytes.buffer, end)
  assert.equal(bytes.length, end + 3 * 16)
  assert.deepEqual([view.getUint32(0, true), view.getUint32(4, true)], [0xc0000200, 0xc00002ff])
  assert.deepEqual([view.getUint8(9), view.getUint8(10)], [0, 40])
  assert.equal(view.getUint8(2 * 16 + 9), 1)
})

test('the Hilbert curve is one: places and addresses answer each other, neighbours are near', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 2 }), (address) => {
      const [x, y] = placeOf(address)
      assert.ok(x >= 0 && y >= 0 && x < SIDE && y < SIDE)
      assert.equal(addressAt(x, y), address)
      const [nextX, nextY] = placeOf(address + 1)
      assert.equal(Math.abs(nextX - x) + Math.abs(nextY - y), 1)
    }),
  )
})

test('what another process takes in is served, pages and WHOIS, and its day is named', async () => {
  const growing = await watched([{ registry: 'example', day: '2026-01-01', rows: [row('H1', '20200101')] }])
  const served = await serveWatch({
    directory: growing.path,
    host: '127.0.0.1',
    port: 0,
    whoisPort: 0,
    publicUrl: null,
    notices: null,
    version: 'test',
    lookMilliseconds: 3_600_000,
    failed: (error) => faults.push(error),
  })
  try {
    const log = await openLog(growing.path)
    await takeIn(log, [
      ['delegated-example-extended', delegatedFile('example', '2026-01-02', [row('H2', '20260102')])],
    ])
    await log.close()
    await served.look()
    const rdap: RdapNetwork = JSON.parse(await (await fetch(`${served.url}/rdap/ip/192.0.2.1`)).text())
    assert.equal(rdap.entities[0]?.handle, 'IMP-EXAMPLE-H2')
    assert.match(await whois(served.whoisPort, '192.0.2.1'), /of 2026-01-02[\s\S]*IMP-EXAMPLE-H2/)
  } finally {
    await served.close()
    await growing.close()
  }
})
