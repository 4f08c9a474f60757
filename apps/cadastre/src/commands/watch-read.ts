/** `watch report`, `watch prove` and `watch verify`: what was published, told and proved. */

import { readFile, writeFile } from 'node:fs/promises'
import { blockQuery, verifyAnswer } from '@cadastre/answers'
import { sourceOf } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { Policy } from '@cadastre/notes'
import type { Block } from '@cadastre/numbers'
import { type CalendarDate, type Json, parseDate } from '@cadastre/records'
import {
  auditWatchLog,
  changeJson,
  changesCsv,
  isDayProof,
  openWatchReader,
  type ProvedDay,
  reportOf,
  reportText,
  sourcesNaming,
  sourcesOn,
  verifyDayProof,
  type WatchDirectory,
  type WatchReader,
} from '@cadastre/watch'
import { policyOf } from '../client/registry-client.ts'
import { readSubject } from '../client/subject.ts'
import type { Settings } from '../data/settings.ts'
import { CommandError, createProgress, EXIT, type Output, UsageError } from './output.ts'
import { watchDirectory } from './watch-ingest.ts'

export type WatchReportOptions = {
  readonly registry: string
  readonly from?: string
  readonly to?: string
  readonly csv?: string
  readonly changes: boolean
  readonly directory?: string
}
export type WatchProveOptions = {
  readonly at?: string
  readonly registry?: string
  readonly save?: string
  readonly directory?: string
}
export type WatchAuditOptions = { readonly policy?: string; readonly directory?: string }
export type WatchVerifyOptions = {
  readonly for: string
  readonly policy?: string
  readonly directory?: string
}

/** Entries from which reading is worth a bar. */
const LONG_LOG = 20_000

function dayOption(text: string | undefined, name: string): CalendarDate | null {
  if (text === undefined) return null
  const day = parseDate(text)
  if (day === null) throw new UsageError(`${name} is "${text}"; it must be a day such as 2025-07-16.`)
  return day
}

/** Opens the watch for reading, uses it, and closes it. */
async function reading<T>(
  settings: Settings,
  options: { readonly directory?: string },
  use: (reader: WatchReader) => Promise<T>,
): Promise<T> {
  const bar = createProgress('reading the log')
  const reader = await openWatchReader(watchDirectory(settings, options).path, (entries, size) => {
    if (size > LONG_LOG) bar.update(entries, size)
  }).finally(() => bar.end())
  try {
    return await use(reader)
  } finally {
    await reader.close()
  }
}

export function watchReport(
  settings: Settings,
  options: WatchReportOptions,
  output: Output,
): Promise<number> {
  const [from, to] = [dayOption(options.from, '--from'), dayOption(options.to, '--to')]
  return reading(settings, options, async (reader) => {
    const registry = options.registry.toLowerCase()
    const within = { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) }
    const report = reportOf(reader, { registry, ...within })
    const changes = reader.changes({ source: report.source, from: report.from, to: report.to })
    if (options.csv === '-') {
      process.stdout.write(changesCsv(changes))
      return EXIT.ok
    }
    if (options.csv !== undefined) await writeFile(options.csv, changesCsv(changes))
    const json = options.changes ? { ...report, everyChange: changes.map(changeJson) } : report
    output.result(json, reportText(report))
    if (options.csv !== undefined) output.note(`${changes.length} changes written to ${options.csv}.`)
    return EXIT.ok
  })
}

function blockOf(text: string): Block {
  const subject = readSubject(text)
  if (subject.kind !== 'block') throw new UsageError(`"${text}" is no prefix, address or AS number.`)
  return subject.block
}

/**
 * The file that answers: of the registry that is named, or of the one whose file names the numbers on the day; the
 * latest of its files, of one day the extended one.
 */
function sourceFor(
  reader: WatchReader,
  block: Block,
  day: CalendarDate,
  registry: string | undefined,
): string {
  const followed = sourcesOn(reader, day, registry?.toLowerCase())
  const naming = registry === undefined ? sourcesNaming(reader, block, day) : []
  const all = naming.length === 0 ? followed : naming
  const registries = new Set(all.map((source) => source.registry))
  if (registries.size > 1)
    throw new UsageError(
      `${naming.length === 0 ? 'Files are followed' : 'These numbers are in files'} of ${[...registries].join(', ')}; name one with --registry.`,
    )
  const [best] = all
  if (best === undefined) throw new CommandError(`No file of ${day} or before is logged of that registry.`)
  return best.id
}

export function watchProve(
  settings: Settings,
  numbers: string,
  options: WatchProveOptions,
  output: Output,
): Promise<number> {
  const [block, day] = [blockOf(numbers), dayOption(options.at, '--at')]
  return reading(settings, options, async (reader) => {
    const document =
      day === null
        ? await reader.prove(block)
        : await reader.proveAt(block, sourceFor(reader, block, day, options.registry), day)
    if (document === null) throw new CommandError(`No file of ${options.at} or before is logged.`)
    if (options.save !== undefined) await writeFile(options.save, document)
    const told = verified(document, block, policyOf(reader.info.policy))
    output.result({ ...told.json, document: options.save ?? document }, told.lines.join('\n'))
    if (options.save !== undefined)
      output.note(
        `Proof written to ${options.save}; anyone checks it: cadastre watch verify ${options.save} --for ${numbers} --policy FILE`,
      )
    return EXIT.ok
  })
}

/** The policy that is named, or that of the watch here. */
async function trusted(directory: WatchDirectory, file: string | undefined): Promise<Policy> {
  const policy = file === undefined ? await directory.policyText() : await readFile(file, 'utf8')
  if (policy === null) throw new UsageError('--policy FILE: whom do you trust?')
  return policyOf(policy)
}

export async function watchVerify(
  settings: Settings,
  file: string,
  options: WatchVerifyOptions,
  output: Output,
): Promise<number> {
  const trust = await trusted(watchDirectory(settings, options), options.policy)
  const told = verified(await readFile(file, 'utf8'), blockOf(options.for), trust)
  output.result(told.json, ['The proof holds.', '', ...told.lines].join('\n'))
  return EXIT.ok
}

export async function watchAudit(
  settings: Settings,
  source: string | undefined,
  options: WatchAuditOptions,
  output: Output,
): Promise<number> {
  const directory = watchDirectory(settings, options)
  const trust = await trusted(directory, options.policy)
  const from = sourceOf(source ?? directory.log)
  const bar = createProgress('auditing entries')
  const audit = await auditWatchLog(
    nodeCrypto,
    trust,
    (path) => from.read(path),
    (entries, size) => bar.update(entries, size),
  ).finally(() => bar.end())
  if (!audit.ok) throw new CommandError(audit.error.detail)
  const { origin, size, files, rows, at } = audit.value
  output.result(
    { clean: true, ...audit.value },
    `The log ${origin} is clean: ${size} entries, ${files} files, ${rows} rows ever; its last state is of ${at}.`,
  )
  return EXIT.ok
}

type Told = { readonly json: { readonly [member: string]: Json }; readonly lines: readonly string[] }

/** Verifies a proof of a day, or of now; throws a CommandError where it does not hold. */
export function verified(document: string, block: Block, trust: Policy): Told {
  const query = blockQuery(block)
  if (isDayProof(document)) {
    const proved = verifyDayProof(nodeCrypto, trust, { query }, document)
    if (!proved.ok) throw new CommandError(`${proved.error.code}: ${proved.error.detail}`)
    return dayTold(proved.value)
  }
  const answer = verifyAnswer(nodeCrypto, { trust, age: null }, query, document)
  if (!answer.ok) throw new CommandError(`${answer.error.code}: ${answer.error.detail}`)
  const { size, at, origin, covering, moreSpecific } = answer.value
  const records = covering.map(({ key, record }) => ({ key, record }))
  return {
    json: { verified: true, query: query.key, origin, size, at, moreSpecific, records },
    lines: [
      ...(covering.length === 0 ? ['No row holds these numbers now.'] : []),
      ...covering.flatMap(({ key, record }) => [key, `  ${JSON.stringify(record['observed'])}`]),
      '',
      `The log ${origin} signed a tree of ${size} entries; its last state is of ${at}.`,
    ],
  }
}

function dayTold(proved: ProvedDay): Told {
  const { source, day, fileDay, nextDay, rows, moreSpecific, file, origin, size, at, witnesses } = proved
  const name = proved.query.key.slice(proved.query.key.indexOf('/') + 1)
  const what = proved.query.space === 'asn' ? `AS${name.replace(/\/32$/, '')}` : name
  const lines =
    rows.length === 0
      ? [`On ${day} ${source} had no row that holds ${what}.`]
      : rows.map(({ row, since }) => `On ${day} ${source} said of ${what}: ${row} (first seen ${since})`)
  return {
    json: {
      verified: true,
      query: proved.query.key,
      source,
      day,
      fileDay,
      nextDay,
      file,
      rows: rows.map((row) => ({ ...row })),
      moreSpecific,
      origin,
      size,
      at,
      witnesses,
    },
    lines: [
      ...lines,
      moreSpecific === 'none'
        ? 'Nothing more specific stood inside it.'
        : 'Rows more specific stood inside it.',
      `The file is that of ${fileDay}${file === null ? '' : ` (SHA-256 ${file})`}; the next one logged is ${nextDay === null ? 'none' : `of ${nextDay}`}.`,
      `The log ${origin} signed a tree of ${size} entries; this state was logged at ${at}.`,
      witnesses.length === 0
        ? 'No witness vouches that others were shown the same tree.'
        : `Witnesses: ${witnesses.join(', ')}.`,
    ],
  }
}
