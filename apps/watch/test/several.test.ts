// Files of several registries and of IANA together: whose row it is, which file answers, and where every link leads.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { blockQuery } from '@cadastre/answers'
import { nodeCrypto } from '@cadastre/crypto/node'
import { serveWatch, type WatchServer } from '../src/serve.ts'
import { verifyDayProof } from '../src/verify-proof.ts'
import { day, delegatedFile, prefix, trust, watched } from './fixtures.ts'

const row = (registry: string, net: string, holder: string): string =>
  `${registry}|QM|ipv4|${net}|256|20200101|assigned|${holder}`
const PLAIN = 'north|QM|ipv4|192.0.2.0|256|20200101|assigned'
const IANA = [
  '2|iana|20260101|2|19830101|20260101|+0000',
  'iana|ZZ|ipv4|192.0.0.0|65536|19930501|north',
  'iana|ZZ|ipv4|203.0.113.0|256|19930501|south',
  '',
].join('\n')

let world: Awaited<ReturnType<typeof watched>>
let server: WatchServer
const faults: unknown[] = []
before(async () => {
  world = await watched(
    [
      { registry: 'north', day: '2026-01-01', rows: [row('north', '192.0.2.0', 'H1')] },
      { registry: 'north', day: '2026-01-02', rows: [row('north', '192.0.2.0', 'H2')] },
      { registry: 'south', day: '2026-01-02', rows: [row('south', '198.51.100.0', 'H1')] },
      {
        registry: 'north',
        day: '2026-01-03',
        rows: ['north|ZZ|ipv4|192.0.2.0|256||reserved|'],
      },
    ],
    [
      ['delegated-iana', IANA],
      ['delegated-north-20260109', delegatedFile('north', '2026-01-09', [PLAIN])],
    ],
  )
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
  const response = await fetch(path.startsWith('http') ? path : server.url + path)
  const text = await response.text()
  assert.equal(response.status, status, `${path}: ${text.slice(0, 200)}`)
  return text
}

test('numbers are what their innermost row says, whatever IANA gave to whom around it', async () => {
  const page = await get('/?q=192.0.2.0/24&at=2026-01-04')
  assert.match(page, /standing-reserved">Reserved</)
  assert.doesNotMatch(page, /IMP-IANA|registries\/iana/)
  const given = await get('/?q=203.0.113.0/24')
  assert.match(given, /Given to a registry/)
  assert.match(given, /IANA lists it as given to south/)
  const map = await get('/map')
  assert.doesNotMatch(map, /203\.0\.0\.0\/8|iana/)
})

test('a day before all files, and one on which no file named the numbers, are told apart', async () => {
  const early = await get('/?q=192.0.2.0/24&at=2025-01-01')
  assert.match(early, /No file of that day or before is followed here/)
  assert.doesNotMatch(early, /Proof of what stood then/)
  const silent = await get('/?q=2001:db8::/32&at=2026-01-02')
  assert.match(silent, /No file followed here named these numbers on that day/)
  // The form begins with a file that names the numbers.
  const form = await get('/?q=198.51.100.0/24')
  assert.match(form, /<select name="source"><option value="delegated-extended\/south">/)
})

test('a registry’s page is of the series that tells most, and leads to the other', async () => {
  const page = await get('/registries/north')
  assert.match(page, /delegated-extended\/north/)
  assert.match(page, /href="\/registries\/north\?source=delegated%2Fnorth"/)
  assert.match(page, /1 delegated resource became reserved or available/)
  const other = await get('/registries/north?source=delegated%2Fnorth')
  assert.match(other, /One file is followed here/)
  assert.doesNotMatch(other, /holdings-charts/)
  await get('/registries/north?source=delegated%2Fsouth', 404)
})

/** Every address of this server in a text. */
function linksIn(text: string): string[] {
  const found = text.match(new RegExp(`${server.url.replaceAll('.', '\\.')}[^"\\s<>]*`, 'g')) ?? []
  return [...new Set(found)]
}

test('whatever RDAP and WHOIS link to is there, now and of a past day (RFC 9083 section 4.2)', async () => {
  for (const at of ['', '?at=2026-01-01']) {
    const and = at.replace('?', '&')
    const texts = [
      await get(`/rdap/ip/192.0.2.0/24${at}`),
      await get('/rdap/ip/198.51.100.7'),
      await get(`/rdap/entity/IMP-NORTH-H1${at}`),
      await get(`/rdap/help${at}`),
      await get(`/whois?q=192.0.2.0/24${and}`),
      await get(`/whois?q=IMP-NORTH-H1${and}`),
    ]
    const links = new Set(texts.flatMap(linksIn))
    assert.ok(links.size > 8)
    for (const link of links) await get(link)
  }
})

test('an answer about a past day links to itself: the same object, of that day', async () => {
  const asked = JSON.parse(await get('/rdap/ip/192.0.2.7?at=2026-01-01'))
  const self: string = asked.links.find(({ rel }: { rel: string }) => rel === 'self').href
  assert.equal(self, `${server.url}/at/2026-01-01/rdap/ip/192.0.2.0/24`)
  const again = JSON.parse(await get(self))
  assert.deepEqual(again.entities, asked.entities)
  assert.equal(again.entities[0].handle, 'IMP-NORTH-H1')
  // RDAP clients take a base address: a past day is one.
  assert.match(await get('/at/2026-01-02/rdap/ip/192.0.2.7'), /IMP-NORTH-H2/)
  await get('/at/2026-13-02/rdap/ip/192.0.2.7', 400)
})

test('the proof that a past answer links to is of the file that it rests on', async () => {
  const asked = JSON.parse(await get('/rdap/ip/192.0.2.0/24?at=2026-01-02'))
  const proof: string = asked.links.find(({ rel }: { rel: string }) => rel === 'alternate').href
  const question = {
    query: blockQuery(prefix('192.0.2.0/24')),
    source: 'delegated-extended/north',
    day: day('2026-01-02'),
  }
  const proved = verifyDayProof(nodeCrypto, await trust(world.path), question, await get(proof))
  assert.ok(proved.ok)
  assert.deepEqual(
    proved.value.rows.map(({ row: said }) => said).filter((said) => said.startsWith('north')),
    [row('north', '192.0.2.0', 'H2')],
  )
  await get('/proof/ip/192.0.2.0/24?at=2025-01-01', 404)
})

test('the history of a record: the changes that the files show, with their rows', async () => {
  const { changes, all } = JSON.parse(await get('/api/history?key=ip4/192.0.2.0/24'))
  assert.deepEqual(
    changes.map(({ kind, day: on }: { kind: string; day: string }) => [on, kind]),
    [
      ['2026-01-02', 're-key'],
      ['2026-01-03', 'ended'],
    ],
  )
  await get(all.csv)
  await get('/api/history?key=ip4/nothing', 404)
})

test('WHOIS says of a published holder what it is, and speaks of no claim', async () => {
  const text = await get('/whois?q=IMP-SOUTH-H1')
  assert.doesNotMatch(text, /not yet claimed/)
  assert.match(text, /remarks: +named so by published files, which do not say who it is/)
  assert.doesNotMatch(await get('/rdap/ip/198.51.100.7'), /Only its holder/)
})

test('CSV in pieces is the same file, and no field of it is a formula', async () => {
  const lines = (await get('/changes.csv')).trimEnd().split('\r\n')
  assert.equal(lines.length, 1 + world.reader.changes().length)
  assert.ok(lines.every((line) => line.split(',').length >= 14))
})
