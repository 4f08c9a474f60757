// Who waits, and how long things take: queues of attestors and pools, examinations, service level.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import type { Json, JsonObject, Registration } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import type { ApplicationAnswer } from '../src/index.ts'
import { bodyOf, start } from './start.ts'

const clerks = ['CL-1', 'CL-2', 'CL-3'].map((handle, n) => ({
  handle,
  signer: generateEd25519Signer(),
  outside: n !== 1,
}))
const pools = [
  { handle: 'IP4', space: 'ip4', range: '10.0.0.0/24', open: true },
  { handle: 'FEW', space: 'ip4', range: '192.168.0.0/31', open: false },
] as const
const { registry, get, failures } = await start({ clerks, pools })
after(() => registry.close())

async function read<T>(path: string): Promise<T> {
  const reply = await get(path)
  assert.equal(reply.status, 200, path)
  return bodyOf<T>(reply)
}
type Queues = {
  readonly size: number
  readonly queues: readonly {
    readonly queue: string
    readonly waiting: number | null
    readonly more: boolean
    readonly items: readonly {
      readonly application: string
      readonly ahead: number
      readonly procedure: string
    }[]
  }[]
}
type Level = {
  readonly from: number
  readonly through: number
  readonly decisions: readonly (JsonObject & { readonly procedure: string })[]
  readonly examinations: readonly (JsonObject & { readonly procedure: string })[]
}
const queue = async (name: string, more = ''): Promise<Queues['queues'][number]> => {
  const { queues } = await read<Queues>(`/api/queue?queue=${encodeURIComponent(name)}${more}`)
  assert.ok(queues[0])
  return queues[0]
}

const old = await registry.holder('Old Networks')
const successor = await registry.holder('New Networks')
const KEY = 'ip4/10.0.0.0/25'
const allocated = await registry.accepted(
  registry.request('allocate/1', { holder: old.handle, pool: 'IP4', length: 25, block: KEY }),
  [old.signer],
)
const [registration] = (allocated.get(KEY) as JsonObject)['registrations'] as readonly Registration[]
assert.ok(registration)
const hash = encodeBase64(new Uint8Array(32))

/** An application for succession; gives its handle. */
async function apply(): Promise<string> {
  const body = {
    step: 'apply',
    predecessor: old.handle,
    successor: successor.handle,
    registrations: [{ key: KEY, id: registration?.id ?? '' }],
    ground: 'merger',
    instrument: hash,
    attestor: 'CL-1',
  }
  const replaces = [
    { member: `${KEY}#${registration?.id}`, hash: memberHashOf(nodeCrypto, registration as Json) },
  ]
  const effects = await registry.accepted(registry.request('succeed/1', body, replaces), [successor.signer])
  const key = [...effects.keys()].find((candidate) => candidate.startsWith('obj/application/')) ?? ''
  return key.slice('obj/application/'.length)
}

async function attest(staff: string, body: JsonObject): Promise<void> {
  const signer = clerks.find(({ handle }) => handle === staff)?.signer
  assert.ok(signer)
  await registry.accepted(registry.request('attest/1', { ...body, staff }), [signer])
}

const applications: string[] = []
for (let count = 0; count < 3; count++) applications.push(await apply())

test('each attestor’s queue in the order of arrival, by the application’s handle alone, in pages', async () => {
  const { size, queues } = await read<Queues>('/api/queue')
  assert.equal(size, registry.reader.snapshot().publication.size)
  assert.deepEqual(
    queues.map(({ queue: name, waiting }) => [name, waiting]),
    [
      ['CL-1', 3],
      ['CL-2', 2],
      ['CL-3', 1],
    ],
  )
  const first = await queue('cl-1', '&limit=2')
  assert.deepEqual(
    first.items.map(({ application, ahead, procedure }) => [application, ahead, procedure]),
    applications.slice(0, 2).map((application, ahead) => [application, ahead, 'succeed/1']),
  )
  assert.equal(first.more, true)
  const last = await queue('CL-1', '&from=2')
  assert.deepEqual(
    last.items.map(({ application }) => application),
    applications.slice(2),
  )
  assert.equal(last.more, false)
  const text = await (await get('/api/queue')).text()
  assert.ok(
    !text.includes('Networks') && !text.includes(old.handle) && !text.includes(successor.handle),
    text,
  )
})

test('an application says what is asked, who was called and how many are before it', async () => {
  const answer = await read<ApplicationAnswer>(`/api/applications/${applications[1]}`)
  assert.equal(answer.state, 'examining')
  assert.deepEqual(
    answer.examination?.calls.map(({ staff, ahead, committed }) => [staff, ahead, committed]),
    [
      ['CL-1', 1, false],
      ['CL-3', 0, false],
    ],
  )
  assert.ok(answer.examination?.questions.every(({ id, text }) => id !== '' && text.endsWith('?')))
})

test('who waits for a pool, in pages; queues that are not there are answered with 404', async () => {
  const waiting: string[] = []
  for (let count = 0; count < 6; count++) {
    const body = { holder: old.handle, pool: 'FEW', length: 32, block: null }
    const effects = await registry.accepted(registry.request('allocate/1', body), [old.signer])
    const key = [...effects.keys()].find((candidate) => candidate.startsWith('obj/application/'))
    if (key !== undefined) waiting.push(key.slice('obj/application/'.length))
  }
  assert.ok(waiting.length >= 3)
  const whole = await queue('FEW/32')
  assert.deepEqual(
    whole.items.map(({ application, ahead }) => [application, ahead]),
    waiting.map((one, n) => [one, n]),
  )
  const page = await queue('few/32', '&from=1&limit=1')
  assert.deepEqual(
    page.items.map(({ application, ahead }) => [application, ahead]),
    [[waiting[1], 1]],
  )
  assert.equal(page.more, true)
  for (const name of ['CL-9', 'FEW/24', 'NONE/24', 'IP4/25', '/', 'IP4/__proto__'])
    assert.equal((await get(`/api/queue?queue=${encodeURIComponent(name)}`)).status, 404, name)
  assert.deepEqual([whole.waiting, page.waiting], [waiting.length, waiting.length])
  // However long the queue, its end can be looked at.
  assert.deepEqual((await queue('FEW/32', '&from=100000')).items, [])
  assert.equal((await get('/api/queue?limit=0')).status, 400)
})

test('applications by state, in the order of arrival, by handle alone, in pages', async () => {
  type Page = {
    readonly items: readonly { readonly application: string; readonly state: string }[]
    readonly after: string | null
  }
  const walk = async (query: string): Promise<readonly string[]> => {
    const handles: string[] = []
    let after: string | null = null
    do {
      const from: string = after === null ? '' : `&after=${after.toLowerCase()}`
      const page: Page = await read<Page>(`/api/applications?limit=2${query}${from}`)
      handles.push(...page.items.map(({ application }) => application))
      after = page.after
    } while (after !== null)
    return handles
  }
  assert.deepEqual(await walk('&state=examining'), applications)
  const waiting = await walk('&state=waiting')
  assert.deepEqual(
    waiting,
    (await queue('FEW/32')).items.map(({ application }) => application),
  )
  assert.deepEqual(await walk('&state=waiting,examining'), [...applications, ...waiting])
  const all = await walk('')
  assert.deepEqual(
    all.filter((one) => [...applications, ...waiting].includes(one)),
    [...applications, ...waiting],
  )
  assert.deepEqual(await walk('&state=vetoed'), [])
  assert.deepEqual(await walk('&order=newest'), all.toReversed())
  assert.deepEqual(await walk('&order=newest&state=examining'), applications.toReversed())
  assert.deepEqual(await walk('&procedure=succeed/1'), applications)
  assert.deepEqual(await walk('&order=newest&procedure=none/1'), [])
  type Counted = { readonly found: number; readonly states: readonly { state: string; count: number }[] }
  const counted = await read<Counted>('/api/applications?state=examining&procedure=succeed/1&limit=1')
  assert.equal(counted.found, applications.length)
  assert.deepEqual(
    counted.states.filter(({ count }) => count > 0),
    [{ state: 'examining', count: applications.length }],
  )
  const text = await (await get('/api/applications?limit=200')).text()
  assert.ok(!text.includes(old.handle) && !text.includes(successor.handle), text)
  const second = await read<ApplicationAnswer>(`/api/applications/${waiting[1]}`)
  assert.deepEqual(second.place, { queue: 'FEW/32', ahead: 1 })
  const reply = await get('/api/applications?state=lost')
  assert.equal(reply.status, 400)
  assert.match(await reply.text(), /one or more of waiting, /)
  assert.equal((await get('/api/applications?after=A-9')).status, 400)
  assert.match(await (await get('/api/applications?order=random')).text(), /arrival or newest/)
})

test('the service level: times from receipt to decision and of examinations, and every entry once', async () => {
  const before = await read<Level>('/api/service-level')
  assert.equal(before.through, registry.reader.snapshot().publication.size)
  assert.equal(before.from, 0)
  assert.deepEqual(before.examinations, [])
  const application = applications[0] ?? ''
  const { examination } = await read<ApplicationAnswer>(`/api/applications/${application}`)
  const called = examination?.calls.map(({ staff }) => staff) ?? []
  const answers = Object.fromEntries((examination?.questions ?? []).map(({ id }) => [id, 'yes']))
  registry.advance(3 * 86400)
  for (const staff of called) {
    const said = { application, staff, answers, evidence: hash, nonce: hash }
    await attest(staff, { step: 'commit', application, commitment: memberHashOf(nodeCrypto, said) })
  }
  for (const staff of called)
    await attest(staff, { step: 'reveal', application, answers, evidence: hash, nonce: hash })
  assert.equal((await read<ApplicationAnswer>(`/api/applications/${application}`)).state, 'to-notify')
  const [level, again] = await Promise.all([
    read<Level>('/api/service-level'),
    read<Level>('/api/service-level'),
  ])
  assert.deepEqual(level, again)
  assert.deepEqual(level.examinations, [
    {
      procedure: 'succeed/1',
      positive: 1,
      negative: 0,
      overdue: 0,
      count: 1,
      median: 259000,
      p95: 259000,
      longest: 259000,
      limit: null,
      limitDays: 5,
    },
  ])
  const attests = level.decisions.find(({ procedure }) => procedure === 'attest/1')
  assert.deepEqual(
    [attests?.['count'], attests?.['accepted'], attests?.['refused'], attests?.['late']],
    [4, 4, 0, 0],
  )
  assert.equal(level.decisions.find(({ procedure }) => procedure === 'succeed/1')?.['count'], 3)
  assert.deepEqual(failures, [])
})
