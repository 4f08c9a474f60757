// Lookup, history, entries, holders, pools, procedures, over a whole registry.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { PROCEDURES } from '@cadastre/procedures'
import { type Json, type JsonObject, MAX_ENTRY_BYTES, type Registration } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import {
  API_ROUTES,
  createPortal,
  type History,
  type HolderAnswer,
  type HoldersAnswer,
  type NumbersAnswer,
  type Register,
  type RegistrationAnswer,
} from '../src/index.ts'
import { bodyOf, start } from './start.ts'

const { registry, app, get, failures } = await start({ demonstration: true })
after(() => registry.close())

async function read<T>(path: string): Promise<T> {
  const reply = await get(path)
  assert.equal(reply.status, 200, path)
  return bodyOf<T>(reply)
}

/** Alpha is allocated a /24, states a ROA intent for it, and transfers its upper half to Beta. */
const alpha = await registry.holder('Alpha Networks')
const beta = await registry.holder('Beta Ñetworks')
const KEY = 'ip4/10.20.30.0/24'
const wish = { holder: alpha.handle, pool: 'IP4', length: 24, block: KEY }
const allocated = await registry.accepted(registry.request('allocate/1', wish), [alpha.signer])
const cell = allocated.get(KEY) as JsonObject
const [registration] = cell['registrations'] as readonly Registration[]
assert.ok(registration !== undefined)
const replaces = [
  { member: `${KEY}#${registration.id}`, hash: memberHashOf(nodeCrypto, registration as Json) },
]
const roa = { kind: 'roa', asn: 64512, maxLength: 24 }
await registry.accepted(
  registry.request(
    'declare-service/1',
    { holder: alpha.handle, at: KEY, service: roa, action: 'set' },
    replaces,
  ),
  [alpha.signer],
)
const half = '10.20.30.128/25'
await registry.accepted(
  registry.request(
    'transfer/1',
    {
      step: 'offer',
      from: alpha.handle,
      to: beta.handle,
      registration: { key: KEY, id: registration.id },
      range: half,
      services: [],
    },
    replaces,
  ),
  [alpha.signer, beta.signer],
)
const size = registry.reader.snapshot().publication.size

test('who holds an address: the chain outermost first, the innermost, services in force, links, the demonstration notice', async () => {
  const answer = await read<NumbersAnswer>('/api/lookup?q=10.20.30.5')
  assert.equal(answer.kind, 'numbers')
  assert.equal(answer.standing, 'held')
  assert.deepEqual(
    answer.chain.map(({ kind, range, holder }) => [kind, range, holder?.name ?? null]),
    [
      ['pool', '10.0.0.0 - 10.255.255.255', null],
      ['holding', '10.20.30.0 - 10.20.30.127', 'Alpha Networks'],
    ],
  )
  assert.deepEqual(answer.innermost, answer.chain.at(-1))
  assert.equal(answer.innermost?.procedure, 'allocate/1')
  assert.equal(answer.innermost?.sinceAt, registry.now)
  assert.deepEqual(
    answer.services.map(({ roas }) => roas),
    [[{ prefix: '10.20.30.0/25', asn: 64512, maxLength: 25 }]],
  )
  assert.equal(answer.query.size, size)
  assert.match(answer.query.demonstration ?? '', /demonstration/)
  assert.equal(answer.links.proof, '/proof/ip/10.20.30.5')
  assert.equal(answer.links.proofAt, `/proof/ip/10.20.30.5?size=${size}`)
  assert.equal(answer.inside.of, 'ip4/10.20.30.0/25', 'inside one address is nothing: its block is listed')
})

test('free space and space that is not ours are answers too', async () => {
  assert.equal((await read<NumbersAnswer>('/api/lookup?q=10.99.0.1')).standing, 'free')
  const outside = await read<NumbersAnswer>('/api/lookup?q=203.0.113.7')
  assert.equal(outside.standing, 'not-ours')
  assert.deepEqual(outside.chain, [])
  assert.equal((await read<NumbersAnswer>('/api/lookup?q=AS64512')).space, 'asn')
})

test('what lies inside comes in pages, each cell once, and is marked as not proved', async () => {
  const all: string[] = []
  let after: string | null = ''
  while (after !== null) {
    const page: NumbersAnswer = await read(
      `/api/lookup?q=10.0.0.0/8&limit=1${after === '' ? '' : `&after=${after}`}`,
    )
    assert.equal(page.inside.proved, false)
    assert.ok(page.inside.items.length <= 1)
    all.push(...page.inside.items.map(({ block }) => block))
    after = page.inside.after
  }
  assert.deepEqual(all, ['10.20.30.0/25', '10.20.30.128/25'])
})

test('a holder by its handle in any case, with what it holds', async () => {
  const answer = await read<HolderAnswer>(`/api/lookup?q=${beta.handle.toLowerCase()}`)
  assert.equal(answer.kind, 'holder')
  assert.deepEqual(
    answer.holdings.items.map(({ block }) => block),
    [half],
  )
  assert.equal(answer.policy?.keys.length, 1)
  const direct = await read<HolderAnswer>(`/api/holders/${beta.handle.toLowerCase()}`)
  assert.deepEqual(direct.holder, answer.holder)
  assert.equal((await get('/api/holders/H-999')).status, 404)
  assert.equal((await get('/api/holders/%20')).status, 400)
})

test('a search by part of a name, without regard to case or accents', async () => {
  const answer = await read<HoldersAnswer>('/api/lookup?q=NETWORKS')
  assert.deepEqual(
    answer.items.map(({ handle }) => handle),
    [alpha.handle],
  )
  const accented = await read<HoldersAnswer>(`/api/lookup?q=${encodeURIComponent('ñETW')}`)
  assert.deepEqual(
    accented.items.map(({ handle }) => handle),
    [beta.handle],
  )
  assert.deepEqual((await read<HoldersAnswer>('/api/lookup?q=nobody at all')).items, [])
})

test('the history of an address: newest first, through every block that covered it, in plain sentences', async () => {
  const history = await read<History>('/api/history?key=10.20.30.200')
  assert.deepEqual(
    history.items.map(({ procedure }) => procedure),
    ['transfer/1', 'declare-service/1', 'allocate/1', 'genesis/1'],
  )
  const [transfer, service, allocation] = history.items.map(({ changes }) =>
    changes.map(({ summary }) => summary).join(' '),
  )
  assert.match(transfer ?? '', /10\.20\.30\.128\/25/)
  assert.match(transfer ?? '', /Beta/)
  assert.match(service ?? '', /ROA intents changed/)
  assert.match(allocation ?? '', /recorded as a holding of Alpha Networks/)
})

test('a history goes on in pages without a gap or a repeat', async () => {
  const whole = (await read<History>('/api/history?key=10.20.30.200')).items.map(({ index }) => index)
  const paged: number[] = []
  let before: number | null | undefined
  while (before !== null) {
    const page: History = await read(
      `/api/history?key=10.20.30.200&limit=1${before === undefined ? '' : `&before=${before}`}`,
    )
    paged.push(...page.items.map(({ index }) => index))
    before = page.before
  }
  assert.deepEqual(paged, whole)
})

test('the history of an object', async () => {
  const history = await read<History>(`/api/history?key=obj/holder/${alpha.handle}`)
  assert.match(history.items.at(-1)?.changes[0]?.summary ?? '', /^Holder H-\d+ recorded\.$/)
  assert.equal((await get('/api/history?key=some words')).status, 400)
})

test('an entry byte for byte as it was hashed; none beyond the published log', async () => {
  const reply = await get('/api/log/entries/0')
  assert.match(reply.headers.get('cache-control') ?? '', /immutable/)
  const [bytes] = await registry.reader.store.entries(0, 1)
  assert.deepEqual(new Uint8Array(await reply.arrayBuffer()), Uint8Array.from(bytes ?? []))
  assert.ok((bytes?.length ?? 0) <= MAX_ENTRY_BYTES)
  assert.equal((await get(`/api/log/entries/${size}`)).status, 404)
  assert.equal((await get('/api/log/entries/-1')).status, 400)
})

test('pools, and the procedures with their schema, refusals in order, parameters in force and text', async () => {
  const pools = await read<{ items: { handle: string; range: string }[] }>('/api/pools')
  assert.deepEqual(
    pools.items.map(({ handle }) => handle),
    ['IP4', 'IP6', 'ASN'],
  )
  const list = await read<{ items: { id: string; inForce: boolean; link: string }[] }>('/api/procedures')
  assert.ok(list.items.length >= 10)
  for (const { link, inForce } of list.items) {
    assert.equal(inForce, true)
    await read(link)
  }
  const transfer = await read<JsonObject>('/api/procedures/transfer/1')
  assert.equal(transfer['text'], '# Transfer\n')
  assert.equal(transfer['textSha256'], createHash('sha256').update('# Transfer\n').digest('base64'))
  assert.deepEqual((transfer['parameters'] as JsonObject)['floorIp4'], 32)
  const codes = (transfer['refusals'] as readonly JsonObject[]).map(({ code }) => code)
  assert.deepEqual(codes, PROCEDURES['transfer/1']?.refusals)
  assert.equal((await get('/api/procedures/transfer/9')).status, 404)
})

test('an application by its handle', async () => {
  assert.equal((await get('/api/applications/A-999')).status, 404)
})

test('bad parameters: 400 that names the parameter, the value and what would be right', async () => {
  for (const [path, says] of [
    [
      '/api/lookup',
      /"detail":"The parameter q is missing\.","pointer":"\/q","expected":"an address, a prefix/,
    ],
    ['/api/lookup?q=', /"detail":"The parameter q does not fit\.".*"expected":"an address, a prefix/],
    ['/api/lookup?q=10.0.0.0/33', /10\.0\.0\.0\/33.*a length from 0 to 32/],
    [
      '/api/lookup?q=10.0.0.0/8&limit=0',
      /"pointer":"\/limit","value":"\\"0\\"","expected":"a whole number from 1 to 200"/,
    ],
    ['/api/lookup?q=10.0.0.0/8&limit=x', /"expected":"a whole number from 1 to 200"/],
    ['/api/extract', /"detail":"The parameter q is missing\."/],
    ['/api/why/x', /"expected":"the index of an entry, from 0"/],
    ['/api/log/entries/01', /"expected":"the index of an entry, from 0"/],
    ['/api/procedures/transfer/x', /"expected":"the number of a version, from 1"/],
    ['/api/requests/0', /"expected":"the number of a receipt, from 1"/],
    ['/api/queue?from=-1', /"expected":"a whole number from 0 to/],
    ['/api/lookup?q=10.0.0.0/8&after=x', /inside\.after/],
    ['/api/history?key=10.0.0.1&before=-1', /"pointer":"\/before"/],
    [
      '/api/requests/by-hash/xyz',
      /"pointer":"\/hash","value":"\\"xyz\\"","expected":"64 hexadecimal digits"/,
    ],
  ] as const) {
    const reply = await get(path)
    assert.equal(reply.status, 400, path)
    const text = await reply.text()
    assert.match(text, says)
    assert.doesNotMatch(text, /Invalid|Too |pattern/, 'no words of a library')
  }
  assert.deepEqual(failures, [])
})

test('the routes that are mounted are the written list', () => {
  const mounted = new Set(app.routes.map(({ path }) => path).filter((path) => !path.endsWith('*')))
  assert.deepEqual([...mounted].sort(), [...API_ROUTES].sort())
})

test('the portal answers in process what /api answers', async () => {
  const portal = createPortal(registry.reader)
  const page = { limit: 50, after: null }
  for (const text of ['10.20.30.5', 'networks', alpha.handle]) {
    const found = await portal.lookup(text, page)
    assert.ok(found.ok)
    assert.deepEqual(JSON.parse(JSON.stringify(found.value)), await read(`/api/lookup?q=${text}`))
  }
  const fault = async (text: string, after: string | null = null): Promise<string> => {
    const found = await portal.lookup(text, { limit: 1, after })
    return found.ok ? 'found' : found.error.kind
  }
  assert.equal(await fault('10.0.0.0/99'), 'not-understood')
  assert.equal(await fault('10.0.0.0/8', 'x'), 'not-understood')
  assert.equal(await fault('obj/holder/H-999'), 'not-found')
  assert.equal(await portal.history('no key', { limit: 1, before: null }), null)
  assert.equal((await portal.history('10.20.30.5', { limit: 1, before: null }))?.items.length, 1)
})

test('what a holder has comes in pages, each block once and in order', async () => {
  const beta = await registry.holder('Beta Networks')
  const blocks = ['10.50.0.0/24', '10.50.1.0/24', '10.50.2.0/24', '10.50.3.0/24', '10.50.4.0/24']
  for (const block of blocks.toReversed())
    await registry.accepted(
      registry.request('allocate/1', {
        holder: beta.handle,
        pool: 'IP4',
        length: 24,
        block: `ip4/${block}`,
      }),
      [beta.signer],
    )
  const found: string[] = []
  let after: string | null = null
  do {
    const from: string = after === null ? '' : `&after=${encodeURIComponent(after)}`
    const page: HolderAnswer = await read<HolderAnswer>(`/api/lookup?q=${beta.handle}&limit=2${from}`)
    assert.ok(page.holdings.items.length <= 2)
    found.push(...page.holdings.items.map(({ block }) => block))
    after = page.holdings.after
  } while (after !== null)
  assert.deepEqual(found, blocks)
})

test('a registration by its id: what of it is in force', async () => {
  const answer = await read<NumbersAnswer>('/api/lookup?q=10.50.2.7')
  const id = answer.innermost?.id ?? ''
  const found = await read<RegistrationAnswer>(`/api/lookup?q=${id.toLowerCase()}`)
  assert.deepEqual(
    [found.kind, found.id, found.pieces.map(({ block }) => block)],
    ['registration', id, ['10.50.2.0/24']],
  )
  assert.equal((await read<{ readonly kind: string }>('/api/lookup?q=R-999999')).kind, 'holders')
})

test('the register itself, and lists that are empty', async () => {
  const register = await read<Register>('/api/registry')
  assert.deepEqual([register.state, register.paused, register.terms], ['open', null, []])
  for (const list of ['transits', 'incidents', 'complaints'])
    assert.deepEqual((await read<{ readonly items: readonly unknown[] }>(`/api/${list}`)).items, [], list)
})
