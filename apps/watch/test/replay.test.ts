// A series replayed: every day logged, the end state equal row for row, the figures equal to those of an independent
// script. In full with the AFRINIC series where ../shared/data is there; always with a series made here of documentation
// numbers. What is left out is said.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { blockQuery } from '@cadastre/answers'
import { nodeCrypto } from '@cadastre/crypto/node'
import { rangeToBlocks } from '@cadastre/numbers'
import { ingestPaths } from '../src/ingest.ts'
import { openWatchReader } from '../src/reader.ts'
import { reportOf } from '../src/report.ts'
import { verifyDayProof } from '../src/verify-proof.ts'
import { makeSeries, openLog, random, scratch, trust, writeSeries } from './fixtures.ts'

const DATA = join(import.meta.dirname, '../../../../shared/data/delegated')

type Figures = { readonly ended: number; readonly backToSameHolder: number; readonly rows: readonly string[] }

const PYTHON = '/usr/bin/python3'

/** What apps/watch/test/independent_report.py says of a series; null, and said, where there is no Python. */
function independent(t: TestContext, base: string, changes: string): Figures | null {
  if (!existsSync(PYTHON)) {
    t.diagnostic(`${PYTHON} is not there (Debian package python3): the independent script is LEFT OUT`)
    return null
  }
  const script = join(import.meta.dirname, 'independent_report.py')
  return JSON.parse(execFileSync(PYTHON, [script, base, changes], { encoding: 'utf8', maxBuffer: 2 ** 28 }))
}

/** Replays, and compares with the script; proves days drawn at random. */
async function replay(
  t: TestContext,
  base: string,
  changes: string,
  registry: string,
  days: number,
): Promise<Figures> {
  const { path, remove } = await scratch()
  try {
    const log = await openLog(path)
    const reports = await ingestPaths(log, [base, changes])
    await log.close()
    assert.deepEqual(
      reports.map(({ refused }) => refused),
      [null, null],
    )
    assert.equal(
      reports.reduce((sum, { logged }) => sum + logged.length, 0),
      days,
    )
    const reader = await openWatchReader(path)
    const source = `delegated-extended/${registry}`
    const { resources } = reportOf(reader, { registry })
    const figures = { ...resources, rows: Array.from(reader.rows(source, null), ({ raw }) => raw).toSorted() }
    const other = independent(t, base, changes)
    if (other !== null) assert.deepEqual(figures, other)
    const policy = await trust(path)
    const [next, observed, rows] = [random(5), reader.days(source), [...reader.allRows(source)]]
    for (let count = 0; count < 6; count++) {
      const asked = observed[next(observed.length)]
      const row = rows[next(rows.length)]
      const [block] = row === undefined ? [] : rangeToBlocks(row.range)
      assert.ok(asked !== undefined && row !== undefined && block !== undefined)
      const document = await reader.proveAt(block, source, asked.day)
      const proved = verifyDayProof(nodeCrypto, policy, { query: blockQuery(block) }, document ?? '')
      assert.ok(proved.ok, proved.ok ? '' : proved.error.detail)
      const said = reader.covering(block, asked.day).map(({ raw }) => raw)
      assert.deepEqual(proved.value.rows.map((each) => each.row).toSorted(), said.toSorted())
      assert.equal(proved.value.fileDay, asked.day)
    }
    await reader.close()
    return figures
  } finally {
    await remove()
  }
}

test('a series of 150 days of documentation numbers', async (t) => {
  const { path, remove } = await scratch()
  try {
    const [base, changes] = await writeSeries(path, 'example-extended', makeSeries(150))
    const figures = await replay(t, base, changes, 'example', 150)
    assert.ok(figures.ended > 50 && figures.backToSameHolder > 1, JSON.stringify({ ...figures, rows: 0 }))
  } finally {
    await remove()
  }
})

test('the AFRINIC series of 1,540 days, where ../shared/data is there', async (t) => {
  const [base, changes] = [
    join(DATA, 'series/afrinic-ext.base.gz'),
    join(DATA, 'series/afrinic-ext.jsonl.gz'),
  ]
  if (!existsSync(base)) {
    t.diagnostic('../shared/data is not there: the real series is LEFT OUT; the made one above was replayed')
    return
  }
  const figures = await replay(t, base, changes, 'afrinic', 1541)
  assert.deepEqual([figures.ended, figures.backToSameHolder], [393, 78])
  const published = gunzipSync(
    readFileSync(join(DATA, 'recent/delegated-afrinic-extended-20260821.gz')),
  ).toString('latin1')
  const rows = published.split('\n').filter((line) => /^afrinic\|[^*]/.test(line))
  assert.deepEqual(figures.rows, rows.toSorted())
})
