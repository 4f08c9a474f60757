// The dirt that ../shared/data/README.md lists, in the real files, where they are there; published-file.test.ts has each
// kind of it in small files. What is left out is said.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type FileReport, ingestPaths } from '../src/ingest.ts'
import { openWatchReader } from '../src/reader.ts'
import { numbersText, reportOf } from '../src/report.ts'
import { openLog, scratch } from './fixtures.ts'

const DATA = join(import.meta.dirname, '../../../../shared/data')

const remarks = (report: FileReport | undefined): Record<string, number> =>
  Object.fromEntries((report?.logged[0]?.notes ?? []).map(({ code, count }) => [code, count]))

test('files of five registries, IANA’s, one cut in mid-line: taken in or refused as they should be', async (t) => {
  if (!existsSync(DATA)) {
    t.diagnostic(
      '../shared/data is not there: the real files are LEFT OUT; small ones of the same dirt are tested',
    )
    return
  }
  const { path, remove } = await scratch()
  const log = await openLog(path)
  const names = [
    'delegated/2013-five-rir/delegated-apnic-20130510.gz',
    'delegated/2013-five-rir/delegated-arin-20130510.gz',
    'delegated/2013-five-rir/delegated-ripencc-20130510.gz',
    'delegated/negative/delegated-ripencc-20131215-truncated.gz',
    'delegated/recent/delegated-lacnic-20260213.gz',
    'iana/ripe-whois-IanaIpv4AdministrativeRange.xml',
    'iana/icann-rct-rdap-json-values.xml',
  ]
  const reports = await ingestPaths(
    log,
    names.map((name) => join(DATA, name)),
  )
  await log.close()
  const of = (part: string): FileReport | undefined => reports.find(({ name }) => name.includes(part))
  assert.equal(of('truncated')?.refused?.code, 'truncated')
  assert.equal(of('json-values')?.refused?.code, 'unknown-format')
  assert.equal(reports.filter(({ refused }) => refused !== null).length, 2)
  // 2,862 of ARIN's IPv4 rows are no CIDR; LACNIC's header and summary disagree with its rows.
  assert.deepEqual(remarks(of('arin')), { 'not-cidr': 2862, 'serial-ahead': 1 })
  assert.deepEqual(remarks(of('lacnic')), { 'header-count': 1, 'summary-count': 1 })
  assert.equal(of('ripencc-20130510')?.logged[0]?.day, '2013-05-10')
  assert.equal(of('IanaIpv4')?.logged[0]?.rows, 256)
  const reader = await openWatchReader(path)
  const conflicts = reader.changes({ kinds: ['conflict'] })
  assert.deepEqual(
    conflicts.map((change) => [numbersText(change.range), change.registry, change.otherRegistry]),
    [
      ['162.56.0.0/16', 'apnic', 'arin'],
      ['165.42.0.0/15', 'apnic', 'arin'],
    ],
  )
  assert.equal(reportOf(reader, { registry: 'arin' }).conflicts.length, 2)
  await reader.close()
  await remove()
})
