/**
 * Watch (issue 6): the AFRINIC series replayed, logged and provable; one day's file of 260,000 rows; look-ups of past
 * days against current ones, within the program and as RDAP over HTTP; memory. The series lies outside the project, in `../shared/data`; without it that part is
 * said to be left out, and look-ups are measured on made files. Each part runs in a process of its own, so that its
 * memory is its own.
 *
 * Run: `node bench/watch.ts [series] [day]`, both by default.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { blockQuery } from '@cadastre/answers'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { parsePolicy } from '@cadastre/notes'
import { type Block, formatPrefix, rangeToBlocks } from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import {
  ingestFile,
  ingestPaths,
  openWatch,
  openWatchReader,
  reportOf,
  verifyDayProof,
  type WatchedRow,
  type WatchLog,
  type WatchReader,
} from '@cadastre/watch'
import { serveWatch } from '@cadastre/watch/serve'
import { systemNow } from '../apps/cadastre/src/data/system-now.ts'
import { writeDelegations } from './delegations.ts'
import { report } from './figures.ts'

const DATA = join(import.meta.dirname, '../../shared/data/delegated')
const SERIES = ['afrinic-ext.base.gz', 'afrinic-ext.jsonl.gz'].map((name) => join(DATA, 'series', name))
const ROWS = 260_000
const LOOKUPS = 20_000

const seconds = (since: number): number => (performance.now() - since) / 1000

function openLog(directory: string): Promise<WatchLog> {
  return openWatch({
    directory,
    origin: 'watch.example/log',
    signer: generateEd25519Signer(),
    now: systemNow,
    postCheckpoint: () => Promise.reject(new Error('no witness')),
    report: console.log,
  })
}

function reportMemory(what: string): void {
  const megabytes = process.resourceUsage().maxRSS / 1024
  report({ what: `watch: ${what}: largest RSS`, value: megabytes, unit: 'MB', limit: { atMost: 1000 } })
}

/** The first block of one of the rows. */
function blockOf(rows: readonly WatchedRow[], at: number): Block {
  const row = rows[at % rows.length]
  const [block] = row === undefined ? [] : rangeToBlocks(row.range)
  if (block === undefined) throw new Error('there are no rows')
  return block
}

/** Proofs of a source at days spread over its series, verified. */
async function proveDays(reader: WatchReader, source: string, blocks: readonly Block[]): Promise<number> {
  const policy = parsePolicy(nodeCrypto, reader.info.policy)
  if (!policy.ok) throw new Error(policy.error.problem)
  const days = reader.days(source)
  const began = performance.now()
  for (const [at, block] of blocks.entries()) {
    const day = days[Math.floor((at * (days.length - 1)) / blocks.length)]
    if (day === undefined) throw new Error('the series has days')
    const document = (await reader.proveAt(block, source, day.day)) ?? ''
    const proved = verifyDayProof(nodeCrypto, policy.value, { query: blockQuery(block) }, document)
    if (!proved.ok) throw new Error(`${proved.error.code}: ${proved.error.detail}`)
    const said = reader.covering(block, day.day).filter((row) => row.source === source)
    if (proved.value.rows.length !== said.length) throw new Error('the proof and the answer differ')
  }
  return (performance.now() - began) / blocks.length
}

/** Microseconds of a look-up, as a median of rounds; `day` null asks about now. */
function lookUps(
  reader: WatchReader,
  blocks: readonly Block[],
  days: readonly (CalendarDate | null)[],
): number {
  const times: number[] = []
  for (let round = 0; round < 7; round++) {
    const began = performance.now()
    let found = 0
    for (const [at, block] of blocks.entries())
      found += reader.covering(block, days[at % days.length] ?? null).length
    if (found === 0) throw new Error('nothing was found')
    times.push(((performance.now() - began) * 1000) / blocks.length)
  }
  return times.toSorted((a, b) => a - b)[3] ?? 0
}

function reportLookUps(reader: WatchReader, source: string, what: string): void {
  const rows = [...reader.rows(source, null)]
  const blocks = Array.from({ length: LOOKUPS }, (_, at) => blockOf(rows, at * 7919))
  const days = reader.days(source).map(({ day }) => day)
  const past = days.slice(Math.floor(days.length / 2))
  const [now, then] = [lookUps(reader, blocks, [null]), lookUps(reader, blocks, past)]
  report({ what: `watch: ${what}: a look-up now`, value: now, unit: 'µs', limit: null })
  report({ what: `watch: ${what}: a look-up at a past day`, value: then, unit: 'µs', limit: null })
  report({
    what: `watch: ${what}: past look-ups against current ones`,
    value: then / now,
    unit: 'x',
    limit: { atMost: 2 },
  })
}

/** Questions over HTTP, and days among which those about the past are spread: more than a server keeps at once. */
const ASKED = 1500
const ASKED_DAYS = 50

/** Microseconds of an RDAP answer over HTTP, one after the other; `days` as for {@link lookUps}. */
async function rdapAnswers(
  url: string,
  blocks: readonly Block[],
  days: readonly (CalendarDate | null)[],
): Promise<number> {
  const began = performance.now()
  for (const [at, block] of blocks.entries()) {
    const day = days[at % days.length] ?? null
    const path = block.space === 'asn' ? `autnum/${block.first}` : `ip/${formatPrefix(block)}`
    const answer = await fetch(`${url}/rdap/${path}${day === null ? '' : `?at=${day}`}`)
    await answer.arrayBuffer()
    // What stands now need not have stood then.
    if (answer.status !== 200 && (day === null || answer.status !== 404))
      throw new Error(`${path} at ${day}: ${answer.status}`)
  }
  return ((performance.now() - began) * 1000) / blocks.length
}

/** The same as {@link reportLookUps}, of what is served: no question is asked twice, so none is answered from memory. */
async function reportServed(directory: string, reader: WatchReader, source: string): Promise<void> {
  const server = await serveWatch({
    directory,
    host: '127.0.0.1',
    port: 0,
    whoisPort: 0,
    publicUrl: null,
    version: 'bench',
    notices: null,
    failed: (error) => console.error(error),
  })
  try {
    const rows = [...reader.rows(source, null)]
    const blocks = Array.from({ length: ASKED * 3 }, (_, at) => blockOf(rows, at * 7))
    const days = reader.days(source).map(({ day }) => day)
    const past = Array.from({ length: ASKED_DAYS }, (_, at) => days[days.length - 1 - at * 7] ?? null)
    // The first answers are those of a program that is not warm yet.
    await rdapAnswers(server.url, blocks.slice(2 * ASKED), [null, ...past])
    const now = await rdapAnswers(server.url, blocks.slice(0, ASKED), [null])
    const then = await rdapAnswers(server.url, blocks.slice(ASKED, 2 * ASKED), past)
    const what = 'watch: AFRINIC series: RDAP over HTTP'
    report({ what: `${what}, now`, value: now, unit: 'µs', limit: null })
    report({ what: `${what}, of ${ASKED_DAYS} past days in turn`, value: then, unit: 'µs', limit: null })
    report({ what: `${what}, past against now`, value: then / now, unit: 'x', limit: { atMost: 2 } })
  } finally {
    await server.close()
  }
}

async function series(directory: string): Promise<void> {
  const began = performance.now()
  const log = await openLog(directory)
  const reports = await ingestPaths(log, SERIES)
  await log.publishedAll()
  await log.close()
  const reader = await openWatchReader(directory)
  const source = 'delegated-extended/afrinic'
  const rows = [...reader.rows(source, null)]
  const blocks = Array.from({ length: 16 }, (_, at) => blockOf(rows, at * 1000))
  const proof = await proveDays(reader, source, blocks)
  const days = reports.reduce((sum, { logged }) => sum + logged.length, 0)
  const what = `watch: ${days} days of AFRINIC replayed, logged, published, 16 days proved`
  report({ what, value: seconds(began), unit: 's', limit: { atMost: 60 } })
  report({ what: 'watch: a proof of a past day, made and verified', value: proof, unit: 'ms', limit: null })
  const published = gunzipSync(readFileSync(join(DATA, 'recent/delegated-afrinic-extended-20260821.gz')))
  const expected = published
    .toString('latin1')
    .split('\n')
    .filter((line) => /^afrinic\|[^*]/.test(line))
  const found = rows.map(({ raw }) => raw)
  if (expected.toSorted().join('\n') !== found.toSorted().join('\n'))
    throw new Error('the end state is not the published file')
  console.log(`  the end state equals the published file of 2026-08-21: ${found.length} rows`)
  const classified = performance.now()
  const { resources } = reportOf(reader, { registry: 'afrinic' })
  report({
    what: 'watch: all changes classified and reported',
    value: seconds(classified),
    unit: 's',
    limit: null,
  })
  console.log(
    `  resources that became reserved or available: ${resources.ended}, back to the same holder: ${resources.backToSameHolder}`,
  )
  if (resources.ended !== 393 || resources.backToSameHolder !== 78)
    throw new Error('other figures than 393 and 78')
  reportLookUps(reader, source, 'AFRINIC series')
  await reportServed(directory, reader, source)
  await reader.close()
  reportMemory('AFRINIC series')
}

/** The next day's file: of each 200 rows one is gone, one has another holder, and one is new. */
function nextDay(text: string): string {
  const changed = text.split('\n').flatMap((line, at) => {
    if (!line.startsWith('example|') || at % 200 === 0) return []
    if (at % 200 !== 100) return [line]
    const prefix = `2001:db8:${(at / 100).toString(16)}::`
    return [line.replace('holder-', 'other-'), `example|ZZ|ipv6|${prefix}|48|20260101|allocated|new-${at}`]
  })
  return [`2.3|example|20260102|${changed.length}|19830101|20260102|+0000`, ...changed, ''].join('\n')
}

async function day(directory: string): Promise<void> {
  const file = join(directory, 'delegated-example-extended')
  const log = await openLog(join(directory, 'watch'))
  writeDelegations(file, ROWS)
  const first = readFileSync(file)
  const take = async (bytes: Buffer, name: string): Promise<number> => {
    const began = performance.now()
    const { refused } = await ingestFile(log, name, bytes)
    if (refused !== null) throw new Error(refused.detail)
    await log.flush()
    await log.publishedAll()
    return seconds(began)
  }
  const what = `watch: a file of ${ROWS.toLocaleString('en')} rows`
  report({
    what: `${what}, all new, logged and published`,
    value: await take(first, 'first'),
    unit: 's',
    limit: { atMost: 5 },
  })
  const second = Buffer.from(nextDay(first.toString('latin1')))
  report({
    what: `${what}, the next day, 1.5% changed`,
    value: await take(second, 'second'),
    unit: 's',
    limit: { atMost: 5 },
  })
  await log.close()
  reportMemory(`${ROWS.toLocaleString('en')} rows`)
  const began = performance.now()
  const reader = await openWatchReader(join(directory, 'watch'))
  report({ what: `${what}: the log read by a reader`, value: seconds(began), unit: 's', limit: null })
  reportLookUps(reader, 'delegated-extended/example', `${ROWS.toLocaleString('en')} rows`)
  await reader.close()
}

const PARTS: Readonly<Record<string, (directory: string) => Promise<void>>> = { series, day }

const [flag, name = ''] = process.argv.slice(2)
const alone = flag === '--alone' ? PARTS[name] : undefined
if (alone !== undefined) {
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-bench-watch-'))
  try {
    await alone(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
} else {
  const asked = process.argv.slice(2)
  for (const part of asked.length === 0 ? Object.keys(PARTS) : asked) {
    if (PARTS[part] === undefined) throw new Error(`${part}: expected ${Object.keys(PARTS).join(', ')}`)
    if (part === 'series' && SERIES.some((path) => !existsSync(path))) {
      console.log('watch series is left out: ../shared/data/delegated/series is not there')
      continue
    }
    const { status } = spawnSync(process.execPath, [import.meta.filename, '--alone', part], {
      stdio: 'inherit',
    })
    if (status !== 0) process.exitCode = 1
  }
}
