/**
 * Proof documents over HTTP beside bare `node:http` sending one ready document, in one run (design.md section 7:
 * >= 5,000/s a core). The state holds nested IPv4 prefixes with 350-byte records, the log has 2^20 entries' worth of
 * inclusion path; each request asks for a uniformly random address, so that nothing is asked twice. "A core" counts
 * the server's own CPU time. Needs Debian's `wrk`.
 *
 * Run: `node bench/proofs.ts [prefixes, default 400000] [rounds, default 3] [seconds a round, default 4]`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatStateEntry } from '@cadastre/answers'
import { encodeBase64 } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { leafHash, nodeHash } from '@cadastre/merkle'
import { formatCheckpoint, noteSigner, signNote } from '@cadastre/notes'
import { PublishedReader, type RegistryInfo } from '@cadastre/reader'
import { instantFromSeconds } from '@cadastre/records'
import { createTiles } from '@cadastre/tiles'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import { getRequestListener } from '@hono/node-server'
import { record } from './figures.ts'

const ORIGIN = 'registry.example/log'
const AT = instantFromSeconds(1_790_000_000)
const FILLER = 'x'.repeat(300)

const INFO: RegistryInfo = {
  origin: ORIGIN,
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

let seed = 7
function random(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((seed / 2 ** 32) * below)
}

function makeReader(prefixes: number): PublishedReader {
  const memory = createTrieMemory()
  const trie = new TrieWriter(memory, nodeCrypto)
  for (let i = 0; i < prefixes; i++) {
    const length = random(2) === 0 ? 24 : 8 + random(22)
    const first = (random(2 ** 32) & (0xffffffff << (32 - length))) >>> 0
    const label = Uint8Array.of(first >>> 24, (first >>> 16) & 255, (first >>> 8) & 255, first & 255)
    trie.set('ip4', label, length, Buffer.from(`{"filler":"${FILLER}","n":${i},"v":1}`))
  }
  const version = trie.commit()
  const { asn, ip4, ip6, obj } = version.hashes
  const roots = {
    asn: encodeBase64(asn),
    ip4: encodeBase64(ip4),
    ip6: encodeBase64(ip6),
    obj: encodeBase64(obj),
  }
  const stateText = formatStateEntry({ t: 'state', v: 1, at: AT, ops: 1, prev: null, roots })
  // The last leaf of a tree of 2^20: every sibling is a full tree on its left, here of any hash.
  const inclusion = Array.from({ length: 20 }, (_, i) => new Uint8Array(32).fill(i + 1))
  let root = leafHash(nodeCrypto, Buffer.from(stateText))
  for (const sibling of inclusion) root = nodeHash(nodeCrypto, sibling, root)
  const size = 2 ** 20
  const signer = noteSigner(nodeCrypto, ORIGIN, ed25519SignerFromSeed(new Uint8Array(32).fill(1)))
  const note = signNote(formatCheckpoint({ origin: ORIGIN, size, root }), [signer])
  const reader = new PublishedReader(INFO, memory, noStore, nodeCrypto)
  reader.publish({ size, at: AT, note, stateText, inclusion, version })
  return reader
}

/** Proofs are made from memory alone: whatever asks the store fails here. */
const noStore: PublishedReader['store'] = new Proxy({} as PublishedReader['store'], {
  get() {
    throw new Error('a proof needs no store')
  },
})

async function listener(kind: string, prefixes: number): Promise<RequestListener> {
  const tiles = createTiles(makeReader(prefixes), { logDirectory: '/nonexistent' })
  if (kind === 'proofs') {
    const answer = getRequestListener(tiles.fetch)
    return (request, response) => void answer(request, response)
  }
  const body = await (await tiles.request('/proof/ip/100.0.0.1')).text()
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(body) }
  return (_, response) => response.writeHead(200, headers).end(body)
}

async function serve(kind: string, prefixes: number): Promise<void> {
  const server = createServer(await listener(kind, prefixes))
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.((user + system) / 1e6)
  })
}

type Server = { readonly child: ChildProcess; readonly port: number }
async function start(kind: string, prefixes: number): Promise<Server> {
  const child = spawn(process.execPath, [import.meta.filename, 'serve', kind, String(prefixes)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [port] = await once(child, 'message')
  return { child, port: Number(port) }
}

async function cpuSeconds({ child }: Server): Promise<number> {
  child.send('cpu')
  const [seconds] = await once(child, 'message')
  return Number(seconds)
}

const RANDOM = `
math.randomseed(os.time())
request = function()
  return wrk.format("GET", string.format("/proof/ip/%d.%d.%d.%d",
    math.random(1, 223), math.random(0, 255), math.random(0, 255), math.random(0, 255)))
end`

/** Requests a second of wall time, and a second of the server's CPU time. */
async function rate(server: Server, script: string, seconds: number): Promise<readonly [number, number]> {
  const before = await cpuSeconds(server)
  const command = ['-t1', '-c64', `-d${seconds}s`, '-s', script, `http://127.0.0.1:${server.port}`]
  const run = spawnSync('wrk', command, { encoding: 'utf8' })
  const wall = /Requests\/sec:\s+([0-9.]+)/.exec(run.stdout)?.[1]
  const count = /([0-9]+) requests in/.exec(run.stdout)?.[1]
  if (wall === undefined || count === undefined || /Socket errors|Non-2xx/.test(run.stdout))
    throw new Error(`wrk: ${run.stdout}${run.stderr}`)
  return [Number(wall), Number(count) / ((await cpuSeconds(server)) - before)]
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`.padStart(12)

async function main(prefixes: number, rounds: number, seconds: number): Promise<void> {
  if (spawnSync('wrk', ['-v']).error !== undefined) {
    console.log('bench/proofs needs Debian’s wrk: apt-get install wrk')
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'cadastre-bench-'))
  const script = join(folder, 'random.lua')
  writeFileSync(script, RANDOM)
  const servers = { bare: await start('bare', prefixes), proofs: await start('proofs', prefixes) }
  try {
    await rate(servers.proofs, script, 2)
    const bare: (readonly [number, number])[] = []
    const ours: (readonly [number, number])[] = []
    for (let round = 0; round < rounds; round++) {
      bare.push(await rate(servers.bare, script, seconds))
      ours.push(await rate(servers.proofs, script, seconds))
    }
    const title = `proofs over HTTP, ${prefixes.toLocaleString('en')} prefixes`
    console.log(
      `${title.padEnd(44)} ${'bare'.padStart(12)} ${'ours'.padStart(12)} ${'ratio'.padStart(7)}   limit`,
    )
    for (const [what, index, limit] of [
      ['a second of wall time', 0, ''],
      ['a second of one core', 1, '>= 5,000/s'],
    ] as const) {
      const [peer, own] = [median(bare.map((pair) => pair[index])), median(ours.map((pair) => pair[index]))]
      const ratio = `${((own / peer) * 100).toFixed(0)}%`.padStart(7)
      console.log(`${what.padEnd(44)} ${perSecond(peer)} ${perSecond(own)} ${ratio}   ${limit}`)
      if (index === 1)
        record({ what: 'proofs over HTTP', value: own, unit: '/s a core', limit: { atLeast: 5000 } })
    }
  } finally {
    for (const { child } of Object.values(servers)) child.kill()
    rmSync(folder, { recursive: true })
  }
}

const [mode = '', second = '', third = ''] = process.argv.slice(2)
if (mode === 'serve') await serve(second, Number(third))
else await main(Number(mode || 400_000), Number(second || 3), Number(third || 4))
