import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDelegatedFile, readPrefixList } from '../src/index.ts'

const HEADER = '2.3|example|20260101|3|19830101|20260101|+0000'
const SUMMARIES = ['example|*|asn|*|1|summary', 'example|*|ipv4|*|1|summary', 'example|*|ipv6|*|1|summary']
const ROWS = [
  'example|CH|asn|64496|1|20130501|assigned|A1',
  'example|CH|ipv4|192.0.2.0|192|20130501|allocated|A1',
  'example|CH|ipv6|2001:db8::|32|20130501|allocated|A2',
]
const file = (...lines: readonly string[]): string => `${lines.join('\n')}\n`
const codes = (notes: readonly { readonly line: number; readonly code: string }[]): string[] =>
  notes.map(({ line, code }) => `${line} ${code}`)

test('a clean file: header, rows with their line numbers, nothing to remark', () => {
  const read = readDelegatedFile(file('# comment', HEADER, ...SUMMARIES, ...ROWS))
  assert.deepEqual([read.warnings, read.errors], [[], []])
  assert.deepEqual(read.header, {
    version: '2.3',
    registry: 'example',
    serial: '20260101',
    records: 3,
    start: '19830101',
    end: '20260101',
    offset: '+0000',
  })
  assert.deepEqual(
    ROWS.map((_, index) => [read.rows.line(index), read.rows.space(index), read.rows.raw(index)]),
    [
      [6, 'asn', ROWS[0]],
      [7, 'ip4', ROWS[1]],
      [8, 'ip6', ROWS[2]],
    ],
  )
})

test('lines may come one by one; CR LF, a byte order mark, comments and empty lines are tolerated', () => {
  const lines = ['\uFEFF#x', '', HEADER, ...SUMMARIES, '# y', ...ROWS].map((line) => `${line}\r`)
  for (const source of [lines, `${lines.join('\n')}\n`]) {
    const read = readDelegatedFile(source)
    assert.deepEqual([read.warnings, read.errors, read.rows.count], [[], [], 3])
    assert.equal(read.rows.line(0), 8)
  }
})

test('header variants: version 2 and 2.3, empty start date, six fields, Unix time as serial', () => {
  for (const header of [
    '2|example|20260101|3|00000000|20260101|00000',
    '2.3|example|20260101|3||20260101|+1000',
    '2|example|1767225600|3|19830705|20260101|+0200',
    '2|example|20260101|3|19830705|20260101',
  ])
    assert.deepEqual(readDelegatedFile(file(header, ...SUMMARIES, ...ROWS)).warnings, [], header)
})

test('what contradicts itself in counts and dates is warned about, never refused', () => {
  const read = readDelegatedFile(
    file(
      '2|example|20260102|5|19830101|20260101|+0000',
      'example|*|asn|*|7|summary',
      'example|*|ipv9|*|1|summary',
      ...ROWS,
      'other|CH|asn|64497|1|20230229|assigned|',
    ),
  )
  assert.deepEqual(read.errors, [])
  assert.deepEqual(codes(read.warnings), [
    '1 serial-ahead',
    '7 registry-differs',
    '7 date-not-real',
    '1 header-count',
    '2 summary-count',
    '3 summary-type',
  ])
  assert.deepEqual(codes(readDelegatedFile(file(HEADER, ...ROWS)).warnings), ['1 summary-missing'])
})

test('opaque ids that cannot stand in a handle, or differ in capitals alone, are warned about once', () => {
  const row = (start: string, opaque: string): string => `example|CH|ipv4|${start}|1||assigned|${opaque}`
  const rows = [
    row('192.0.2.1', 'a1'),
    row('192.0.2.2', 'a/b'),
    row('192.0.2.3', 'a/b'),
    row('192.0.2.4', 'A1'),
  ]
  const read = readDelegatedFile(file('2|example|1|4|||', 'example|*|ipv4|*|4|summary', ...rows))
  assert.deepEqual(codes(read.warnings), ['4 opaque-id-unusable', '6 opaque-id-case'])
})

test('a row that cannot be read refuses the file, with its line number', () => {
  const read = readDelegatedFile(
    file(HEADER, ...SUMMARIES, ROWS[0] ?? '', 'example|CH|ipv4|192.0.2|1||assigned', 'x'),
  )
  assert.deepEqual(codes(read.errors), ['6 bad-start', '7 field-count'])
})

test('a file without a header is refused', () => {
  assert.deepEqual(codes(readDelegatedFile(file(...ROWS)).errors), ['1 header-missing'])
  assert.deepEqual(codes(readDelegatedFile('').errors), ['0 header-missing'])
})

test('a download that was cut anywhere is refused, or is the whole file without its last line end', () => {
  const whole = file(HEADER, ...SUMMARIES, ...ROWS)
  for (let length = 0; length < whole.length; length++) {
    const read = readDelegatedFile(whole.slice(0, length))
    const complete = whole.slice(0, length).split('\n').length === 7 && read.rows.count === 3
    if (!complete) assert.ok(read.errors.length > 0 || whole[length - 1] === '\n', `cut at ${length}`)
    else assert.deepEqual(codes(read.warnings).at(-1), '7 no-final-newline')
  }
})

test('prefix lists: every line a row', () => {
  const read = readPrefixList('# list\n198.51.100.0/24,AU,64496\n\n2001:db8::/32,,\n')
  assert.deepEqual([read.header, read.rows.count, read.warnings, read.errors], [null, 2, [], []])
  assert.equal(read.rows.line(1), 4)
  assert.deepEqual(codes(readPrefixList('198.51.100.0/24,AU').errors), ['1 field-count'])
  assert.deepEqual(codes(readPrefixList('198.51.100.0/24,AU,').warnings), ['1 no-final-newline'])
})
