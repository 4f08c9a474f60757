import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type JsonObject,
  planImport,
  type RecordKey,
  readDelegatedFile,
  readPrefixList,
} from '@cadastre/records'
import { conflictsOf, importedHolder } from '../src/index.ts'
import { at, type FoundingLog, founded, hash, FoundingLog as Log } from './founding-log.ts'

const BASE: JsonObject = { staff: 'OP-1', source: 'EXAMPLE' }
const MANIFEST: JsonObject = {
  ...BASE,
  step: 'manifest',
  file: 'delegated-example-20260101',
  sha256: hash('file'),
  rows: 2,
  nested: false,
  attribution: 'Example, CC0',
}
const row = (start: string, value: number, status = 'allocated', opaque = 'A1'): string =>
  `example|CH|${start.includes(':') ? 'ipv6' : start.includes('.') ? 'ipv4' : 'asn'}|${start}|${value}|20130501|${status}|${opaque}`
const chunk = (from: number, ...raws: string[]): JsonObject => ({
  ...BASE,
  step: 'chunk',
  from,
  rows: raws.map((raw, index) => ({ line: from + index + 1, raw })),
})
const END: JsonObject = { ...BASE, step: 'end' }

/** A log with an import begun that counts so many rows. */
function begun(rows: number, changes: JsonObject = {}): FoundingLog {
  const log = founded()
  assert.equal(log.act('import/1', { ...MANIFEST, rows, ...changes }), null)
  return log
}

/** Lines left out by a chunk that must be accepted. */
function leftOut(log: FoundingLog, body: JsonObject): readonly number[] {
  assert.equal(log.act('import/1', body), null)
  return conflictsOf(body as never, log.effects as never).map(({ line }) => line)
}

test('rows become registrations with what they state, at every minimal prefix under one id', () => {
  const log = begun(2)
  const body = chunk(0, row('203.0.113.0', 192), row('64496', 1, 'assigned', ''))
  assert.deepEqual(leftOut(log, body), [])
  const since = log.index - 1
  const expected = {
    id: `R-${since}`,
    kind: 'holding',
    first: '203.0.113.0',
    last: '203.0.113.191',
    holder: 'IMP-EXAMPLE-A1',
    status: 'allocated',
    country: 'CH',
    registered: '2013-05-01',
    until: null,
    protected: false,
    provenance: 'EXAMPLE',
    procedure: 'import/1',
    since,
  }
  assert.deepEqual(log.at('ip4/203.0.113.0/25'), [expected])
  assert.deepEqual(log.at('ip4/203.0.113.128/26'), [expected])
  const [number] = log.at('asn/64496/32')
  assert.deepEqual([number?.id, number?.holder, number?.status], [`R-${since}-1`, null, 'assigned'])
  const holder = log.state.get('obj/holder/IMP-EXAMPLE-A1' as RecordKey)
  assert.ok(holder !== null && typeof holder === 'object' && 'kind' in holder)
  assert.deepEqual([holder['kind'], holder['policy'], holder['identity']], ['imported', null, null])
})

test('the registry counts what is done (import-incomplete); the end adds the source and starts the objection period', () => {
  const log = begun(2)
  assert.equal(log.act('import/1', END), 'import-incomplete')
  assert.equal(log.act('import/1', chunk(0, row('203.0.113.0', 256))), null)
  assert.equal(log.registry?.importing?.done, 1)
  assert.equal(log.act('import/1', END), 'import-incomplete')
  assert.equal(log.act('import/1', chunk(1, row('2001:db8:1::', 48))), null)
  log.seconds = 60
  assert.equal(log.act('import/1', END), null)
  assert.equal(log.registry?.importing, null)
  assert.equal(log.registry?.imported, at(60))
  assert.deepEqual(log.registry?.sources, [
    {
      source: 'EXAMPLE',
      file: 'delegated-example-20260101',
      sha256: hash('file'),
      attribution: 'Example, CC0',
      rows: 2,
    },
  ])
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, staff-unknown, wrong-staff-role, no-import-in-progress, source-exists, row-malformed, import-out-of-order', () => {
  const one = row('203.0.113.0', 256)
  assert.equal(founded().act('import/1', { ...MANIFEST, source: 'A-B' }), 'body-malformed')
  assert.equal(new Log().act('import/1', MANIFEST), 'procedure-unknown')
  assert.equal(founded().act('import/1', MANIFEST, { origin: 'other.example' }), 'wrong-origin')
  assert.equal(founded().act('import/1', MANIFEST, { expires: at(-1) }), 'request-expired')
  assert.equal(founded().act('import/1', { ...MANIFEST, staff: 'OP-9' }), 'staff-unknown')
  assert.equal(founded().act('import/1', MANIFEST, { by: ['CL-1'] }), 'staff-signature-missing')
  assert.equal(
    founded().act('import/1', { ...MANIFEST, staff: 'CL-1' }, { by: ['CL-1'] }),
    'wrong-staff-role',
  )
  assert.equal(founded().act('import/1', chunk(0, one)), 'no-import-in-progress')
  assert.equal(founded().act('import/1', END), 'no-import-in-progress')
  assert.equal(begun(1).act('import/1', { ...MANIFEST, source: 'OTHER' }), 'import-in-progress')
  assert.equal(begun(1).act('import/1', { ...chunk(0, one), source: 'OTHER' }), 'import-in-progress')
  assert.equal(begun(1).act('import/1', chunk(0, one.slice(0, 40))), 'row-malformed')
  assert.equal(begun(2).act('import/1', chunk(1, one)), 'import-out-of-order')
  assert.equal(begun(1).act('import/1', chunk(0, one, row('64496', 1))), 'import-out-of-order')
  assert.equal(begun(2).act('import/1', chunk(0, row('64496', 1), one)), 'import-out-of-order')
  const done = begun(1)
  assert.equal(done.act('import/1', chunk(0, one)), null)
  assert.equal(done.act('import/1', chunk(0, one)), 'import-out-of-order')
  assert.equal(done.act('import/1', END), null)
  assert.equal(done.act('import/1', MANIFEST), 'source-exists')
  const opened = founded()
  assert.equal(opened.act('open/1', { staff: 'OP-1' }), null)
  assert.equal(opened.act('import/1', MANIFEST), 'not-founding')
})

test('what another source registered is never overwritten, and the chunk is accepted all the same', () => {
  const log = begun(1)
  assert.deepEqual(leftOut(log, chunk(0, row('203.0.113.0', 128))), [])
  assert.equal(log.act('import/1', END), null)
  const before = log.at('ip4/203.0.113.0/25')
  assert.equal(log.act('import/1', { ...MANIFEST, source: 'OTHER', rows: 4 }), null)
  const rows = [
    row('198.51.100.0', 256),
    row('203.0.113.0', 256),
    row('203.0.113.64', 2),
    row('203.0.113.128', 8),
  ]
  assert.deepEqual(leftOut(log, { ...chunk(0, ...rows), source: 'OTHER' }), [2, 3])
  assert.deepEqual(log.at('ip4/203.0.113.0/25'), before)
  assert.deepEqual(log.at('ip4/203.0.113.0/24'), [])
  assert.equal(log.at('ip4/203.0.113.128/29')[0]?.holder, 'IMP-OTHER-A1')
})

test('available rows become pools, which do not hinder; reserved rows do', () => {
  const log = begun(6)
  const rows = [
    row('203.0.113.0', 256, 'available', ''),
    row('203.0.113.0', 256, 'available', ''),
    row('203.0.113.0', 128, 'reserved', ''),
    row('203.0.113.64', 64),
    row('203.0.113.128', 64),
    row('203.0.113.128', 32, 'available', ''),
  ]
  assert.deepEqual(leftOut(log, chunk(0, ...rows)), [2, 4, 6])
  assert.deepEqual(
    ['203.0.113.0/24', '203.0.113.0/25', '203.0.113.128/26'].flatMap((name) =>
      log.at(`ip4/${name}`).map(({ kind, status }) => `${kind} ${status}`),
    ),
    ['pool available', 'reserved reserved', 'holding allocated'],
  )
  assert.equal(log.at('ip4/203.0.113.0/24').length, 1)
})

test('genesis: a reserved range hinders, a pool does not and stays outside in a shared cell', () => {
  const log = founded({
    pools: [{ handle: 'P', space: 'ip4', range: '198.51.100.0/24', open: false }],
    reserved: ['203.0.113.9'],
  })
  assert.equal(log.act('import/1', { ...MANIFEST, rows: 2 }), null)
  assert.deepEqual(leftOut(log, chunk(0, row('198.51.100.0', 256), row('203.0.113.0', 16))), [2])
  assert.deepEqual(
    log.at('ip4/198.51.100.0/24').map(({ kind }) => kind),
    ['pool', 'holding'],
  )
})

test('nested: contained rows become children, outermost first, in their own cell or at the same prefix', () => {
  const log = begun(6, { nested: true })
  const rows = [
    '203.0.113.0/24,CH,64496',
    '203.0.113.0/24,CH,64497',
    '203.0.113.0/24,CH,64497',
    '203.0.113.0/25,,',
    '203.0.113.64/26,LI,64498',
    '2001:db8::/32,CH,',
  ]
  assert.deepEqual(leftOut(log, chunk(0, ...rows)), [3])
  assert.deepEqual(
    log.at('ip4/203.0.113.0/24').map(({ kind, holder }) => [kind, holder]),
    [
      ['holding', 'IMP-EXAMPLE-AS64496'],
      ['sub', 'IMP-EXAMPLE-AS64497'],
    ],
  )
  assert.deepEqual(
    ['203.0.113.0/25', '203.0.113.64/26'].map((name) => log.at(`ip4/${name}`)[0]?.kind),
    ['sub', 'sub'],
  )
  assert.equal(log.at('ip6/2001:db8::/32').at(-1)?.kind, 'holding')
})

test('nested rows in later chunks find their parents in the state, and reserved space takes none', () => {
  const log = begun(4, { nested: true })
  assert.equal(
    log.act('import/1', chunk(0, row('203.0.113.0', 128), row('203.0.113.128', 128, 'reserved', ''))),
    null,
  )
  const late = chunk(2, row('203.0.113.160', 32), row('203.0.113.192', 64, 'available', ''))
  assert.deepEqual(leftOut(log, late), [3, 4])
  assert.equal(log.act('import/1', END), null)
  assert.equal(log.act('import/1', { ...MANIFEST, source: 'OTHER', rows: 3, nested: true }), null)
  const other = {
    ...chunk(0, row('203.0.113.0', 256), row('203.0.113.0', 64), row('203.0.113.32', 24)),
    source: 'OTHER',
  }
  // The first lies across two; the last is no single prefix, so it cannot be a child.
  assert.deepEqual(leftOut(log, other), [1, 3])
  assert.equal(log.at('ip4/203.0.113.0/26')[0]?.kind, 'sub')
})

test('a holder’s handle splits in one way; an opaque id that cannot stand in one gives no holder', () => {
  assert.equal(importedHolder('EXAMPLE', 'f36b-9f4b'), 'IMP-EXAMPLE-F36B-9F4B')
  assert.equal(importedHolder('EXAMPLE', 'a b'), null)
  assert.equal(importedHolder('EXAMPLE', null), null)
  assert.equal(importedHolder('EXAMPLE', 'x'.repeat(100)), null)
})

test('planned chunks make entries under 32 KiB, with long ids, long texts and awkward counts', () => {
  const rows: string[] = []
  for (let n = 0; n < 150; n++) {
    const opaque = `${n}-`.padEnd(60, 'ABCDEF')
    rows.push(row(`10.${n % 200}.${n}.0`.replace(/\.\d{3,}\.0$/, '.255.0'), 256, 'allocated', opaque))
    rows.push(row(`2001:db8:${n.toString(16)}:ffff:eeee:dddd::`, 96, 'allocated', opaque.toLowerCase()))
    rows.push(row(`172.${n % 16}.${n % 256}.1`, 254, 'assigned', opaque))
    rows.push(row(String(64512 + 3 * n), 3, 'reserved', ''))
  }
  const header = `2.3|example|20260101|${rows.length}|19830101|20260101|+0000`
  const file = readDelegatedFile(`${[header, ...rows].join('\n')}\n`)
  assert.deepEqual(file.errors, [])
  const plan = planImport(file.rows, { nested: false })
  const log = founded({ statement: 'é'.repeat(1000) })
  assert.equal(log.act('import/1', { ...MANIFEST, rows: plan.count, attribution: 'x'.repeat(200) }), null)
  const left: number[] = []
  const registryBytes = JSON.stringify(log.registry).length
  for (const planned of plan.chunks({ source: 'EXAMPLE', from: 0, registryBytes }))
    left.push(...leftOut(log, { ...BASE, step: 'chunk', ...planned } as JsonObject))
  assert.equal(log.act('import/1', END), null)
  assert.ok(log.largest <= 32768, `${log.largest}`)
  assert.ok(log.largest > 20000, `${log.largest}: chunks are filled`)
  const planned = plan.conflicts.map(({ line }) => line)
  assert.deepEqual([...planned].sort(), left.sort())
})

test('an interrupted import goes on from the count in the registry’s record', () => {
  const text = Array.from({ length: 300 }, (_, n) => `10.0.${n % 256}.0/${n < 256 ? 24 : 26},CH,${n}\n`).join(
    '',
  )
  const plan = planImport(readPrefixList(text).rows, { nested: true })
  const whole = run(plan, [])
  const resumed = run(plan, [1, 3])
  assert.equal(whole.state.root('ip4'), resumed.state.root('ip4'))
  assert.equal(whole.state.root('obj'), resumed.state.root('obj'))
})

/** Imports a plan, making the chunks anew from the registry's record after so many chunks. */
function run(plan: ReturnType<typeof planImport>, breaks: readonly number[]): FoundingLog {
  const log = begun(plan.count, { nested: true })
  let count = 0
  for (let stopped = true; stopped; ) {
    stopped = false
    const from = log.registry?.importing?.done ?? 0
    for (const planned of plan.chunks({ source: 'EXAMPLE', from, registryBytes: 1000 })) {
      assert.equal(log.act('import/1', { ...BASE, step: 'chunk', ...planned } as JsonObject), null)
      count += 1
      stopped = breaks.includes(count)
      if (stopped) break
    }
  }
  assert.equal(log.act('import/1', END), null)
  return log
}

test('request-expired: not in the very second; procedure-unknown: a log in which the import is not in force', () => {
  assert.equal(founded().act('import/1', MANIFEST, { expires: at(0) }), null)
  const without = founded()
  without.state.set('obj/procedure/IMPORT-1' as RecordKey, null)
  assert.equal(without.act('import/1', MANIFEST), 'procedure-unknown')
})
