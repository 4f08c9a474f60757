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

test('a country whose requests pass less often is flagged, from thirty on both sides, at 0.8', () => {
  const flags = (refusedOf50: number, n = 50): readonly string[] => {
    const log = new SyntheticLog()
    for (let count = 0; count < n; count++) log.decide('AA', 1, count < refusedOf50 ? 'key-unsigned' : null)
    for (let count = 0; count < n; count++) log.decide('BB', 1)
    return log.report().flags.map(({ group, kind }) => `${group} ${kind}`)
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
    return log.report().flags.map(({ group, kind }) => `${group} ${kind}`)
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
  assert.match(statisticsText(honest), /without a basis: 0\n\nNo disparity is flagged\./)

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
