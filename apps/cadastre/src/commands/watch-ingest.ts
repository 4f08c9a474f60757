/** `watch ingest` and `watch fetch`: taking published files in. */

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Signer } from '@cadastre/crypto'
import {
  type FetchReport,
  type FileReport,
  fetchDue,
  ingestPaths,
  openWatch,
  WatchDirectory,
  type WatchLog,
} from '@cadastre/watch'
import { createKey, listKeys, loadKey } from '../data/key-files.ts'
import type { Settings } from '../data/settings.ts'
import { systemNow } from '../data/system-now.ts'
import { postCheckpoint } from '../writer/post-checkpoint.ts'
import { createProgress, EXIT, type Output, UsageError } from './output.ts'

export type WatchIngestOptions = { readonly origin?: string; readonly directory?: string }
export type WatchFetchOptions = WatchIngestOptions & { readonly once: boolean }

const KEY = 'watch'

/** Where the watch lies: as named, or `watch` in the data directory. */
export function watchDirectory(settings: Settings, options: { readonly directory?: string }): WatchDirectory {
  return new WatchDirectory(options.directory ?? join(settings.data, 'watch'))
}

/** The key of the log; made with a new watch. */
async function signerOf(directory: WatchDirectory, isNew: boolean): Promise<Signer> {
  const passphrase = process.env['CADASTRE_PASSPHRASE'] ?? null
  const keys = await listKeys(directory.keys)
  if (isNew && !keys.some(({ name }) => name === KEY)) return createKey(directory.keys, KEY, passphrase)
  return loadKey(directory.keys, KEY, () => Promise.resolve(passphrase))
}

async function openWriter(
  directory: WatchDirectory,
  origin: string | undefined,
  output: Output,
): Promise<WatchLog> {
  const known = await directory.read()
  if (known === null && origin === undefined)
    throw new UsageError(
      `${directory.path} holds no watch yet. Name the origin of its log: --origin watch.example/log (a host name and path that you answer for).`,
    )
  const bar = createProgress('reading the log')
  const isLong = (size: number): boolean => size > 20_000
  return openWatch({
    directory: directory.path,
    origin: known === null ? (origin ?? null) : (origin ?? known.origin),
    signer: await signerOf(directory, known === null),
    now: systemNow,
    postCheckpoint,
    report: output.note,
    progress: (entries, size) => {
      if (isLong(size)) bar.update(entries, size)
    },
  }).finally(() => bar.end())
}

/** One line for each file, and one for each sort of remark. */
function reportLines({ name, logged, known, refused }: FileReport): string[] {
  const lines: string[] = []
  const [first, last] = [logged[0], logged.at(-1)]
  if (first !== undefined && last !== undefined) {
    const [removed, added] = [
      logged.reduce((sum, day) => sum + day.removed, 0),
      logged.reduce((sum, day) => sum + day.added, 0),
    ]
    const span = logged.length === 1 ? first.day : `${first.day} to ${last.day}, ${logged.length} days`
    lines.push(`${name}: ${first.source}, ${span}: ${last.rows} rows, ${added} added, ${removed} gone`)
  }
  if (known > 0) lines.push(`${name}: ${known === 1 ? 'logged already' : `${known} days are logged already`}`)
  if (refused !== null) lines.push(`${name}: NOT taken in: ${refused.code}: ${refused.detail}`)
  const remarks = new Map<string, { count: number; example: string }>()
  for (const { notes } of logged)
    for (const { code, count, example } of notes) {
      const known_ = remarks.get(code)
      remarks.set(code, { count: (known_?.count ?? 0) + count, example: known_?.example ?? example })
    }
  for (const [code, { count, example }] of remarks) lines.push(`  ${code} (${count}): ${example}`)
  return lines
}

export async function watchIngest(
  settings: Settings,
  files: readonly string[],
  options: WatchIngestOptions,
  output: Output,
): Promise<number> {
  const directory = watchDirectory(settings, options)
  const log = await openWriter(directory, options.origin, output)
  const bar = createProgress('taking in')
  try {
    const reports = await ingestPaths(log, files, (done, total) => bar.update(done, total)).finally(() =>
      bar.end(),
    )
    await log.publishedAll()
    const days = reports.reduce((sum, { logged }) => sum + logged.length, 0)
    const refused = reports.filter((report) => report.refused !== null).length
    output.result(
      { days, refused, size: log.size, files: reports },
      [
        ...reports.flatMap(reportLines),
        `${days} ${days === 1 ? 'day' : 'days'} logged; ${refused} files not taken in; the log has ${log.size} entries.`,
      ].join('\n'),
    )
    return refused > 0 && days === 0 ? EXIT.no : EXIT.ok
  } finally {
    await log.close()
  }
}

function fetchLine({ url, outcome, detail, file }: FetchReport): string {
  const lines = file === null ? [] : reportLines(file)
  return [`${outcome.padEnd(6)} ${url}: ${detail}`, ...lines.map((line) => `       ${line}`)].join('\n')
}

/** Longest sleep between two looks at the list, which may be edited meanwhile. */
const SLEEP_SECONDS_MAX = 600

export async function watchFetch(
  settings: Settings,
  options: WatchFetchOptions,
  output: Output,
): Promise<number> {
  const directory = watchDirectory(settings, options)
  const log = await openWriter(directory, options.origin, output)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const now = (): number => Math.floor(Date.now() / 1000)
  const all: FetchReport[] = []
  try {
    for (;;) {
      const told = (report: FetchReport): void => {
        if (!options.once) output.note(fetchLine(report))
      }
      const round = await fetchDue({
        log,
        directory,
        now,
        pause: (milliseconds) => sleep(milliseconds),
        told,
      })
      all.push(...round.reports)
      if (round.nextAt === null)
        throw new UsageError(`${directory.addresses} lists no addresses: one a line, "https://… 6h".`)
      if (options.once || stop.signal.aborted) break
      all.length = 0
      const seconds = Math.min(Math.max(round.nextAt - now(), 1), SLEEP_SECONDS_MAX)
      await sleep(seconds * 1000, undefined, { signal: stop.signal }).catch((error: unknown) => {
        if (!stop.signal.aborted) throw error
      })
      if (stop.signal.aborted) break
    }
    await log.publishedAll()
    const failed = all.filter(({ outcome }) => outcome === 'failed').length
    if (options.once)
      output.result(
        { looked: all.length, failed, size: log.size, addresses: all },
        [...all.map(fetchLine), `${all.length} addresses looked at, ${failed} failed.`].join('\n'),
      )
    return failed > 0 && failed === all.length ? EXIT.unavailable : EXIT.ok
  } finally {
    await log.close()
  }
}
