import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { planImport, readDelegatedFile, readPrefixList } from '../src/index.ts'

/** Published files, kept outside the repository; see the README of that folder. */
const DATA = new URL('../../../../shared/data/', import.meta.url)
const isThere = existsSync(DATA)
/** The one published file that the project itself has. */
const EXAMPLE = new URL('../../../examples/delegated-lacnic-extended-20240104.gz', import.meta.url)

function textAt(url: URL): string {
  return gunzipSync(readFileSync(url)).toString('latin1')
}
const textOf = (path: string): string => textAt(new URL(path, DATA))

/** A test on files outside the project: it exists only where they do. */
function published(name: string, work: () => void): void {
  if (isThere) test(name, work)
}

if (!isThere)
  test('published files', (t) =>
    t.diagnostic('../shared/data is not there: only the file in examples/ is read'))

test('the file in examples: every row is read, and none stands in another’s way', () => {
  const file = readDelegatedFile(textAt(EXAMPLE))
  assert.deepEqual([file.errors, file.warnings, file.rows.count], [[], [], 88619])
  assert.deepEqual(planImport(file.rows, { nested: false }).conflicts, [])
})

/** Rows, warning codes without their lines, conflicts within the file. */
const FILES: readonly (readonly [string, number, readonly string[]])[] = [
  ['2013-five-rir/delegated-afrinic-20140701.gz', 4024, []],
  ['2013-five-rir/delegated-apnic-20130510.gz', 29818, ['serial-ahead']],
  ['2013-five-rir/delegated-apnic-extended-20130417.gz', 46596, ['serial-ahead']],
  ['2013-five-rir/delegated-arin-20130510.gz', 71626, ['serial-ahead']],
  ['2013-five-rir/delegated-lacnic-20130509.gz', 12179, []],
  ['2013-five-rir/delegated-ripencc-20130510.gz', 81754, []],
  ['2013-five-rir/delegated-ripencc-extended-20130418.gz', 111223, []],
  ['recent/delegated-afrinic-20260213.gz', 9593, []],
  ['recent/delegated-afrinic-extended-20260821.gz', 19600, []],
  ['recent/delegated-apnic-20260213.gz', 84201, ['serial-ahead']],
  ['recent/delegated-lacnic-20260213.gz', 47408, ['header-count', 'summary-count']],
  ['recent/delegated-lacnic-extended-20240104.gz', 88619, []],
]

for (const [path, rows, warnings] of FILES) {
  published(`${path}: every row is read, and none stands in another's way`, () => {
    const file = readDelegatedFile(textOf(`delegated/${path}`))
    assert.deepEqual(file.errors, [])
    assert.equal(file.rows.count, rows)
    assert.deepEqual(
      file.warnings.map(({ code }) => code),
      warnings,
    )
    assert.deepEqual(planImport(file.rows, { nested: false }).conflicts, [])
  })
}

published('a real download that was cut in mid-line is refused whole', () => {
  const file = readDelegatedFile(textOf('delegated/negative/delegated-ripencc-20131215-truncated.gz'))
  assert.deepEqual(
    file.errors.map(({ line, code }) => [line, code]),
    [
      [16069, 'field-count'],
      [16069, 'truncated'],
    ],
  )
})

published(
  'two registries claim the same space (May 2013): found when their rows are planned together',
  () => {
    const rows = ['apnic-20130510', 'arin-20130510'].flatMap((name) =>
      textOf(`delegated/2013-five-rir/delegated-${name}.gz`)
        .split('\n')
        .filter((line) => /^[a-z]+\|[A-Z]{2}\|ipv4\|16[25]\./.test(line)),
    )
    const file = readDelegatedFile(['2|both|1|0|||', ...rows])
    const conflicts = planImport(file.rows, { nested: false }).conflicts.map(({ line }) => rows[line - 2])
    assert.ok(conflicts.some((raw) => raw?.includes('|162.56.0.0|')))
    assert.ok(conflicts.some((raw) => raw?.includes('|165.42.0.0|')))
  },
)

published('a nested list of 1.29 million prefixes is read and planned', () => {
  const file = readPrefixList(textOf('libloc/networks-20221029.csv.gz'))
  assert.deepEqual([file.errors.length, file.rows.count], [0, 1290053])
  const plan = planImport(file.rows, { nested: true })
  assert.deepEqual(plan.conflicts, [])
})
