/** Statistics of what clerks decide (procedures.md, section E): an application counts once, when it ends. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import type { Json, JsonObject, OpEntry, Registration } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { startTestRegistry, type TestHolder, type TestRegistry } from '@cadastre/simulator'
import { StateFollower } from '@cadastre/why'
import { flagsOf, Statistics, type StatisticsReport, statisticsText, Tally } from '../src/index.ts'

const HASH = encodeBase64(new Uint8Array(32))
const DAY = 86_400
const clerks = ['CL-1', 'CL-2', 'CL-3'].map((handle, n) => ({
  handle,
  signer: generateEd25519Signer(),
  outside: n !== 1,
}))

let registry: TestRegistry
let report: StatisticsReport
const ops: OpEntry[] = []

type Examination = {
  readonly questions: readonly string[]
  readonly calls: readonly { readonly staff: string }[]
}
type Recorded = { readonly application: string; readonly examination: Examination }
type Estate = { readonly key: string; readonly registration: Registration; readonly old: TestHolder }

async function estate(third: number): Promise<Estate> {
  const old = await registry.holder(`Old Networks ${third}`)
  const key = `ip4/10.0.${third}.0/24`
  const wish = { holder: old.handle, pool: 'IP4', length: 24, block: key }
  const effects = await registry.accepted(registry.request('allocate/1', wish), [old.signer])
  const cell = effects.get(key) as { readonly registrations?: readonly Registration[] } | undefined
  const registration = cell?.registrations?.[0]
  assert.ok(registration)
  return { key, registration, old }
}

function hashOf(registration: unknown): string {
  return memberHashOf(nodeCrypto, registration as Json)
}

async function apply({ key, registration, old }: Estate, successor: TestHolder): Promise<Recorded> {
  const body = {
    step: 'apply',
    predecessor: old.handle,
    successor: successor.handle,
    registrations: [{ key, id: registration.id }],
    ground: 'merger',
    instrument: HASH,
    attestor: 'CL-1',
  }
  const hash = hashOf(registration)
  const request = registry.request('succeed/1', body, [{ member: `${key}#${registration.id}`, hash }])
  const effects = await registry.accepted(request, [successor.signer])
  const [name, record] = [...effects].find(([one]) => one.startsWith('obj/application/')) ?? []
  assert.ok(name !== undefined)
  const { examination } = record as { readonly examination: Examination }
  return { application: name.slice('obj/application/'.length), examination }
}

async function attest(staff: string, body: JsonObject): Promise<void> {
  const signer = clerks.find(({ handle }) => handle === staff)?.signer
  assert.ok(signer)
  await registry.accepted(registry.request('attest/1', { ...body, staff }), [signer])
}

async function examine({ application, examination }: Recorded, answer: 'yes' | 'no'): Promise<void> {
  const answers = Object.fromEntries(examination.questions.map((question) => [question, answer]))
  for (const { staff } of examination.calls) {
    const said = { application, staff, answers, evidence: HASH, nonce: HASH }
    await attest(staff, { step: 'commit', application, commitment: memberHashOf(nodeCrypto, said) })
  }
  for (const { staff } of examination.calls)
    await attest(staff, { step: 'reveal', application, answers, evidence: HASH, nonce: HASH })
}

async function followed(counts?: ConstructorParameters<typeof Statistics>[1]): Promise<StatisticsReport> {
  const statistics = new Statistics(nodeCrypto, counts)
  ops.length = 0
  const { size } = registry.reader.snapshot().publication
  const follower = new StateFollower(nodeCrypto, {
    op: (entry, index, state) => {
      ops.push(entry)
      statistics.op(entry, index, state)
    },
    state: (entry, index) => statistics.state(entry, index),
  })
  for (const bytes of await registry.reader.store.entries(0, size)) follower.step(bytes)
  return statistics.report()
}

before(async () => {
  const pools = [{ handle: 'IP4', space: 'ip4', range: '10.0.0.0/16', open: true }] as const
  registry = await startTestRegistry({ clerks, pools })
  const successor = await registry.holder('New Networks')
  const estates: Estate[] = []
  for (let third = 0; third < 5; third++) estates.push(await estate(third))
  const [negative, positive, withdrawn, vetoed, open] = estates
  assert.ok(negative && positive && withdrawn && vetoed && open)
  const [one, two] = [await apply(negative, successor), await apply(positive, successor)]
  registry.advance(3 * DAY)
  await examine(one, 'no')
  await examine(two, 'yes')
  const three = await apply(withdrawn, successor)
  const withdrawal = { step: 'withdraw', application: three.application, by: successor.handle }
  await registry.accepted(registry.request('succeed/1', withdrawal), [successor.signer])
  const four = await apply(vetoed, successor)
  const veto = { step: 'veto', application: four.application, by: vetoed.old.handle }
  await registry.accepted(registry.request('succeed/1', veto), [vetoed.old.signer])
  const again = await registry.act(registry.request('succeed/1', veto), [vetoed.old.signer])
  assert.equal((again['outcome'] as JsonObject)['accepted'], false)
  await apply(open, successor)
  report = await followed()
})
after(() => registry.close())

const succession = (): StatisticsReport['procedures'][number] => {
  const one = report.procedures.find(({ procedure }) => procedure === 'succeed/1')
  assert.ok(one)
  return one
}

test('an application counts once, when it ends, by its end state', () => {
  const { n, accepted, refused, failed, vetoed, withdrawn, failures, passRate } = succession()
  assert.deepEqual(
    { n, accepted, refused, failed, vetoed, withdrawn, failures, passRate },
    {
      n: 3,
      accepted: 0,
      refused: 0,
      failed: 1,
      vetoed: 1,
      withdrawn: 1,
      failures: { 'examination-negative': 1 },
      passRate: 0,
    },
  )
})

test('its time runs from receipt to end; that of the examination, to the last reveal, stands by itself', () => {
  const { p95Seconds, examination } = succession()
  assert.ok(p95Seconds !== null && p95Seconds >= 3 * DAY && p95Seconds < 4 * DAY)
  assert.equal(examination.n, 1, 'only where the attestors came to an end')
  assert.equal(examination.medianSeconds, p95Seconds)
})

test('it counts under the applicant’s groups as they were on receipt', () => {
  const { by } = succession()
  assert.deepEqual(
    Object.entries(by.size).map(([group, { n, failed }]) => [group, n, failed]),
    [['no IPv4', 3, 1]],
  )
})

test('acts of staff are counted apart, in no group', () => {
  const attests = report.staff.procedures.find(({ procedure }) => procedure === 'attest/1')
  assert.deepEqual([attests?.n, attests?.accepted], [8, 8])
  assert.equal(
    report.procedures.find(({ procedure }) => procedure === 'attest/1'),
    undefined,
  )
  const grouped = report.months.flatMap(({ by }) => Object.values(by.size)).reduce((sum, { n }) => sum + n, 0)
  assert.equal(grouped, report.all.n)
})

test('what is still open is said with its age', () => {
  const open = report.open.procedures.find(({ procedure }) => procedure === 'succeed/1')
  assert.equal(open?.n, 2)
  assert.deepEqual(open?.states, { examining: 1, 'to-notify': 1 })
  assert.ok(open !== undefined && open.oldestSeconds !== null && open.oldestSeconds >= 3 * DAY)
  assert.match(statisticsText(report), /^Open: 2 .*succeed\/1 2, the oldest for \d+ s/m)
})

test('totals add up: every op of the log is counted in exactly one place', () => {
  const { all, decided, recorded, steps, staffDecided, staffRecorded, due, founding } = report.ops
  assert.equal(all, ops.length)
  assert.equal(decided + recorded + steps + staffDecided + staffRecorded + due + founding, all)
  assert.equal(recorded, 5)
  assert.equal(report.steps.n, steps)
  assert.deepEqual([report.steps.accepted, report.steps.refused], [2, 1])
  assert.equal(report.all.n + report.open.n, decided + recorded)
  assert.equal(report.staff.all.n + report.open.ofStaff, staffDecided + staffRecorded)
  for (const { n, accepted, refused, failed, vetoed, withdrawn } of [report.all, report.staff.all])
    assert.equal(accepted + refused + failed + vetoed + withdrawn, n)
  const sum = report.procedures.reduce((total, { n }) => total + n, 0)
  assert.equal(sum, report.all.n)
})

test('an application is counted in the time in which it ends, not when it was filed', async () => {
  const end = ops.find(
    ({ procedure, outcome }) =>
      procedure === 'attest/1' &&
      outcome.accepted &&
      outcome.effects.some(({ next }) => (next as JsonObject | null)?.['state'] === 'failed'),
  )
  assert.ok(end)
  const then = await followed((at) => at === end.at)
  assert.equal(then.procedures.find(({ procedure }) => procedure === 'succeed/1')?.failed, 1)
  const never = await followed((at) => at < end.at)
  assert.equal(
    never.procedures.find(({ procedure }) => procedure === 'succeed/1'),
    undefined,
  )
})

test('what takes effect in the end has passed, with the days that everything took', async () => {
  const offering = await registry.holder('Offering Networks')
  const key = 'ip4/10.0.9.0/24'
  const wish = { holder: offering.handle, pool: 'IP4', length: 24, block: key }
  const effects = await registry.accepted(registry.request('allocate/1', wish), [offering.signer])
  const registration = (effects.get(key) as { readonly registrations?: readonly Registration[] } | undefined)
    ?.registrations?.[0]
  assert.ok(registration)
  const hash = hashOf(registration)
  const body = {
    step: 'offer',
    holder: offering.handle,
    registration: { key, id: registration.id },
    range: '10.0.9.0/24',
  }
  const request = registry.request('return/1', body, [{ member: `${key}#${registration.id}`, hash }])
  await registry.accepted(request, [offering.signer])
  assert.equal(
    (await followed()).procedures.find(({ procedure }) => procedure === 'return/1'),
    undefined,
  )
  registry.advance(15 * DAY)
  await registry.holder('Whoever comes next')
  const later = await followed()
  const returns = later.procedures.find(({ procedure }) => procedure === 'return/1')
  assert.deepEqual([returns?.n, returns?.accepted], [1, 1])
  assert.ok((returns?.medianSeconds ?? 0) >= 14 * DAY)
  assert.equal(returns?.by.size['up to /24']?.n, 1)
  const { all, decided, recorded, steps, staffDecided, staffRecorded, due, founding } = later.ops
  assert.equal(decided + recorded + steps + staffDecided + staffRecorded + due + founding, all)
  assert.equal(later.all.n + later.open.n, decided + recorded)
})

test('clerks who take longer for one country are flagged, though everybody waits as long in the end', () => {
  const ended = (days: number): Tally => {
    const tally = new Tally()
    for (let count = 0; count < 40; count++)
      tally.add({
        kind: count % 4 === 0 ? 'withdrawn' : 'accepted',
        codes: [],
        seconds: 30 * DAY,
        examinationSeconds: days * DAY + count,
      })
    return tally
  }
  const groups = new Map([
    ['AA', ended(3)],
    ['BB', ended(1)],
  ])
  const flags = flagsOf('succeed/1', 'country', groups)
  assert.deepEqual(
    flags.map(({ group, kind }) => `${group} ${kind}`),
    ['AA examination-times'],
  )
  assert.equal(groups.get('AA')?.passRate, 1, 'what applicants withdrew is no part of the rate')
})

test('negative examinations of one country are flagged by the pass rate', () => {
  const ended = (negative: number): Tally => {
    const tally = new Tally()
    for (let count = 0; count < 40; count++) {
      const times = { seconds: DAY, examinationSeconds: DAY }
      if (count < negative) tally.add({ kind: 'failed', codes: ['examination-negative'], ...times })
      else tally.add({ kind: 'accepted', codes: [], ...times })
    }
    return tally
  }
  const groups = new Map([
    ['AA', ended(10)],
    ['BB', ended(0)],
  ])
  const flags = flagsOf('succeed/1', 'country', groups)
  assert.deepEqual(
    flags.map(({ group, kind, value }) => `${group} ${kind} ${value}`),
    ['AA pass-rate 0.75'],
  )
})
