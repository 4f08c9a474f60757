// Small worlds of documentation numbers: files as registries publish them, a series over many days, and a watch in a
// directory of its own.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { type Policy, parsePolicy } from '@cadastre/notes'
import { type Block, parsePrefix } from '@cadastre/numbers'
import { type CalendarDate, type Instant, parseDate, parseInstant } from '@cadastre/records'
import { type FileReport, ingestFile } from '../src/ingest.ts'
import type { WatchReader } from '../src/model.ts'
import { type OpenWatchOptions, openWatch } from '../src/open.ts'
import { openWatchReader } from '../src/reader.ts'
import { WatchDirectory } from '../src/watch-directory.ts'
import type { WatchLog } from '../src/watch-log.ts'

const ORIGIN = 'watch.example/log'
const SIGNER: Signer = ed25519SignerFromSeed(new Uint8Array(32).fill(7))

export function day(text: string): CalendarDate {
  const parsed = parseDate(text)
  if (parsed === null) throw new Error(`not a day: ${text}`)
  return parsed
}

export function prefix(text: string): Block {
  const parsed = parsePrefix(text)
  if (!parsed.ok) throw new Error(`not a prefix: ${text}`)
  return parsed.value
}

function instant(text: string): Instant {
  const parsed = parseInstant(text)
  if (parsed === null) throw new Error(`not an instant: ${text}`)
  return parsed
}

/** A file of delegated statistics: its header and summaries counted from its rows. */
export function delegatedFile(
  registry: string,
  of: string,
  rows: readonly string[],
  count: number = rows.length,
): string {
  const compact = of.replaceAll('-', '')
  const counted = (type: string): number => rows.filter((row) => row.split('|')[2] === type).length
  return [
    `2|${registry}|${compact}|${count}|00000000|${compact}|00000`,
    ...['asn', 'ipv4', 'ipv6'].map((type) => `${registry}|*|${type}|*|${counted(type)}|summary`),
    ...rows,
    '',
  ].join('\n')
}

/** A directory for a watch; removed by `remove`. */
export type Scratch = { readonly path: string; readonly remove: () => Promise<void> }

export async function scratch(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'cadastre-watch-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export function openLog(path: string, options: Partial<OpenWatchOptions> = {}): Promise<WatchLog> {
  return openWatch({
    directory: path,
    origin: ORIGIN,
    signer: SIGNER,
    now: () => instant('2026-11-24T06:13:43Z'),
    postCheckpoint: () => Promise.reject(new Error('no witness is configured')),
    report: () => undefined,
    ...options,
  })
}

export async function trust(path: string): Promise<Policy> {
  const policy = parsePolicy(nodeCrypto, (await new WatchDirectory(path).policyText()) ?? '')
  if (!policy.ok) throw new Error(policy.error.problem)
  return policy.value
}

/** Takes texts in, each under a name, and gives what became of them. */
export async function takeIn(
  log: WatchLog,
  files: readonly (readonly [string, string])[],
): Promise<FileReport[]> {
  const reports: FileReport[] = []
  for (const [name, text] of files) reports.push(await ingestFile(log, name, Buffer.from(text)))
  await log.flush()
  await log.publishedAll()
  return reports
}

/** A watch of these files of one registry each, by day; the reader is closed and the directory removed by `close`. */
export async function watched(
  files: readonly { readonly registry: string; readonly day: string; readonly rows: readonly string[] }[],
  others: readonly (readonly [string, string])[] = [],
): Promise<{ readonly reader: WatchReader; readonly path: string; readonly close: () => Promise<void> }> {
  const { path, remove } = await scratch()
  const log = await openLog(path)
  const texts = files.map(
    (file) =>
      [`delegated-${file.registry}-extended`, delegatedFile(file.registry, file.day, file.rows)] as const,
  )
  const reports = await takeIn(log, [...others, ...texts])
  await log.close()
  const refused = reports.find((report) => report.refused !== null)
  if (refused !== undefined) throw new Error(`${refused.name}: ${refused.refused?.detail}`)
  const reader = await openWatchReader(path)
  return {
    reader,
    path,
    close: async () => {
      await reader.close()
      await remove()
    },
  }
}

/** Pseudo-random numbers from a seed (mulberry32), so that a failure can be had again. */
export function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const NETS = ['192.0.2', '198.51.100', '203.0.113']
/** Each resource is one of these: /28 of the documentation networks, /40 of 2001:db8::/32, AS64496-64511. */
const RESOURCES: readonly string[] = [
  ...NETS.flatMap((net) => Array.from({ length: 16 }, (_, index) => `ipv4|${net}.${index * 16}|16`)),
  ...Array.from({ length: 16 }, (_, index) => `ipv6|2001:db8:${(index * 256).toString(16)}::|40`),
  ...Array.from({ length: 16 }, (_, index) => `asn|${64496 + index}|1`),
]

export type Step = {
  readonly header: string
  readonly removed: string[]
  readonly added: string[]
  readonly rows: string[]
}

/**
 * A series of `days` days of one registry: resources are delegated, end, come back to the same holder or another, and
 * holders are re-keyed. Some days are missing. The first step holds all rows as added.
 */
export function makeSeries(days: number, seed: number = 1): readonly Step[] {
  const next = random(seed)
  const row = (resource: string, holder: string | null, date: string): string =>
    holder === null
      ? `example|ZZ|${resource}||${next(4) === 0 ? 'available' : 'reserved'}|`
      : `example|${['AA', 'QM', 'XA'][next(3)]}|${resource}|${date}|${resource.startsWith('asn') ? 'allocated' : 'assigned'}|${holder}`
  const current = new Map<string, string>()
  for (const resource of RESOURCES) current.set(resource, row(resource, `H${next(12)}`, '20200101'))
  const steps: Step[] = []
  let at = Date.UTC(2022, 0, 24)
  for (let index = 0; index < days; index++) {
    const date = new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
    const before = new Set(steps.at(-1)?.rows ?? [])
    if (index > 0)
      for (let count = next(5); count > 0; count--) {
        const resource = RESOURCES[next(RESOURCES.length)] ?? ''
        const held = current.get(resource)?.split('|')[7] ?? ''
        if (held !== '') current.set(resource, `${row(resource, null, '')}`)
        else current.set(resource, row(resource, `H${next(12)}`, date))
      }
    const rows = [...current.values()]
    steps.push({
      header: `2|example|${date}|${rows.length}|00000000|${date}|00000`,
      removed: [...before].filter((each) => !rows.includes(each)),
      added: rows.filter((each) => !before.has(each)),
      rows,
    })
    at += 86_400_000 * (next(20) === 0 ? 1 + next(5) : 1)
  }
  return steps
}

/** Writes a series as `<name>.base` and `<name>.jsonl`, the form in which long ones are kept. */
export async function writeSeries(
  directory: string,
  name: string,
  steps: readonly Step[],
): Promise<readonly [string, string]> {
  const [base, ...later] = steps
  if (base === undefined) throw new Error('a series has a first day')
  const types = ['asn', 'ipv4', 'ipv6'].map(
    (type) => `example|*|${type}|*|${base.rows.filter((row) => row.split('|')[2] === type).length}|summary`,
  )
  const lines = [
    JSON.stringify({ base: true, hdr: base.header, n: base.rows.length }),
    ...later.map(({ header, rows, removed, added }) =>
      JSON.stringify({ hdr: header, n: rows.length, del: removed, add: added }),
    ),
  ]
  const paths = [join(directory, `${name}.base`), join(directory, `${name}.jsonl`)] as const
  await writeFile(paths[0], `${[base.header, ...types, ...base.rows].join('\n')}\n`)
  await writeFile(paths[1], `${lines.join('\n')}\n`)
  return paths
}
