/**
 * RDAP answers with 10,000 orders in a registry of 400,000 delegations, beside the same registry without one: in one
 * process and one run, in rounds that ask both in turns, each time on new caches, so that every answer is made from the
 * records. Random addresses, those whose numbers an order holds, and those whose hold is stayed (every tenth): any answer
 * stays within 5 % of its time.
 * Asked over HTTP on a connection that stays open, as clients do, and by the handler alone, which is no promise.
 *
 * Run: `node bench/rdap-orders.ts [rounds, default 41]`.
 */
import { once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nodeCrypto } from '@cadastre/crypto/node'
import { blockKey, formatAddress, rangeOfCount, rangeToBlocks } from '@cadastre/numbers'
import { answerRdap, createRdapHandler } from '@cadastre/rdap'
import { PublishedReader, type RegistryInfo } from '@cadastre/reader'
import {
  type Cell,
  CHECKLIST,
  canonicalJson,
  EMPTY_CELL,
  type Instant,
  type Json,
  NEW_HOLDER,
  type Notes,
  type ObjectType,
  objectKey,
  type RecordKey,
} from '@cadastre/records'
import { TrieState } from '@cadastre/replay'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import { report } from './figures.ts'

const ROUNDS = Number(process.argv[2] ?? 41)
const DELEGATIONS = 400_000
const ORDERS = 10_000
const EVERY = DELEGATIONS / ORDERS
const REQUESTS = 1_000
/** Requests to one registry before it is the other's turn. */
const TURN = 20
const AT = '2026-01-02T03:04:05Z' as Instant
const LIMIT = 105
/** Every so many-th order is a stayed one. */
const STAYED_EVERY = 10

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

/** The first number of the delegation, a /24 each from 1.0.0.0 on. */
const firstOf = (delegation: number): bigint => BigInt(2 ** 24 + 256 * delegation)

function cellOf(delegation: number): Cell {
  const first = firstOf(delegation)
  return {
    ...EMPTY_CELL,
    registrations: [
      {
        id: `R-${delegation}`,
        kind: 'holding',
        first: formatAddress('ip4', first),
        last: formatAddress('ip4', first + 255n),
        holder: `H-${delegation >> 2}`,
        status: 'allocated',
        country: 'ZZ',
        registered: '2020-01-01',
        until: null,
        protected: false,
        provenance: null,
        procedure: 'import/1',
        since: delegation >> 6,
      },
    ],
  }
}

function holderOf(handle: string): JsonRecord {
  const fixed = { v: 1, handle, kind: 'imported', name: null, country: 'ZZ', identity: null, policy: null }
  return { ...fixed, ...NEW_HOLDER, contacts: [], procedure: 'import/1', since: 7 }
}

/** What the registration's notes say: of an order, a hold of it. */
function notesOf(delegation: number): Notes {
  const range = `${formatAddress('ip4', firstOf(delegation))}/24`
  return {
    v: 1,
    registration: `R-${delegation}`,
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [{ order: `O-${delegation}`, effect: 'hold', range, holds: true, until: null }],
    since: delegation,
  }
}

/** An order as `apply` writes it, all members included. */
function orderOf(delegation: number, stayed: boolean): JsonRecord {
  const range = `${formatAddress('ip4', firstOf(delegation))}/24`
  const [key, id, handle] = [`ip4/${range}`, `R-${delegation}`, `O-${delegation}`]
  const hash = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
  return {
    v: 1,
    handle,
    authority: 'COURT',
    reference: `C ${delegation}/2025`,
    document: hash,
    date: '2025-12-01',
    authenticity: { means: 'seal', certificate: hash, root: 'ROOT', report: hash },
    rooted: true,
    detail: { effect: 'hold' },
    scope: [{ key, id, range }],
    holder: `H-${delegation >> 2}`,
    until: null,
    executeFrom: null,
    seal: null,
    reverses: null,
    state: stayed ? 'stayed' : 'executed',
    reason: null,
    application: `A-${delegation}`,
    checklist: Object.fromEntries(CHECKLIST.map((question) => [question, 'yes'])),
    served: AT,
    received: AT,
    verified: AT,
    notified: AT,
    published: { text: hash, at: AT },
    windowEnd: null,
    opened: AT,
    pausedSeconds: 0,
    executed: AT,
    ended: null,
    stayed: stayed ? { by: `O-${delegation + 1}`, from: 'executed', until: null } : null,
    conflicts: [],
    variedBy: null,
    objection: null,
    asked: null,
    askAgain: null,
    due: null,
    since: delegation,
  }
}

type JsonRecord = { readonly [member: string]: unknown }

function makeReader(ordered: boolean): PublishedReader {
  const memory = createTrieMemory()
  const trie = new TrieWriter(memory, nodeCrypto)
  const state = new TrieState(trie, nodeCrypto, { keepIndex: true })
  const object = (type: ObjectType, handle: string, value: unknown): void =>
    state.put(objectKey(type, handle), canonicalJson(value as Json))
  object('registry', 'REGISTRY', { sources: [] })
  for (let delegation = 0; delegation < DELEGATIONS; delegation++) {
    const range = rangeOfCount('ip4', firstOf(delegation), 256n)
    const [block] = range.ok ? rangeToBlocks(range.value) : []
    if (block === undefined) throw new Error('no block')
    state.put(blockKey(block) as RecordKey, canonicalJson(cellOf(delegation)))
    if (delegation % 4 === 0) object('holder', `H-${delegation >> 2}`, holderOf(`H-${delegation >> 2}`))
    if (ordered && delegation % EVERY === 0) {
      const stayed = (delegation / EVERY) % STAYED_EVERY === 0
      if (!stayed) object('notes', `R-${delegation}`, notesOf(delegation))
      object('order', `O-${delegation}`, orderOf(delegation, stayed))
    }
  }
  const entry = Buffer.from('{"at":"2026-01-02T03:04:05Z"}')
  const store: Partial<PublishedReader['store']> = { entries: async () => [entry], openings: async () => [] }
  const reader = new PublishedReader(INFO, memory, store as PublishedReader['store'], nodeCrypto)
  reader.publish({ size: 4242, at: AT, note: '', stateText: '', inclusion: [], version: trie.commit() })
  return reader
}

/** The middle one. */
const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN

async function overHttp(agent: Agent, port: number, path: string): Promise<void> {
  const request = get({ host: '127.0.0.1', port, path: `/rdap${path}`, agent })
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
  response.resume()
  await once(response, 'end')
}

/** Somebody who asks one registry, whose caches are empty at first. */
type Asker = { readonly ask: (path: string) => Promise<void>; readonly close: () => void }

async function byHandler(reader: PublishedReader): Promise<Asker> {
  const handler = createRdapHandler(reader)
  return { ask: async (path) => void (await handler.handle('GET', path)), close: () => undefined }
}

async function byHttp(reader: PublishedReader): Promise<Asker> {
  const handler = createRdapHandler(reader)
  const server = createServer((request, response) => void answerRdap(handler, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const close = (): void => {
    agent.destroy()
    server.close()
  }
  return { ask: (path) => overHttp(agent, port, path), close }
}

/** Microseconds of the processor, client included. */
async function timeOf(asker: Asker, paths: readonly string[]): Promise<number> {
  const before = process.cpuUsage()
  for (const path of paths) await asker.ask(path)
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/**
 * In per cent: the middle of the ratios of all turns. In a turn both registries are asked the same few requests, the one
 * first that was second before, so that what else the machine does falls on both alike; of the many turns a busy machine
 * spoils few.
 */
async function measure(
  what: string,
  pick: () => number,
  begin: (reader: PublishedReader) => Promise<Asker>,
  limit: number | null,
): Promise<void> {
  const ratios: number[] = []
  const without: number[] = []
  for (let number = 0; number < ROUNDS + 2; number++) {
    const askers = [await begin(plain), await begin(withOrders)] as const
    for (let turn = 0; turn < REQUESTS / TURN; turn++) {
      const paths = Array.from({ length: TURN }, () => {
        const host = BigInt(Math.floor(Math.random() * 256))
        return `/ip/${formatAddress('ip4', firstOf(pick()) + host)}`
      })
      const first = turn % 2 === 0 ? 0 : 1
      const one = await timeOf(askers[first], paths)
      const other = await timeOf(askers[1 - first] ?? askers[0], paths)
      const [plainly, ordered] = first === 0 ? [one, other] : [other, one]
      // The first two rounds warm what is compiled.
      if (number < 2) continue
      without.push(plainly / TURN)
      ratios.push((100 * ordered) / plainly)
    }
    for (const { close } of askers) close()
  }
  report({ what, value: median(ratios), unit: '%', limit: limit === null ? null : { atMost: limit } })
  report({
    what: `  ± ${errorOf(ratios).toFixed(1)} %; without orders`,
    value: median(without),
    unit: 'µs',
    limit: null,
  })
}

/** Standard error of the median, from the middle half: 1.25 sigma / sqrt(n), sigma = half its width / 0.674. */
function errorOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (part: number): number => sorted[Math.floor(part * sorted.length)] ?? Number.NaN
  return (1.25 * (at(0.75) - at(0.25))) / 2 / 0.674 / Math.sqrt(values.length)
}

const plain = makeReader(false)
const withOrders = makeReader(true)
const any = (): number => Math.floor(Math.random() * DELEGATIONS)
const held = (): number => {
  const order = Math.floor(Math.random() * ORDERS)
  return EVERY * (order % STAYED_EVERY === 0 ? order + 1 : order)
}
const stayed = (): number => EVERY * STAYED_EVERY * Math.floor(Math.random() * (ORDERS / STAYED_EVERY))

await measure('RDAP with 10,000 orders, beside without: random addresses, HTTP', any, byHttp, LIMIT)
await measure('  addresses under a hold, HTTP', held, byHttp, LIMIT)
await measure('  addresses under a stayed hold, HTTP', stayed, byHttp, LIMIT)
await measure('  random addresses, handler alone', any, byHandler, null)
await measure('  addresses under a hold, handler alone', held, byHandler, null)
await measure('  addresses under a stayed hold, handler alone', stayed, byHandler, null)
