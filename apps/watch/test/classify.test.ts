// Each rule of docs/watch.md with the smallest files that show it. What the file does not say, the change does not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Change, ChangeKind } from '../src/model.ts'
import { changeJson, changesCsv, numbersText, reportOf, reportText } from '../src/report.ts'
import { watched } from './fixtures.ts'

type World = readonly (readonly string[])[]

const v4 = (
  start: string,
  count: number,
  holder: string,
  extra: { cc?: string; date?: string; status?: string } = {},
): string =>
  `example|${extra.cc ?? 'QM'}|ipv4|${start}|${count}|${extra.date ?? '20200101'}|${extra.status ?? 'assigned'}|${holder}`
const free = (start: string, count: number, status = 'available'): string =>
  `example|ZZ|ipv4|${start}|${count}||${status}|`
const DAYS = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-11', '2026-02-01']

/** Holders that stay, so that files are never empty. */
const STAY = v4('203.0.113.0', 256, 'STAY')

async function changesOf(
  world: World,
  others: readonly (readonly [string, string])[] = [],
): Promise<readonly Change[]> {
  const files = world.map((rows, index) => ({
    registry: 'example',
    day: DAYS[index] ?? '',
    rows: [...rows, STAY],
  }))
  const { reader, close } = await watched(files, others)
  const changes = reader.changes()
  await close()
  for (const { text } of changes) assert.match(text, /^[A-Z].*\.$/)
  return changes
}

const kinds = (changes: readonly Change[]): ChangeKind[] => changes.map(({ kind }) => kind)

test('first delegation: numbers that no earlier file gave to anybody', async () => {
  const changes = await changesOf([[free('192.0.2.0', 256)], [v4('192.0.2.0', 256, 'A')]])
  assert.deepEqual(kinds(changes), ['first-delegation'])
  assert.equal(changes[0]?.toHolder, 'A')
})

test('ended: back to reserved, to free, or not listed; with the row where it is the same', async () => {
  const start = [v4('192.0.2.0', 128, 'A'), v4('192.0.2.128', 64, 'B'), v4('198.51.100.0', 256, 'C')]
  const changes = await changesOf([start, [free('192.0.2.0', 128, 'reserved'), free('192.0.2.128', 128)]])
  assert.deepEqual(
    changes.map(({ kind, becomes, sameRow, fromHolder }) => [kind, becomes, sameRow, fromHolder]),
    [
      ['ended', 'reserved', true, 'A'],
      ['ended', 'available', false, 'B'],
      ['ended', 'unlisted', false, 'C'],
    ],
  )
  assert.deepEqual(
    changes.map(({ before, after }) => [before.length, after.length]),
    [
      [1, 1],
      [1, 1],
      [1, 0],
    ],
  )
  for (const { text } of changes)
    assert.match(text, /^No longer delegated in the published file; the file gives no procedure\./)
})

test('same holder again, and another holder later, with the days between', async () => {
  const [a, b] = [v4('192.0.2.0', 256, 'A'), v4('198.51.100.0', 256, 'B')]
  const gone = [free('192.0.2.0', 256, 'reserved'), free('198.51.100.0', 256, 'reserved')]
  const back = [v4('192.0.2.0', 256, 'A', { date: '20260110' }), v4('198.51.100.0', 256, 'C')]
  const changes = await changesOf([[a, b], gone, gone, back])
  assert.deepEqual(
    changes
      .slice(2)
      .map(({ kind, daysBetween, fromHolder, toHolder, sameRow }) => [
        kind,
        daysBetween,
        fromHolder,
        toHolder,
        sameRow,
      ]),
    [
      ['same-holder-again', 9, 'A', 'A', true],
      ['other-holder-later', 9, 'B', 'C', true],
    ],
  )
})

const TRANSFERS = JSON.stringify({
  version: { stats_version: '4.0', producer: 'EXAMPLE', production_date: '2026-01-05T00:00:00Z' },
  transfers: [
    {
      ip4nets: { transfer_set: [{ start_address: '192.0.2.0', end_address: '192.0.2.255' }] },
      transfer_date: '2025-12-30T00:00:00Z',
      source_rir: 'EXAMPLE',
      recipient_rir: 'EXAMPLE',
      type: 'RESOURCE_TRANSFER',
    },
  ],
})

test('new holder, with a published transfer and without one', async () => {
  const stay = v4('192.0.2.128', 128, 'A')
  const world = [
    [v4('192.0.2.0', 128, 'A'), stay],
    [v4('192.0.2.0', 128, 'B', { date: '20260101' }), stay],
  ]
  const [with_] = await changesOf(world, [['transfers_latest.json', TRANSFERS]])
  assert.equal(with_?.kind, 'new-holder')
  assert.equal(with_?.transfer?.day, '2025-12-30')
  assert.match(with_?.text ?? '', /A transfer of these numbers is published for 2025-12-30\.$/)
  const [without] = await changesOf(world)
  assert.equal(without?.kind, 'new-holder')
  assert.match(without?.text ?? '', /No transfer of these numbers is in the transfer logs followed here\.$/)
})

test('re-key: everything of one id under another, unchanged; not so where a part stays or a transfer is published', async () => {
  const of = (holder: string): string[] => [v4('192.0.2.0', 128, holder), v4('198.51.100.0', 128, holder)]
  assert.deepEqual(kinds(await changesOf([of('A'), of('B')])), ['re-key', 're-key'])
  assert.deepEqual(kinds(await changesOf([of('A'), [of('B')[0] ?? '', of('A')[1] ?? '']])), ['new-holder'])
  assert.deepEqual(kinds(await changesOf([of('A'), of('B')], [['t.json', TRANSFERS]])).toSorted(), [
    'new-holder',
    're-key',
  ])
  // After a re-key the holder is still the same one.
  const gone = [free('192.0.2.0', 128, 'reserved'), of('B')[1] ?? '']
  const changes = await changesOf([
    of('A'),
    gone.map((row) => row.replace('|B', '|A')),
    [gone[0] ?? '', of('B')[1] ?? ''],
    of('B'),
  ])
  assert.deepEqual(kinds(changes), ['ended', 're-key', 'same-holder-again'])
})

test('split, merge, and rows of one holder cut differently', async () => {
  const one = [v4('192.0.2.0', 256, 'A')]
  const two = [v4('192.0.2.0', 128, 'A'), v4('192.0.2.128', 128, 'A')]
  assert.deepEqual(kinds(await changesOf([one, two])), ['split'])
  assert.deepEqual(kinds(await changesOf([two, one])), ['merge'])
  const odd = [v4('192.0.2.0', 64, 'A'), v4('192.0.2.64', 192, 'A')]
  assert.deepEqual(kinds(await changesOf([two, odd])), ['re-cut'])
  // What is lost in a cut has ended.
  const less = await changesOf([one, [v4('192.0.2.0', 128, 'A')]])
  assert.deepEqual(kinds(less).toSorted(), ['ended', 're-cut'])
})

test('country, status and date, each by itself', async () => {
  const row = v4('192.0.2.0', 256, 'A')
  const next = v4('192.0.2.0', 256, 'A', { cc: 'XA', status: 'allocated', date: '20200102' })
  const changes = await changesOf([[row], [next]])
  assert.deepEqual(kinds(changes), ['country', 'status', 'date'])
  assert.match(changes[0]?.text ?? '', /from QM to XA/)
})

test('free space in other pieces is no change of hands', async () => {
  assert.deepEqual(
    kinds(await changesOf([[free('192.0.2.0', 256)], [free('192.0.2.0', 64), free('192.0.2.64', 192)]])),
    ['free-space-re-cut'],
  )
  assert.deepEqual(kinds(await changesOf([[free('192.0.2.0', 256)], [free('192.0.2.0', 256, 'reserved')]])), [
    'free-space',
  ])
  assert.deepEqual(kinds(await changesOf([[free('192.0.2.0', 256)], []])), ['free-space'])
})

test('two rows of one file for the same numbers are told, and the numbers are not called unlisted', async () => {
  const both = [v4('192.0.2.0', 256, 'A'), free('192.0.2.0', 256, 'reserved')]
  const changes = await changesOf([
    [free('192.0.2.0', 256, 'reserved')],
    both,
    [free('192.0.2.0', 256, 'reserved')],
  ])
  assert.deepEqual(kinds(changes), ['first-delegation', 'contradiction', 'ended'])
  assert.equal(changes.at(-1)?.becomes, 'reserved')
})

test('two registries that delegate the same numbers: told, kept, and over when one of them stops', async () => {
  const mine = v4('192.0.2.0', 256, 'A')
  const theirs = (rows: readonly string[]): string[] => rows.map((row) => row.replace(/^example/, 'other'))
  const { reader, close } = await watched([
    { registry: 'example', day: '2026-01-01', rows: [mine, STAY] },
    {
      registry: 'other',
      day: '2026-01-02',
      rows: theirs([v4('192.0.2.0', 128, 'X'), v4('198.51.100.0', 256, 'Y')]),
    },
    { registry: 'example', day: '2026-01-05', rows: [STAY] },
  ])
  const changes = reader.changes()
  assert.deepEqual(
    changes.map(({ kind, registry, otherRegistry, day, range }) => [
      kind,
      registry,
      otherRegistry,
      day,
      numbersText(range),
    ]),
    [
      ['conflict', 'other', 'example', '2026-01-02', '192.0.2.0/25'],
      ['moved', 'example', 'other', '2026-01-05', '192.0.2.0/25'],
      ['ended', 'example', null, '2026-01-05', '192.0.2.128/25'],
      ['conflict-over', 'example', 'other', '2026-01-05', '192.0.2.0/25'],
    ],
  )
  const { conflicts } = reportOf(reader, { registry: 'example' })
  assert.deepEqual(
    conflicts.map(({ numbers, from, until }) => [numbers, from, until]),
    [['192.0.2.0/25', '2026-01-02', '2026-01-05']],
  )
  await close()
})

test('a registry last followed long ago is in no conflict with today; one followed again is', async () => {
  const theirs = v4('192.0.2.0', 256, 'X').replace(/^example/, 'other')
  const conflicts = async (...later: readonly string[]): Promise<number> => {
    const { reader, close } = await watched([
      { registry: 'example', day: '2013-05-10', rows: [v4('192.0.2.0', 256, 'A')] },
      { registry: 'other', day: '2026-01-02', rows: [theirs] },
      ...later.map((day) => ({ registry: 'example', day, rows: [v4('192.0.2.0', 256, 'A')] })),
    ])
    const found = reader.changes({ kinds: ['conflict'] }).length
    await close()
    return found
  }
  assert.equal(await conflicts(), 0)
  assert.equal(await conflicts('2026-02-01'), 1)
})

test('numbers that another registry delegates after this one stopped have moved', async () => {
  const { reader, close } = await watched([
    { registry: 'example', day: '2026-01-01', rows: [v4('192.0.2.0', 256, 'A'), STAY] },
    { registry: 'other', day: '2026-01-01', rows: ['other|QM|asn|64496|1|20200101|allocated|Z'] },
    { registry: 'example', day: '2026-01-02', rows: [STAY] },
    {
      registry: 'other',
      day: '2026-01-04',
      rows: [
        'other|QM|asn|64496|1|20200101|allocated|Z',
        v4('192.0.2.0', 256, 'X').replace(/^example/, 'other'),
      ],
    },
  ])
  const moved = reader.changes({ kinds: ['moved'] })
  assert.deepEqual(
    moved.map(({ registry, otherRegistry, daysBetween }) => [registry, otherRegistry, daysBetween]),
    [['other', 'example', 2]],
  )
  await close()
})

test('files without ids: the holder is not guessed', async () => {
  const bare = (row: string): string => row.slice(0, row.lastIndexOf('|'))
  const changes = await changesOf([
    [bare(v4('192.0.2.0', 256, 'A'))],
    [bare(free('192.0.2.0', 256))],
    [bare(v4('192.0.2.0', 256, 'A'))],
  ])
  assert.deepEqual(kinds(changes), ['ended', 'other-holder-later'])
  assert.match(changes[1]?.text ?? '', /a holder without a published id/)
})

test('the report as text, JSON and CSV', async () => {
  const { reader, close } = await watched([
    { registry: 'example', day: '2026-01-01', rows: [v4('192.0.2.0', 256, 'A'), STAY] },
    { registry: 'example', day: '2026-01-05', rows: [free('192.0.2.0', 256, 'reserved'), STAY] },
    { registry: 'example', day: '2026-02-05', rows: [v4('192.0.2.0', 256, 'A'), STAY] },
  ])
  const report = reportOf(reader, { registry: 'example' })
  assert.deepEqual(report.resources, { ended: 1, backToSameHolder: 1 })
  assert.deepEqual(
    report.gaps.map(({ days }) => days),
    [3, 30],
  )
  assert.deepEqual(
    report.holdings.map(({ day, ip4Addresses }) => [day, ip4Addresses]),
    [
      ['2026-01-05', 256],
      ['2026-02-05', 512],
    ],
  )
  assert.deepEqual(
    report.ended.map(({ numbers, backOn, daysUntilBack }) => [numbers, backOn, daysUntilBack]),
    [['192.0.2.0/24', '2026-02-05', 31]],
  )
  assert.match(
    reportText(report),
    /became reserved or available: 1\.\nOf these, back to the same holder by the published opaque-ids: 1\./,
  )
  const changes = reader.changes()
  const lines = changesCsv(changes).split('\r\n')
  assert.equal(lines.length, changes.length + 2)
  assert.ok(lines[0]?.startsWith('day,previous_day,kind,'))
  assert.ok(JSON.stringify(changes.map(changeJson)).includes('"192.0.2.0/24"'))
  assert.deepEqual(
    reportOf(reader, { registry: 'example', to: report.holdings[0]?.day ?? report.to }).resources,
    { ended: 1, backToSameHolder: 0 },
  )
  assert.throws(() => reportOf(reader, { registry: 'nobody' }), /There are: example/)
  await close()
})
