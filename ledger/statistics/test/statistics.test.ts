import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { addSeconds, type Instant, type JsonObject, type OpEntry, parseInstant } from '@cadastre/records'
import { parseEntry, TrieState } from '@cadastre/replay'
import { startTestRegistry, type TestRegistry } from '@cadastre/simulator'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import { StateFollower } from '@cadastre/why'
import { Statistics, type StatisticsReport, statisticsText } from '../src/index.ts'

const START = parseInstant('2030-01-01T00:00:00Z') as Instant

/** A log of decisions as a test likes them: no state stands behind it. */
class SyntheticLog {
  readonly statistics: Statistics = new Statistics(nodeCrypto)
  readonly #state = new TrieState(
    new TrieWriter(createTrieMemory({ poolBytes: 2 ** 20, recordBytes: 2 ** 20 }), nodeCrypto),
    nodeCrypto,
  )
  #seq = 0
  #index = 0

  /** One request of a country, decided after so many seconds. */
  decide(
    country: string | null,
    seconds: number,
    refusal: string | null = null,
    seq: number = ++this.#seq,
  ): this {
    const received = addSeconds(START, 10 * seq)
    const body: JsonObject = { country, attestors: [] }
    const entry: OpEntry = {
      t: 'op',
      v: 1,
      at: addSeconds(received, seconds),
      received: { seq, at: received },
      procedure: 'identify-holder/1',
      request: {
        v: 1,
        origin: 'registry.example/log',
        procedure: 'identify-holder/1',
        body,
        replaces: [],
        expires: received,
        nonce: 'AAAAAAAAAAAAAAAAAAAAAA==',
      },
      evidence: [{ alg: 'ed25519', key: 'AAAA', sig: 'AAAA' }],
      inputs: [],
      outcome: refusal === null ? { accepted: true, effects: [] } : { accepted: false, refusals: [refusal] },
    }
    this.statistics.op(entry, this.#index++, this.#state)
    return this
  }

  report(): StatisticsReport {
    return this.statistics.report()
  }
}

test('volumes, pass rates, codes and times by country', () => {
  const log = new SyntheticLog()
  for (let count = 0; count < 40; count++)
    log.decide('AA', count % 4, count % 10 === 0 ? 'identity-exists' : null)
  for (let count = 0; count < 20; count++) log.decide(null, 1)
  const { all, procedures, inversions, late } = log.report()
  assert.deepEqual([all.n, all.accepted, all.refusals], [60, 56, { 'identity-exists': 4 }])
  const [one] = procedures
  assert.equal(one?.procedure, 'identify-holder/1')
  const aa = one?.by.country['AA']
  assert.deepEqual([aa?.n, aa?.passRate, aa?.medianSeconds, aa?.p95Seconds], [40, 0.9, 1, 3])
  assert.equal(one?.by.country['undeclared']?.n, 20)
  assert.equal(one?.by.size['newcomer']?.n, 60)
  assert.equal(one?.by.path['self']?.n, 60)
  assert.deepEqual([inversions, late], [0, 0])
})

test('attempts of notices by class, windows that began with one and how long it took, deadlines that passed', () => {
  const statistics = new Statistics(nodeCrypto)
  const attempt = (reply: string): JsonObject => ({
    entry: 7,
    application: 'A-7',
    holder: 'H-1',
    channel: 'public',
    to: null,
    message: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    at: START,
    reply,
    code: null,
  })
  const entry = (replies: readonly string[] | null, state: string): OpEntry => ({
    t: 'op',
    v: 1,
    at: addSeconds(START, 90),
    received: null,
    procedure: 'record-notice/1',
    request:
      replies === null
        ? null
        : {
            v: 1,
            origin: 'registry.example/log',
            procedure: 'record-notice/1',
            body: { staff: 'NOTIFIER', attempts: replies.map(attempt) },
            replaces: [],
            expires: START,
            nonce: 'AAAAAAAAAAAAAAAAAAAAAA==',
          },
    evidence: [],
    inputs: [],
    outcome: {
      accepted: true,
      effects: [{ key: 'obj/application/A-7', prev: null, next: { v: 1, state } }],
    },
  })
  const before = {
    record: () => ({ value: { v: 1, state: 'to-notify', opened: START }, hash: null }),
  } as never
  statistics.op(entry(null, 'to-notify'), 8, before)
  statistics.op(entry(['no-address', 'delivered', 'delivered'], 'noticed'), 9, before)
  const report = statistics.report()
  assert.deepEqual(report.notices, {
    attempts: { delivered: 2, 'no-address': 1 },
    begun: 1,
    medianSeconds: 90,
    p95Seconds: 90,
    overdue: 1,
  })
  assert.match(
    statisticsText(report),
    /attempts delivered 2, no-address 1\. Windows that began with one: 1, 90 s/,
  )
})

test('a country whose requests pass less often is flagged, from thirty on both sides, at 0.8', () => {
  const flags = (refusedOf50: number, n = 50): readonly string[] => {
    const log = new SyntheticLog()
    for (let count = 0; count < n; count++) log.decide('AA', 1, count < refusedOf50 ? 'key-unsigned' : null)
    for (let count = 0; count < n; count++) log.decide('BB', 1)
    return log
      .report()
      .flags.filter(({ by }) => by === 'country')
      .map(({ group, kind }) => `${group} ${kind}`)
  }
  assert.deepEqual(flags(11), ['AA pass-rate'])
  assert.deepEqual(flags(10), [], '0.8 itself is not below 0.8')
  assert.deepEqual(flags(29, 29), [], 'too few to say anything')
})

test('a country that waits longer is flagged by the rank test; equal waits and quicker ones are not', () => {
  const flags = (slower: number): readonly string[] => {
    const log = new SyntheticLog()
    for (let count = 0; count < 60; count++) log.decide('AA', (count % 10) + slower)
    for (let count = 0; count < 60; count++) log.decide('BB', count % 10)
    return log
      .report()
      .flags.filter(({ by }) => by === 'country')
      .map(({ group, kind }) => `${group} ${kind}`)
  }
  assert.deepEqual(flags(3), ['AA times'])
  assert.deepEqual(flags(0), [])
  assert.deepEqual(flags(-3), ['BB times'], 'the slower one is named')
})

test('inversions and late decisions are counted', () => {
  const log = new SyntheticLog()
  log.decide('AA', 1, null, 1).decide('AA', 1, null, 3).decide('AA', 25, null, 2).decide('AA', 61, null, 4)
  assert.deepEqual([log.report().inversions, log.report().late], [1, 1])
})

let registry: TestRegistry
before(async () => {
  registry = await startTestRegistry()
})
after(() => registry.close())

/** Follow the log of the registry, with the chance to alter an entry. */
async function followed(
  alter: (entry: OpEntry, index: number) => OpEntry = (entry) => entry,
): Promise<StatisticsReport> {
  const statistics = new Statistics(nodeCrypto)
  const { size } = registry.reader.snapshot().publication
  const follower = new StateFollower(nodeCrypto, {
    op: (entry, index, state) => statistics.op(alter(entry, index), index, state),
    state: (entry, index) => statistics.state(entry, index),
  })
  for (const bytes of await registry.reader.store.entries(0, size)) follower.step(bytes)
  return statistics.report()
}

test('a real log: sizes follow the holdings, no inversion, every loss has its basis', async () => {
  const one = await registry.holder('One Networks')
  const wish = { holder: one.handle, pool: 'IP4', length: 20, block: null }
  await registry.accepted(registry.request('allocate/1', wish), [one.signer])
  const effects = await registry.accepted(registry.request('allocate/1', wish), [one.signer])
  const [key, cell] = [...effects].find(([name]) => name.startsWith('ip4/')) ?? []
  const registration = (
    cell as { readonly registrations: readonly { readonly id: string; readonly holder: string | null }[] }
  ).registrations.find(({ holder }) => holder === one.handle)
  assert.ok(key !== undefined && registration !== undefined)
  const { memberHashOf } = await import('@cadastre/signatures')
  const member = { member: `${key}#${registration.id}`, hash: memberHashOf(nodeCrypto, registration) }
  const range = key.slice(4)
  const body = { step: 'offer', holder: one.handle, registration: { key, id: registration.id }, range }
  const entry = await registry.act(registry.request('return/1', body, [member]), [one.signer])
  const honest = await followed()
  const allocations = honest.procedures.find(({ procedure }) => procedure === 'allocate/1')
  assert.equal(allocations?.by.size['no IPv4']?.n, 1)
  assert.equal(allocations?.by.size['up to /20']?.n, 1)
  assert.deepEqual([honest.inversions, honest.late, honest.adverse.lacking], [0, 0, 0])
  assert.equal(honest.size, registry.reader.snapshot().publication.size)
  assert.match(statisticsText(honest), /without a basis: 0\n.*No disparity is flagged \(/s)

  // Were the log to take the block in an act that nobody signed, the count would say so.
  const forged = await followed((op, index) =>
    index === entry.index
      ? { ...op, outcome: { accepted: true, effects: [{ key, prev: null, next: null }] } }
      : op,
  )
  assert.ok(forged.adverse.lacking >= 1)
})

test('the entries are those of the log', async () => {
  const [bytes] = await registry.reader.store.entries(0, 1)
  assert.equal(bytes === undefined ? null : parseEntry(bytes)?.kind, 'op')
})

test('by month and region, with what cannot be computed and why', () => {
  const log = new SyntheticLog()
  for (let count = 0; count < 3; count++) log.decide('BR', 1)
  log.decide('DE', 1, 'identity-exists').decide(null, 1).decide('ZZ', 1)
  const report = log.report()
  const [month] = report.months
  assert.deepEqual([report.months.length, month?.month, month?.n, month?.accepted], [1, '2030-01', 6, 5])
  const regions = Object.entries(month?.by.region ?? {}).map(([region, { n }]) => [region, n])
  assert.deepEqual(Object.fromEntries(regions), { Americas: 3, Europe: 1, undeclared: 1, elsewhere: 1 })
  assert.deepEqual(report.procedures[0]?.by.region['Americas']?.n, 3)
  assert.deepEqual(
    report.notComputed.map(({ by }) => by),
    ['language', 'broker'],
  )
  const text = statisticsText(report)
  assert.match(text, /Not computed by language: no request, record or message states one/)
  assert.match(text, /Inversions .*: 0, as it must be/)
  assert.match(text, /^2030-01 /m)
})

test('acts on legal acts of the seat are counted by quarter: blocks, delays, releases, delays that ran out', () => {
  const statistics = new Statistics(nodeCrypto)
  const state = new TrieState(
    new TrieWriter(createTrieMemory({ poolBytes: 2 ** 20, recordBytes: 2 ** 20 }), nodeCrypto),
    nodeCrypto,
  )
  const act = (at: string, step: string | null, accepted = true): OpEntry => ({
    t: 'op',
    v: 1,
    at: parseInstant(at) as Instant,
    received: null,
    procedure: 'apply-sanctions-act/1',
    request:
      step === null
        ? null
        : {
            v: 1,
            origin: 'registry.example/log',
            procedure: 'apply-sanctions-act/1',
            body: { step },
            replaces: [],
            expires: START,
            nonce: 'AAAAAAAAAAAAAAAAAAAAAA==',
          },
    evidence: [],
    inputs: [],
    outcome: accepted ? { accepted: true, effects: [] } : { accepted: false, refusals: ['staff-unknown'] },
  })
  const entries = [
    act('2030-01-01T00:00:00Z', 'certify'),
    act('2030-03-31T23:59:59Z', 'delay'),
    act('2030-03-31T23:59:59Z', 'delay', false),
    act('2030-04-01T00:00:00Z', 'lift'),
    act('2030-06-01T00:00:00Z', null),
  ]
  for (const [index, entry] of entries.entries()) statistics.op(entry, index, state)
  assert.deepEqual(statistics.report().sanctions, [
    { quarter: '2030-Q2', blocks: 0, delays: 0, releases: 1, lapsed: 1 },
    { quarter: '2030-Q1', blocks: 1, delays: 1, releases: 0, lapsed: 0 },
  ])
  assert.match(
    statisticsText(statistics.report()),
    /2030-Q1 {2}blocks 1, delays 1, releases 0, delays that ran out 0/,
  )
})
