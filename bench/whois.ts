/**
 * WHOIS on open connections, pipelined (design.md section 7: >= 50,000 queries/s a core), beside a bare `node:net`
 * server that sends one ready reply for each line. The client is a process of its own; a core is a second of the
 * server's processor time, user and system. 400,000 delegations.
 *
 * Run: `node bench/whois.ts [seconds a round, default 4]`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { nodeCrypto } from '@cadastre/crypto/node'
import { blockBytes, formatAddress, rangeOfCount, rangeToBlocks } from '@cadastre/numbers'
import { PublishedReader, type RegistryInfo } from '@cadastre/reader'
import {
  type Cell,
  canonicalJson,
  EMPTY_CELL,
  instantFromSeconds,
  type Json,
  NEW_HOLDER,
  type Registration,
} from '@cadastre/records'
import { createTrieMemory, objectLabel, TrieWriter } from '@cadastre/trie'
import { startWhois, whoisText } from '@cadastre/whois'
import { record } from './figures.ts'

const DELEGATIONS = 400_000
const HOLDERS = 50_000
const FIRST_OCTET = 64
/** A delegation every 1,024 addresses: 400,000 of them fill 64.0.0.0 to 88.106.127.255. */
const SPACING = 1024
const CONNECTIONS = 8
const WINDOW = 2000

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

const unused = (): never => {
  throw new Error('these questions need no store')
}
const NO_STORE: PublishedReader['store'] = {
  head: unused,
  entries: unused,
  tileHashes: unused,
  snapshot: unused,
  records: unused,
  record: unused,
  objects: unused,
  touched: unused,
  receiptBySeq: unused,
  receiptsByRequest: unused,
  lastReceipt: unused,
  openings: unused,
  holdersMatching: unused,
  checkpoints: unused,
  close: unused,
}

let seed = 7
function random(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((seed / 2 ** 32) * below)
}

/** Every third delegation is a range that is no prefix; every second states a route. */
function makeReader(): PublishedReader {
  const memory = createTrieMemory()
  const trie = new TrieWriter(memory, nodeCrypto)
  const object = (type: string, handle: string, value: Json): void => {
    trie.set('obj', objectLabel(nodeCrypto, type, handle), 256, Buffer.from(canonicalJson(value)))
  }
  for (let index = 0; index < HOLDERS; index++) {
    object('holder', `H-${index}`, {
      v: 1,
      handle: `H-${index}`,
      kind: 'organisation',
      name: `Example organisation number ${index}`,
      country: 'XX',
      identity: `I-${index}`,
      policy: null,
      contacts: [],
      ...NEW_HOLDER,
      procedure: 'identify-holder/1',
      since: index,
    })
  }
  const start = BigInt(FIRST_OCTET) << 24n
  for (let index = 0; index < DELEGATIONS; index++) {
    const first = start + BigInt(index * SPACING)
    const count = index % 3 === 0 ? 768n : 1024n
    const range = rangeOfCount('ip4', first, count)
    if (!range.ok) throw new Error(range.error.expected)
    const id = `R-${index}`
    const registration: Registration = {
      id,
      kind: 'holding',
      first: formatAddress('ip4', first),
      last: formatAddress('ip4', first + count - 1n),
      holder: `H-${index % HOLDERS}`,
      status: 'allocated',
      country: 'XX',
      registered: '2013-05-01',
      until: null,
      protected: false,
      provenance: 'STATISTICS',
      procedure: 'import/1',
      since: index,
    }
    const routes = index % 2 === 0 ? [{ under: id, since: index, origin: 64500 }] : []
    const cell: Cell = { ...EMPTY_CELL, registrations: [registration], routes }
    for (const block of rangeToBlocks(range.value))
      trie.set('ip4', blockBytes(block), block.length, Buffer.from(canonicalJson(cell as Json)))
  }
  const reader = new PublishedReader(INFO, memory, NO_STORE, nodeCrypto)
  const at = instantFromSeconds(1_767_323_045)
  reader.publish({ size: 4242, at, note: '', stateText: '', inclusion: [], version: trie.commit() })
  return reader
}

const address = (index: number): string => formatAddress('ip4', (BigInt(FIRST_OCTET) << 24n) + BigInt(index))

/** Runs in a process of its own; answers each message with the processor time used so far, microseconds. */
async function serve(kind: string): Promise<void> {
  const reader = makeReader()
  const limits = { queriesBurst: 1e12, connectionsPerNetwork: 1000 }
  const port =
    kind === 'whois'
      ? (await startWhois(reader, { port: 0, host: '127.0.0.1', limits })).port
      : await bare(reader)
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
  process.send?.(port)
}

/** The peer: no parsing, no lookup, the same bytes for each line. */
async function bare(reader: PublishedReader): Promise<number> {
  const text = await whoisText(reader, address(0))
  const reply = text.slice(text.indexOf('\n\n') + 2)
  const server = createServer((socket) => {
    socket.on('data', (chunk) => {
      let out = ''
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) out += reply
      socket.write(out)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  return bound.port
}

type Peer = { readonly child: ChildProcess; readonly port: number }
async function start(kind: string): Promise<Peer> {
  const child = spawn(process.execPath, [import.meta.filename, 'serve', kind], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [port] = await once(child, 'message')
  return { child, port: Number(port) }
}

async function cpuMicroseconds({ child }: Peer): Promise<number> {
  child.send('cpu')
  const [used] = await once(child, 'message')
  return Number(used)
}

const REPLY_END = Buffer.from('\n\n\n')

/** Keep one connection busy until the deadline; how many replies came. */
async function drive(port: number, query: () => string, deadline: number): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  let replies = 0
  let expected = 1
  let tail = 0
  const more = (): void => {
    let text = ''
    for (let index = 0; index < WINDOW; index++) text += `${query()}\r\n`
    expected += WINDOW
    socket.write(text, 'latin1')
  }
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      // An end of a reply may fall between two chunks: two or one of its line feeds were the last of the one before.
      if (tail > 0 && chunk.subarray(0, 3 - tail).every((byte) => byte === 10)) replies++
      for (let at = chunk.indexOf(REPLY_END); at >= 0; at = chunk.indexOf(REPLY_END, at + 3)) replies++
      tail = 0
      while (tail < 2 && chunk[chunk.length - 1 - tail] === 10) tail++
      if (chunk.length >= 3 && chunk[chunk.length - 3] === 10 && tail === 2) tail = 0
      if (replies < expected) return
      if (performance.now() < deadline) more()
      else {
        socket.destroy()
        resolve(replies)
      }
    })
    socket.write('-k\r\n')
  })
}

type Rate = { readonly perCore: number; readonly perSecond: number }
async function measure(peer: Peer, query: () => string, seconds: number): Promise<Rate> {
  const before = await cpuMicroseconds(peer)
  const began = performance.now()
  const deadline = began + seconds * 1000
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => drive(peer.port, query, deadline)),
  )
  const elapsed = (performance.now() - began) / 1000
  const used = ((await cpuMicroseconds(peer)) - before) / 1e6
  const total = counts.reduce((sum, one) => sum + one, 0)
  return { perCore: total / used, perSecond: total / elapsed }
}

const QUERIES: readonly (readonly [string, () => string])[] = [
  ['uniformly random addresses', () => address(random(DELEGATIONS * SPACING))],
  ['the same, -r (without the holder)', () => `-r ${address(random(DELEGATIONS * SPACING))}`],
  ['random prefixes, -rTroute -x', () => `-rTroute -x ${address(random(DELEGATIONS) * SPACING)}/22`],
  ['holders by handle', () => `h-${random(HOLDERS)}`],
  ['1,000 addresses, repeated', () => address(random(1000) * SPACING)],
]

const number = (value: number): string => Math.round(value).toLocaleString('en')
function report(what: string, { perCore, perSecond }: Rate, peer: number | null): void {
  const ratio = peer === null ? '' : `${((100 * perCore) / peer).toFixed(0)}% of bare node:net`
  const limit = peer === null ? '' : `limit >= 50,000${perCore < 50_000 ? '  MISSED' : ''}`
  console.log(
    `${what.padEnd(36)} ${number(perCore).padStart(9)}/s a core ${number(perSecond).padStart(9)}/s   ${limit.padEnd(24)} ${ratio}`,
  )
  if (peer !== null)
    record({ what: `WHOIS, ${what}`, value: perCore, unit: '/s a core', limit: { atLeast: 50_000 } })
}

async function main(seconds: number): Promise<void> {
  const [bareNet, whois] = await Promise.all([start('bare'), start('whois')])
  const [, random0] = QUERIES[0] ?? ['', () => '']
  await measure(whois, random0, 1)
  const peer = await measure(bareNet, random0, seconds)
  report('bare node:net, one ready reply', peer, null)
  for (const [what, query] of QUERIES) report(what, await measure(whois, query, seconds), peer.perCore)
  bareNet.child.kill()
  whois.child.kill()
}

if (process.argv[2] === 'serve') await serve(process.argv[3] ?? '')
else await main(Number(process.argv[2] ?? 4))
