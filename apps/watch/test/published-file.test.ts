// What is really in published files, as ../shared/data/README.md lists it, in small files of documentation numbers.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { CurrentRows } from '../src/current-rows.ts'
import type { Difference } from '../src/delegated-file.ts'
import type { Note, Refusal } from '../src/notes.ts'
import { type DayFile, openPublishedFile } from '../src/published-file.ts'
import { delegatedFile } from './fixtures.ts'

const ROWS = [
  'example|QM|asn|64496|1|20200101|allocated|H1',
  'example|QM|ipv4|192.0.2.0|256|20200101|assigned|H1',
  'example|ZZ|ipv4|198.51.100.0|256||available|',
  'example|QM|ipv6|2001:db8::|32|20200101|allocated|H2',
]

type Read = { readonly file: DayFile; readonly difference: Difference; readonly notes: readonly Note[] }

function open(text: string | Uint8Array, name = 'delegated-example-extended-latest'): DayFile | Refusal {
  const opened = openPublishedFile(typeof text === 'string' ? Buffer.from(text) : text, name)
  if (!opened.ok) return opened.error
  assert.equal(opened.value.kind, 'day')
  return opened.value.file as DayFile
}

function read(text: string | Uint8Array, known: readonly string[] = [], name?: string): Read {
  const file = open(text, name)
  assert.ok('compare' in file, 'code' in file ? `${file.code}: ${file.detail}` : '')
  const current = new CurrentRows()
  for (const [id, raw] of known.entries()) current.add(raw, id, 'ip4', true)
  const difference = file.compare(current, file.notes)
  assert.ok(difference.ok, difference.ok ? '' : difference.error.detail)
  return { file, difference: difference.value, notes: file.notes.list() }
}

function refused(text: string | Uint8Array): string {
  const file = open(text)
  if ('code' in file) return file.code
  const difference = file.compare(new CurrentRows(), file.notes)
  return difference.ok ? 'taken in' : difference.error.code
}

const codes = ({ notes }: Read): string[] => notes.map(({ code }) => code)

test('a plain file is read without a remark, and only what is new in it is new', () => {
  const first = read(delegatedFile('example', '2026-01-01', ROWS))
  assert.deepEqual(codes(first), [])
  assert.equal(first.file.identity.source, 'delegated-extended/example')
  assert.equal(first.file.identity.day, '2026-01-01')
  assert.deepEqual(
    first.difference.added.map(({ raw }) => raw),
    ROWS,
  )
  const second = read(
    delegatedFile('example', '2026-01-02', [
      ...ROWS.slice(1),
      'example|QM|asn|64497|1|20260101|allocated|H3',
    ]),
    ROWS,
  )
  assert.deepEqual(second.difference.removed, [ROWS[0]])
  assert.deepEqual(
    second.difference.added.map(({ raw }) => raw),
    ['example|QM|asn|64497|1|20260101|allocated|H3'],
  )
})

test('rows with seven fields, and a serial that is Unix time: the day is the end date', () => {
  const text = [
    '2|example|1368223199|2|19830705|20130510|+0200',
    'example|*|ipv4|*|2|summary',
    'example|QM|ipv4|192.0.2.0|256|20120712|allocated',
    'example||ipv4|198.51.100.0|256||available',
    '',
  ].join('\n')
  const { file, difference } = read(text)
  assert.equal(file.identity.day, '2013-05-10')
  assert.equal(file.identity.kind, 'delegated-extended')
  assert.equal(difference.rows, 2)
})

test('without an end date the serial is the day, as a date or as Unix time; then the name', () => {
  const row = 'example|QM|ipv4|192.0.2.0|256|20120712|allocated'
  const of = (header: string, name?: string): string =>
    read(`${header}\n${row}\n`, [], name).file.identity.day
  assert.equal(of('2|example|20130510|1|||+0000'), '2013-05-10')
  assert.equal(of('2|example|1368223199|1|||+0000'), '2013-05-10')
  assert.equal(of('2|example|7|1|||+0000', 'delegated-example-20130511.gz'), '2013-05-11')
  assert.equal(refused(`2|example|7|1|||+0000\n${row}\n`), 'day-unknown')
})

test('comments, an empty start date, a serial a day ahead, version 2.3, country ZZ and date 00000000', () => {
  const text = [
    '# comment',
    '',
    '2.3|example|20130417|2||20130416|+1000',
    'example|*|asn|*|1|summary',
    'example|*|ipv4|*|1|summary',
    'example|ZZ|asn|64496|1|00000000|allocated|A',
    '# another',
    'example|QM|ipv4|192.0.2.0|256||assigned|B',
    '',
  ].join('\r\n')
  const one = read(`\uFEFF${text}`)
  assert.equal(one.file.identity.day, '2013-04-16')
  assert.deepEqual(codes(one).toSorted(), ['byte-order-mark', 'serial-ahead'])
  assert.equal(one.difference.added[0]?.row?.country, null)
  assert.equal(one.difference.added[0]?.row?.registered, null)
})

test('counts that are wrong are remarked on and do not keep the file out', () => {
  const text = delegatedFile(
    'example',
    '2026-02-13',
    Array.from({ length: 30 }, (_, n) => `example|QM|asn|${64496 + n}|1|20200101|allocated|H`),
    31,
  )
  assert.deepEqual(codes(read(text.replace('|asn|*|30|', '|asn|*|31|'))), ['header-count', 'summary-count'])
  assert.deepEqual(codes(read(text.replaceAll(/^example\|\*.*\n/gm, '').replace('|31|', '|30|'))), [
    'summary-missing',
  ])
})

test('a download that was cut is refused: in a line, at the end of one, within gzip; an empty one too', () => {
  const rows = Array.from({ length: 40 }, (_, n) => `example|QM|asn|${64496 + n}|1|20200101|allocated|H`)
  const text = delegatedFile('example', '2013-12-15', rows)
  assert.equal(refused(text), 'taken in')
  assert.equal(refused(text.slice(0, text.length - 30)), 'truncated')
  assert.equal(refused(delegatedFile('example', '2013-12-15', rows.slice(0, 30), 40)), 'truncated')
  const packed = gzipSync(text)
  assert.equal(refused(packed), 'taken in')
  assert.equal(refused(packed.subarray(0, packed.length - 20)), 'truncated')
  assert.equal(refused(''), 'empty')
  assert.equal(refused(gzipSync('')), 'empty')
  assert.equal(refused('2|example|20260101|0|00000000|20260101|00000\n'), 'empty')
  assert.equal(refused('<html>not found</html>'), 'header-missing')
})

test('IPv4 counts that are no CIDR are kept and counted', () => {
  const row = 'example|QM|ipv4|192.0.2.0|96|20120712|assigned|A'
  const one = read(delegatedFile('example', '2026-01-01', [row]))
  assert.deepEqual(codes(one), ['not-cidr'])
  const [added] = one.difference.added
  assert.equal(
    added?.row === null ? null : (added?.row.range.last ?? 0n) - (added?.row.range.first ?? 0n),
    95n,
  )
})

test('a row that stands twice counts once; one that cannot be read is left out and told', () => {
  const one = read(delegatedFile('example', '2026-01-01', [...ROWS, ROWS[0] ?? '', '|3|19990401|example'], 4))
  assert.equal(one.difference.rows, 4)
  assert.ok(codes(one).includes('row-twice') && codes(one).includes('row-unreadable'))
})

test('a file most of whose rows cannot be read is refused', () => {
  const rows = Array.from({ length: 40 }, (_, n) => `example|QM|asn|x${n}|1|20200101|allocated|H`)
  assert.equal(refused(delegatedFile('example', '2026-01-01', [...ROWS, ...rows])), 'unreadable')
})

test('a date that does not exist and another registry’s rows are remarked on', () => {
  const one = read(delegatedFile('example', '2026-01-01', ['other|QM|asn|64496|1|20130231|allocated|A']))
  assert.deepEqual(codes(one), ['registry-differs', 'date-not-real'])
})

test('IANA’s delegated file names registries where others have a status', () => {
  const text = [
    '2|iana|20190911|2|19830101|20190612|+0000',
    'iana|*|asn|*|1|summary',
    'iana|*|ipv4|*|1|summary',
    'iana|ZZ|asn|64496|16|20080801|ietf',
    'iana|ZZ|ipv4|192.0.2.0|256|20090801|apnic',
    '',
  ].join('\n')
  const { file, difference } = read(text)
  assert.equal(file.identity.source, 'iana/numbers')
  assert.deepEqual(
    difference.added.map(({ row }) => [row?.status, row?.opaqueId]),
    [
      ['reserved', 'ietf'],
      ['allocated', 'apnic'],
    ],
  )
})

test('any bytes give a file or a refusal (fuzz)', () => {
  const texts = [
    delegatedFile('example', '2026-01-01', ROWS),
    '<?xml version="1.0"?>\n<registry id="as-numbers">',
    '{"version":{"stats_version":"4.0"},"transfers":[{}]}',
    '{"base":true,"hdr":"2|example|20260101|1|||","n":1}\n',
  ]
  const mutated = fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(), fc.string({ maxLength: 6, unit: 'binary' })), { maxLength: 8 }),
    )
    .map(([text, cuts]) =>
      cuts.reduce(
        (so, [at, put]) =>
          so.slice(0, at % (so.length + 1)) + put + so.slice((at % (so.length + 1)) + put.length),
        text,
      ),
    )
  fc.assert(
    fc.property(
      fc.oneof(
        mutated.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      ),
      (bytes) => {
        const opened = openPublishedFile(bytes, 'delegated-example-20260101')
        if (!opened.ok || opened.value.kind !== 'day') return
        const { file } = opened.value
        const difference = file.compare(new CurrentRows(), file.notes)
        if (difference.ok) assert.equal(difference.value.rows, difference.value.added.length)
      },
    ),
    { numRuns: 2000 },
  )
})

test('bzip2 and xz are unpacked by the system’s programs, and said so where there are none', () => {
  const packed = [
    [
      'bzip2',
      'QlpoOTFBWSZTWVBGnCMAABbfgCQQAAF3IABCIAAmp0lEIABUNUyeiNGQGMnqDTUyeqGmgAGkCckHZECwegdM7TrDIkisScAin1zZYLQ2Dv2fJQpQhRgiMUhwKBnXZKl8KnIu5IpwoSCgjThG',
    ],
    [
      'xz',
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ABfAERdABkfCKe7Yna93XRx0S9BGC7EuK41t7eYVJNhuXngHxdbh7NP+3RkBqXbl0yjXIJ+9iIzKvg2/W26VASwXCBI7MTnVW2AAC++Ar3Y30w1AAFgYNS/yQgftvN9AQAAAAAEWVo=',
    ],
  ] as const
  for (const [program, text] of packed) {
    const bytes = Buffer.from(text, 'base64')
    const isThere = spawnSync(program, ['--version'], { input: '' }).error === undefined
    assert.equal(refused(bytes), isThere ? 'taken in' : 'no-unpacker', program)
    assert.equal(refused(bytes.subarray(0, 60)), isThere ? 'truncated' : 'no-unpacker', program)
  }
})
