/**
 * Taking files in: in order of their days, each compared with what its source said before, logged, and remarked on.
 * What is logged already is passed over, so that an interrupted run is simply run again.
 */

import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Result } from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import { readIfThere } from '@cadastre/registrar'
import { compactDay, daysBetween } from './days.ts'
import type { FileIdentity } from './delegated-file.ts'
import type { ObservedDay } from './model.ts'
import { type Note, type Refusal, refusal } from './notes.ts'
import { type DayFile, openPublishedFile, type SeriesFile, stepFile } from './published-file.ts'
import type { WatchLog } from './watch-log.ts'

/** One day that was logged. */
export type LoggedDay = {
  readonly source: string
  readonly day: CalendarDate
  readonly rows: number
  readonly removed: number
  readonly added: number
  readonly notes: readonly Note[]
}

export type FileReport = {
  readonly name: string
  readonly logged: readonly LoggedDay[]
  /** Days passed over because they were logged before. */
  readonly known: number
  readonly refused: Refusal | null
}

export type IngestProgress = (done: number, total: number) => void

/** Files that stand beside published ones and hold no rows. */
const BESIDE = /\.(md5|asc|sha256|sig|txt|html|md|jcr)$/i

/** All files at these paths, folders included, in order of the day in their names or, without one, in their text. */
async function filesAt(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = []
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) {
      files.push(path)
      continue
    }
    const names = await readdir(path, { recursive: true, withFileTypes: true })
    for (const entry of names)
      if (entry.isFile() && !entry.name.startsWith('.') && !BESIDE.test(entry.name))
        files.push(join(entry.parentPath, entry.name))
  }
  const dated = await Promise.all(files.map(async (file) => ({ file, day: await dayOfFile(file) })))
  dated.sort((a, b) => (a.day !== b.day ? (a.day < b.day ? -1 : 1) : a.file < b.file ? -1 : 1))
  return dated.map(({ file }) => file)
}

/** A text that sorts as days do. A series comes right after the file that it starts from. */
async function dayOfFile(path: string): Promise<string> {
  const named = /(?:^|[^0-9])((?:19|20)[0-9]{6})(?:[^0-9]|$)/.exec(basename(path))?.[1]
  const day = named === undefined ? null : compactDay(named)
  if (day !== null) return day
  const opened = openPublishedFile(await readFile(path), basename(path))
  if (!opened.ok) return ''
  return opened.value.kind === 'day'
    ? opened.value.file.identity.day
    : `${opened.value.file.series.base.day} series`
}

/** Whether a checksum file's text (`MD5 (name) = hex`, or `hex  name`) is of these bytes; null where it names none. */
export function md5Agrees(text: string, bytes: Uint8Array, unpacked: Uint8Array): boolean | null {
  const named = /\b[0-9a-f]{32}\b/i.exec(text)?.[0]?.toLowerCase()
  if (named === undefined) return null
  const md5 = (of: Uint8Array): string => createHash('md5').update(of).digest('hex')
  return named === md5(bytes) || named === md5(unpacked)
}

/** Takes one file in. What is logged is committed when the log's batch is full; the caller flushes at the end. */
export async function ingestFile(
  log: WatchLog,
  name: string,
  bytes: Uint8Array,
  progress?: IngestProgress,
): Promise<FileReport> {
  const opened = openPublishedFile(bytes, name)
  if (!opened.ok) return { name, logged: [], known: 0, refused: opened.error }
  if (opened.value.kind === 'series') return ingestSeries(log, opened.value.file, progress)
  const day = takeDay(log, opened.value.file)
  await log.flushIfFull()
  progress?.(1, 1)
  if (day.ok) return { name, logged: [day.value], known: 0, refused: null }
  const known = day.error.code === 'already-logged'
  return { name, logged: [], known: known ? 1 : 0, refused: known ? null : day.error }
}

/** Takes in files at paths, a checksum beside each looked at where there is one. */
export async function ingestPaths(
  log: WatchLog,
  paths: readonly string[],
  progress?: IngestProgress,
): Promise<readonly FileReport[]> {
  const files = await filesAt(paths)
  const reports: FileReport[] = []
  for (const [index, path] of files.entries()) {
    const name = basename(path)
    const bytes = await readFile(path)
    const checksum = await readIfThere(`${path}.md5`)
    if (checksum !== null && md5Agrees(checksum, bytes, bytes) === false)
      reports.push({ name, logged: [], known: 0, refused: checksumRefusal(checksum) })
    else reports.push(await ingestFile(log, name, bytes, files.length === 1 ? progress : undefined))
    if (files.length > 1) progress?.(index + 1, files.length)
  }
  await log.flush()
  return reports
}

function checksumRefusal(text: string): Refusal {
  return {
    code: 'checksum-differs',
    detail: `The checksum beside the file is of another: ${text.trim().slice(0, 80)}`,
  }
}

/** Checks that a file goes on from what is logged; adds remarks about its day. */
function checkDay(file: DayFile, logged: readonly ObservedDay[]): Refusal | null {
  const { day, kind } = file.identity
  const last = logged.at(-1) ?? null
  if (last === null) return null
  if (logged.some((each) => file.sha256 !== null && each.file === file.sha256))
    return { code: 'already-logged', detail: `The file of ${day} is logged already.` }
  if (day < last.day)
    return { code: 'older-than-logged', detail: `It is of ${day}; ${last.day} is logged already.` }
  if (day === last.day) file.notes.add('same-day-again', () => `another file of ${day} was logged before`)
  const missing = daysBetween(last.day, day) - 1
  if (missing > 0 && (kind === 'delegated' || kind === 'delegated-extended'))
    file.notes.add('gap', () => `no file of ${missing} days after ${last.day}`, missing)
  return null
}

/** Compares and adds one day to the log's open batch. */
function takeDay(log: WatchLog, file: DayFile): Result<LoggedDay, Refusal> {
  const { source, day } = file.identity
  const refused = checkDay(file, log.history.source(source)?.days ?? [])
  if (refused !== null) return { ok: false, error: refused }
  const difference = file.compare(log.current(source), file.notes)
  if (!difference.ok) return difference
  const { rows, removed, added } = difference.value
  log.addDay(file, difference.value)
  const logged = { source, day, rows, removed: removed.length, added: added.length, notes: file.notes.list() }
  return { ok: true, value: logged }
}

/** The source that a series goes on from: the one whose logged days hold the file it starts with. */
function baseOf(log: WatchLog, { series }: SeriesFile): Pick<FileIdentity, 'source' | 'kind'> | null {
  const { registry, day, rows } = series.base
  for (const kind of ['delegated-extended', 'delegated'] as const) {
    const source = `${kind}/${registry}`
    const days = log.history.source(source)?.days ?? []
    if (days.some((logged) => logged.day === day && logged.rows === rows)) return { source, kind }
  }
  return null
}

async function ingestSeries(log: WatchLog, file: SeriesFile, progress?: IngestProgress): Promise<FileReport> {
  const { name, sha256, series } = file
  const { steps, base } = series
  const logged: LoggedDay[] = []
  const end = (refused: Refusal | null, known: number): FileReport => ({ name, logged, known, refused })
  const source = baseOf(log, file)
  if (source === null)
    return end(
      { code: 'does-not-fit', detail: `The file that it starts from, of ${base.day}, is not logged.` },
      0,
    )
  const last = log.lastDay(source.source)
  const done = last?.series?.sha256 === sha256 ? last.series.line : 0
  if (done === 0 && last?.day !== base.day && steps.some(({ line }) => line > 1))
    return end(refusal('does-not-fit', `${last?.day} is logged after the file that it starts from.`).error, 0)
  const open = steps.filter(({ line }) => line > done)
  for (const [index, step] of open.entries()) {
    const day = stepFile(file, step, source)
    const taken = day.ok ? takeDay(log, day.value) : day
    if (!taken.ok) return end(taken.error, steps.length - open.length)
    logged.push(taken.value)
    await log.flushIfFull()
    progress?.(index + 1, open.length)
  }
  return end(null, steps.length - open.length)
}
