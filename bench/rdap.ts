/**
 * RDAP over HTTP beside bare `node:http` sending the same ready bytes, in one run (design.md section 7): uniformly
 * random addresses of the registered space >= 60%, repeated addresses >= 80%. Rounds alternate, so that a busy machine
 * slows both alike; each figure is the median of the rounds' ratios, by the clock and by the server's CPU time. Needs Debian's `wrk`.
 *
 * Run: `node bench/rdap.ts [rounds, default 5] [seconds a round, default 3]`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { nodeCrypto } from '@cadastre/crypto/node'
import { blockBytes, formatAddress, type Range, rangeOfCount, rangeToBlocks } from '@cadastre/numbers'
import { answerRdap, createRdap, createRdapHandler } from '@cadastre/rdap'
import { PublishedReader, type RegistryInfo } from '@cadastre/reader'
import {
  type Cell,
  canonicalJson,
  type DelegatedRow,
  EMPTY_CELL,
  type Holder,
  type Json,
  kindOfStatus,
  NEW_HOLDER,
  type Registration,
  readRow,
} from '@cadastre/records'
import { createTrieMemory, objectLabel, TrieWriter } from '@cadastre/trie'
import { getRequestListener } from '@hono/node-server'
import { record } from './figures.ts'

const FILE = join(import.meta.dirname, '../examples/delegated-lacnic-extended-20240104.gz')

const INFO: RegistryInfo = {
  origin: 'registry.example/log',
  name: 'Example Registry',
  seat: 'XX',
  profile: 'community',
  demonstration: null,
  logVkey: '',
  receiptVkey: '',
  policy: '',
  baseUrl: 'http://127.0.0.1:8080',
  whois: { host: '127.0.0.1', port: 4343 },
  version: '0.1.0',
}

type Row = { readonly kind: Registration['kind']; readonly range: Range; readonly row: DelegatedRow }

/** The IPv4 rows of published statistics, and 10.0.0.0/8 as a pool. */
function readRows(): readonly Row[] {
  const rows = gunzipSync(readFileSync(FILE))
    .toString()
    .split('\n')
    .filter((line) => line.includes('|ipv4|') && !line.includes('|summary'))
    .map((line) => {
      const row = readRow(line)
      if (!row.ok) throw new Error(`${row.error.code}: ${line}`)
      return { kind: kindOfStatus(row.value.status), range: row.value.range, row: row.value }
    })
  const pool = rangeOfCount('ip4', 10n << 24n, 1n << 24n)
  const first = rows[0]
  if (!pool.ok || first === undefined) throw new Error('no rows')
  const row = { ...first.row, country: null, registered: null, opaqueId: null }
  return [{ kind: 'pool', range: pool.value, row }, ...rows]
}

function cellOf({ kind, range, row }: Row, index: number): Cell {
  const registration: Registration = {
    id: `R-${index}`,
    kind,
    first: formatAddress('ip4', range.first),
    last: formatAddress('ip4', range.last),
    holder: row.opaqueId === null ? null : `IMP-LACNIC-${row.opaqueId}`,
    status: row.status,
    country: row.country,
    registered: row.registered,
    until: null,
    protected: false,
    provenance: 'LACNIC',
    procedure: 'import/1',
    since: Math.floor(index / 100),
  }
  return { ...EMPTY_CELL, registrations: [registration] }
}

function holderOf(handle: string): Holder {
  const since = 7
  const base = {
    v: 1,
    handle,
    kind: 'imported',
    name: null,
    country: 'BR',
    identity: null,
    policy: null,
  } as const
  return { ...base, ...NEW_HOLDER, contacts: [], procedure: 'import/1', since }
}

const asBytes = (value: unknown): Uint8Array => Buffer.from(canonicalJson(value as Json))

function makeReader(): PublishedReader {
  const memory = createTrieMemory()
  const trie = new TrieWriter(memory, nodeCrypto)
  const object = (type: string, handle: string, value: unknown): void => {
    trie.set('obj', objectLabel(nodeCrypto, type, handle), 256, asBytes(value))
  }
  object('registry', 'REGISTRY', {
    sources: [
      {
        source: 'LACNIC',
        file: 'delegated-lacnic-extended-20240104',
        attribution: 'NRO, nro.net, CC BY 4.0',
      },
    ],
  })
  for (const [index, row] of readRows().entries()) {
    const cell = cellOf(row, index)
    for (const block of rangeToBlocks(row.range))
      trie.set('ip4', blockBytes(block), block.length, asBytes(cell))
    const handle = cell.registrations[0]?.holder ?? null
    if (handle !== null) object('holder', handle, holderOf(handle))
  }
  const entry = Buffer.from('{"at":"2026-01-02T03:04:05Z"}')
  const store: Partial<PublishedReader['store']> = { entries: async () => [entry], openings: async () => [] }
  const reader = new PublishedReader(INFO, memory, store as PublishedReader['store'], nodeCrypto)
  const at = '2026-01-02T03:04:05Z' as Parameters<typeof reader.publish>[0]['at']
  reader.publish({ size: 4242, at, note: '', stateText: '', inclusion: [], version: trie.commit() })
  return reader
}

async function listener(kind: string): Promise<RequestListener> {
  const handler = createRdapHandler(makeReader())
  if (kind === 'rdap') return (request, response) => void answerRdap(handler, request, response)
  if (kind === 'hono') return getRequestListener(createRdap(handler).fetch)
  const { status, headers, body } = await handler.handle('GET', '/ip/200.160.0.1')
  return (_, response) => response.writeHead(status, [...headers]).end(body)
}

async function serve(kind: string): Promise<void> {
  const server = createServer(await listener(kind))
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}

type Server = { readonly child: ChildProcess; readonly port: number }
async function start(kind: string): Promise<Server> {
  const child = spawn(process.execPath, [import.meta.filename, 'serve', kind], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [port] = await once(child, 'message')
  return { child, port: Number(port) }
}

/** Uniform over all addresses that are registered: ranges with the sums of their sizes, searched by halving. */
function randomScript(rows: readonly Row[]): string {
  const ranges = rows.map(({ range }) => `{${range.first},${range.last - range.first + 1n}}`)
  return `
local ranges = {${ranges.join(',')}}
local ends, total = {}, 0
for i, r in ipairs(ranges) do total = total + r[2]; ends[i] = total end
math.randomseed(os.time())
local floor = math.floor
request = function()
  local at = floor(math.random() * total)
  local low, high = 1, #ends
  while low < high do
    local middle = floor((low + high) / 2)
    if ends[middle] > at then high = middle else low = middle + 1 end
  end
  local a = ranges[low][1] + at - (ends[low] - ranges[low][2])
  return wrk.format("GET", string.format("/rdap/ip/%d.%d.%d.%d",
    floor(a / 16777216), floor(a / 65536) % 256, floor(a / 256) % 256, a % 256))
end`
}
/** A thousand addresses, in turn. */
function repeatedScript(rows: readonly Row[]): string {
  const some = rows.filter((_, index) => index % Math.floor(rows.length / 1000) === 0)
  const paths = some.map(({ range }) => `"/rdap/ip/${formatAddress('ip4', range.first)}"`)
  return `
local paths, n = {${paths.join(',')}}, 0
request = function()
  n = n % #paths + 1
  return wrk.format("GET", paths[n])
end`
}

/** Requests a second, and requests a second of the server's own CPU time, which a busy machine disturbs less. */
type Rate = { readonly wall: number; readonly cpu: number }

/** CPU seconds of a process so far: user and system, in ticks of 1/100 s (proc(5)). */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function rate({ child, port }: Server, script: string, seconds: number): Rate {
  const before = cpuSeconds(child.pid)
  const arguments_ = ['-t1', '-c64', `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}`]
  const run = spawnSync('wrk', arguments_, { encoding: 'utf8' })
  const found = /Requests\/sec:\s+([0-9.]+)/.exec(run.stdout)?.[1]
  const count = /([0-9]+) requests in/.exec(run.stdout)?.[1]
  if (found === undefined || /Socket errors|Non-2xx/.test(run.stdout))
    throw new Error(`wrk: ${run.stdout}${run.stderr}`)
  return { wall: Number(found), cpu: Number(count) / (cpuSeconds(child.pid) - before) }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`
const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)}%`

async function main(rounds: number, seconds: number): Promise<void> {
  if (spawnSync('wrk', ['-v']).error !== undefined) {
    console.log('bench/rdap needs Debian’s wrk: apt-get install wrk')
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'cadastre-bench-'))
  const scripts = { random: join(folder, 'random.lua'), repeated: join(folder, 'repeated.lua') }
  const rows = readRows()
  writeFileSync(scripts.random, randomScript(rows))
  writeFileSync(scripts.repeated, repeatedScript(rows))
  const servers = { bare: await start('bare'), rdap: await start('rdap'), hono: await start('hono') }
  try {
    for (const server of Object.values(servers)) rate(server, scripts.random, 3)
    const heads = ['bare', 'ours', 'ratio', 'by CPU', '  limit']
    console.log(['RDAP over HTTP'.padEnd(34), ...heads.map((head) => head.padStart(10))].join(' '))
    for (const [what, kind, script, limit] of [
      ['random addresses', 'rdap', scripts.random, 0.6],
      ['repeated addresses', 'rdap', scripts.repeated, 0.8],
      ['random addresses, through Hono', 'hono', scripts.random, null],
      ['repeated addresses, through Hono', 'hono', scripts.repeated, null],
    ] as const) {
      const pairs = Array.from({ length: rounds }, () => ({
        bare: rate(servers.bare, script, seconds),
        ours: rate(servers[kind], script, seconds),
      }))
      const ratio = median(pairs.map(({ bare, ours }) => ours.wall / bare.wall))
      const columns = [
        perSecond(median(pairs.map(({ bare }) => bare.wall))),
        perSecond(median(pairs.map(({ ours }) => ours.wall))),
        percent(ratio),
        percent(median(pairs.map(({ bare, ours }) => ours.cpu / bare.cpu))),
        limit === null ? '' : `>= ${percent(limit)}`,
      ]
      console.log([what.padEnd(34), ...columns.map((column) => column.padStart(10))].join(' '))
      if (limit !== null)
        record({
          what: `RDAP, ${what}, of bare node:http`,
          value: ratio * 100,
          unit: '%',
          limit: { atLeast: limit * 100 },
        })
    }
  } finally {
    for (const { child } of Object.values(servers)) child.kill()
    rmSync(folder, { recursive: true })
  }
}

const [mode = '', argument = ''] = process.argv.slice(2)
if (mode === 'serve') await serve(argument)
else await main(Number(mode || 5), Number(argument || 3))
