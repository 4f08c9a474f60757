// Fetching (RFC 9110: conditional requests of section 13, Retry-After of section 10.2.3), with the network and the clock
// as arguments.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { fetchDue, type Get, type Round } from '../src/fetch.ts'
import { readAddresses, readStates } from '../src/fetch-state.ts'
import { WatchDirectory } from '../src/watch-directory.ts'
import type { WatchLog } from '../src/watch-log.ts'
import { delegatedFile, openLog, type Scratch, scratch } from './fixtures.ts'

const URL_A = 'https://stats.example/delegated-example-extended-latest'
const URL_B = 'https://stats.example/delegated-other-extended-latest'
const A = 'example|QM|ipv4|192.0.2.0|256|20200101|assigned|H1'

let place: Scratch
let directory: WatchDirectory
let log: WatchLog
let now = 1_767_225_600
beforeEach(async () => {
  place = await scratch()
  directory = new WatchDirectory(place.path)
  log = await openLog(place.path)
  now = 1_767_225_600
})
afterEach(async () => {
  await log.close()
  await place.remove()
})

type Page = { readonly status?: number; readonly body?: string; readonly headers?: Record<string, string> }
type Asked = { readonly url: string; readonly headers: Readonly<Record<string, string>> }

/** A network of pages; remembers what was asked, and that never two were asked at once. */
function network(pages: Record<string, Page>): {
  readonly get: Get
  readonly asked: Asked[]
  readonly pages: Record<string, Page>
} {
  const asked: Asked[] = []
  let busy = false
  const get: Get = async (url, headers) => {
    assert.equal(busy, false, 'two requests at a time')
    busy = true
    asked.push({ url, headers })
    await Promise.resolve()
    busy = false
    const page = pages[url]
    if (page === undefined)
      return { status: 404, headers: new Headers(), bytes: async () => new Uint8Array() }
    if (page.status === 0) throw new TypeError('fetch failed')
    return {
      status: page.status ?? 200,
      headers: new Headers(page.headers ?? {}),
      bytes: async () => Buffer.from(page.body ?? ''),
    }
  }
  return { get, asked, pages }
}

const pauses: number[] = []
async function round(get: Get): Promise<Round> {
  pauses.length = 0
  return fetchDue({
    log,
    directory,
    now: () => now,
    pause: async (milliseconds) => {
      pauses.push(milliseconds)
    },
    get,
  })
}

test('new files are logged; the next look is conditional; the same host is not hurried', async () => {
  await writeFile(directory.addresses, `# statistics\n${URL_A} 6h\n${URL_B} 1d # another\n`)
  const { get, asked, pages } = network({
    [URL_A]: {
      body: delegatedFile('example', '2026-01-01', [A]),
      headers: { etag: '"1"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' },
    },
    [URL_B]: { body: delegatedFile('other', '2026-01-01', [A.replace('example', 'other')]) },
  })
  const first = await round(get)
  assert.deepEqual(
    first.reports.map(({ outcome }) => outcome),
    ['new', 'new'],
  )
  assert.equal(first.nextAt, now + 6 * 3600)
  assert.equal(pauses.length, asked.length - 1)
  assert.deepEqual((await round(get)).reports, [])
  now += 6 * 3600
  pages[URL_A] = { status: 304 }
  asked.length = 0
  const second = await round(get)
  assert.deepEqual(
    second.reports.map(({ url, outcome }) => [url, outcome]),
    [[URL_A, 'same']],
  )
  assert.deepEqual(asked[0]?.headers, {
    'if-none-match': '"1"',
    'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT',
  })
})

test('failures are told and wait longer each time; Retry-After is heeded; the next whole file ends it', async () => {
  await writeFile(directory.addresses, `${URL_A} 1d\n`)
  const { get, pages } = network({ [URL_A]: { status: 0 } })
  const waits: number[] = []
  for (let count = 0; count < 4; count++) {
    const { reports, nextAt } = await round(get)
    assert.equal(reports[0]?.outcome, 'failed')
    waits.push((nextAt ?? 0) - now)
    now = nextAt ?? 0
  }
  assert.deepEqual(waits, [300, 600, 1200, 2400])
  pages[URL_A] = { status: 503, headers: { 'retry-after': '7200' } }
  const busy = await round(get)
  assert.equal((busy.nextAt ?? 0) - now, 7200)
  now = busy.nextAt ?? 0
  const whole = delegatedFile('example', '2026-01-01', [A])
  pages[URL_A] = { body: whole.slice(0, -20) }
  assert.match((await round(get)).reports[0]?.detail ?? '', /^truncated/)
  pages[URL_A] = { body: whole }
  now += 100_000
  assert.equal((await round(get)).reports[0]?.outcome, 'new')
  const states = readStates(await readFile(join(directory.fetched, 'state.json'), 'utf8'))
  assert.equal(states.get(URL_A)?.failures, 0)
})

test('a checksum beside the file must be of it', async () => {
  await writeFile(directory.addresses, `${URL_A}\n`)
  const body = delegatedFile('example', '2026-01-01', [A])
  const { get, pages, asked } = network({
    [URL_A]: { body },
    [`${URL_A}.md5`]: { body: `MD5 (x) = ${'0'.repeat(32)}\n` },
  })
  assert.match((await round(get)).reports[0]?.detail ?? '', /checksum/)
  assert.equal(log.size, 0)
  pages[`${URL_A}.md5`] = { body: `${createHash('md5').update(body).digest('hex')}  x\n` }
  now += 1000
  assert.equal((await round(get)).reports[0]?.outcome, 'new')
  // Where none is offered, it is not asked for again.
  await writeFile(directory.addresses, `${URL_B}\n`)
  pages[URL_B] = { body: delegatedFile('other', '2026-01-01', [A.replace('example', 'other')]) }
  await round(get)
  asked.length = 0
  now += 100_000
  await round(get)
  assert.deepEqual(
    asked.map(({ url }) => url),
    [URL_B],
  )
})

test('what is known of the addresses survives a restart; a spoiled file only asks anew', async () => {
  await writeFile(directory.addresses, `${URL_A} 1d\n`)
  const { get } = network({ [URL_A]: { body: delegatedFile('example', '2026-01-01', [A]) } })
  await round(get)
  await log.close()
  log = await openLog(place.path)
  assert.deepEqual((await round(get)).reports, [])
  await mkdir(directory.fetched, { recursive: true })
  await writeFile(join(directory.fetched, 'state.json'), '[{"url":')
  const { size } = log
  assert.equal((await round(get)).reports[0]?.outcome, 'same')
  assert.equal(log.size, size)
})

test('the list of addresses: how often, comments, and what is wrong with a line', () => {
  assert.deepEqual(
    readAddresses('# all\n\nhttps://a.example/x\nhttp://b.example/y 30m\nhttps://c.example/z 1m # soon'),
    [
      { url: 'https://a.example/x', everySeconds: 21_600 },
      { url: 'http://b.example/y', everySeconds: 1800 },
      { url: 'https://c.example/z', everySeconds: 300 },
    ],
  )
  for (const bad of [
    'a.example/x',
    'ftp://a.example/x',
    'https://a.example/x often',
    'https://a.example/x 1h 2h',
  ])
    assert.throws(() => readAddresses(`https://a.example/x\n${bad}`), /line 2/)
})

test('over HTTP: 200, then 304 by the server’s own validator', async () => {
  const body = delegatedFile('example', '2026-01-01', [A])
  const server = createServer((request, response) => {
    if (request.url !== '/delegated-example-extended-latest') response.writeHead(404).end()
    else if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end()
    else response.writeHead(200, { etag: '"v1"' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await writeFile(directory.addresses, `http://127.0.0.1:${port}/delegated-example-extended-latest 1h\n`)
  const look = (): Promise<Round> =>
    fetchDue({ log, directory, now: () => now, pause: async () => undefined })
  assert.equal((await look()).reports[0]?.outcome, 'new')
  now += 3600
  assert.equal((await look()).reports[0]?.outcome, 'same')
  await new Promise((resolve) => server.close(resolve))
  now += 3600
  assert.equal((await look()).reports[0]?.outcome, 'failed')
})
