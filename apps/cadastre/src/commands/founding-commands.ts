/** `init`, `import`, `open`: founding a registry of one's own. */

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { overlaps, parseRange, type Range } from '@cadastre/numbers'
import { WEEKDAYS } from '@cadastre/procedures'
import type { Calendar, Profile, SealRoot } from '@cadastre/records'
import { lackingStaff, parseStaff } from '../client/staff-plan.ts'
import { readCalendar } from '../data/calendar-file.ts'
import { createRegistryFiles, isEmptyDirectory } from '../data/create.ts'
import { DataDirectory, type RegistryFile } from '../data/data-directory.ts'
import {
  foundGenesis,
  type ImportReport,
  importFile,
  openRegistry,
  type PoolPlan,
  type StaffPlan,
} from '../data/founding.ts'
import { importMaintainers } from '../data/maintainers.ts'
import { notifierPlan } from '../data/notifier.ts'
import { readSealRoot } from '../data/seal-roots.ts'
import type { Settings } from '../data/settings.ts'
import { type OperatorSession, withRegistrar } from './operator-session.ts'
import { CommandError, createProgress, EXIT, type Output, UsageError } from './output.ts'

export type InitOptions = {
  readonly profile: string
  readonly origin: string
  readonly name: string
  readonly seat: string
  /** `HANDLE=RANGE` or `HANDLE=RANGE,open`. */
  readonly pool: readonly string[]
  /** `HANDLE:ROLE:KEY`. */
  readonly staff: readonly string[]
  /** Files of certificates to which seals of authorities chain. */
  readonly root: readonly string[]
  /** File of the calendar of business days. */
  readonly calendar?: string
}

/** `IP4=10.0.0.0/8,open`, `ASN=AS64512-AS65534`. */
function parsePool(text: string): PoolPlan {
  const match = /^([A-Za-z0-9][A-Za-z0-9._-]*)=([^,]+)(,open)?$/.exec(text)
  const [, handle, range, open] = match ?? []
  if (handle === undefined || range === undefined)
    throw new UsageError(
      `--pool ${text}: expected HANDLE=RANGE or HANDLE=RANGE,open, such as IP4=10.0.0.0/8,open.`,
    )
  const read = parseRange(range)
  if (!read.ok)
    throw new UsageError(`--pool ${text}: ${read.error.value} is no range; expected ${read.error.expected}.`)
  return { handle: handle.toUpperCase(), space: read.value.space, range, open: open !== undefined }
}

/** Pools must not overlap, and each has a handle of its own. */
function checkPools(pools: readonly PoolPlan[]): void {
  const seen: { readonly pool: PoolPlan; readonly range: Range }[] = []
  for (const pool of pools) {
    const range = parseRange(pool.range)
    if (!range.ok) throw new Error('checked by parsePool')
    const other = seen.find((one) => one.pool.handle === pool.handle || overlaps(one.range, range.value))
    if (other !== undefined)
      throw new UsageError(
        `--pool ${pool.handle}=${pool.range}: it overlaps ${other.pool.handle}=${other.pool.range}, or has the same handle; expected pools apart from each other.`,
      )
    seen.push({ pool, range: range.value })
  }
}

async function rootOf(path: string): Promise<SealRoot> {
  try {
    return await readSealRoot(path)
  } catch (error) {
    throw new UsageError(`--root ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function calendarOf(path: string | undefined): Promise<Calendar> {
  if (path === undefined) return WEEKDAYS
  try {
    return await readCalendar(path)
  } catch (error) {
    throw new UsageError(`--calendar ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** ISO 3166-1 gives these to users: they name no country. */
const NO_COUNTRY: readonly string[] = ['XX', 'ZZ']

/**
 * What would make a registry that can never do what it says. The profile `national` promises attested identities and
 * adopted procedures, so it is refused; a `community` may mean to live without, and is warned.
 */
function checkWhole(profile: Profile, seat: string, staff: readonly StaffPlan[], output: Output): void {
  const lacking = lackingStaff(staff).join(', ')
  const how = '--staff HANDLE:ROLE:KEY, once for each, with the keys that "cadastre keys create" prints'
  const seatless = NO_COUNTRY.includes(seat)
  if (profile === 'national') {
    if (lacking !== '')
      throw new UsageError(
        `--profile national needs staff beside the operator that init makes: nobody could be identified without two attestors, and to add them later takes a second operator, whom a single one can name only with a month’s notice. Missing: ${lacking}; expected ${how}.`,
      )
    if (seatless)
      throw new UsageError(
        `--seat ${seat}: it names no country; expected the country whose courts and regulators are competent (ISO 3166-1).`,
      )
    return
  }
  if (lacking !== '')
    output.note(
      `Warning: without ${lacking} some procedures cannot be done here (successions on an instrument, orders, changes of staff and of procedures), and to add what is missing later takes a second operator, whom a single one can name with a month’s notice (cadastre request change-staff). To name them now: ${how}.`,
    )
  if (seatless)
    output.note(
      `Warning: the seat ${seat} names no country, and it stands for good in the log and on certified extracts; --seat gives the country whose courts are competent.`,
    )
}

export async function init(settings: Settings, options: InitOptions, output: Output): Promise<void> {
  const profile: Profile | null =
    options.profile === 'community' || options.profile === 'national' ? options.profile : null
  if (profile === null) throw new UsageError(`--profile ${options.profile}: expected community or national.`)
  if (!/^[a-z0-9.-]+(\/[\x21-\x7e]+)?$/.test(options.origin) || options.origin.includes('+'))
    throw new UsageError(
      `--origin ${options.origin}: expected a host name and path without scheme, such as registry.example/log.`,
    )
  if (!/^[A-Z]{2}$/.test(options.seat))
    throw new UsageError(`--seat ${options.seat}: expected two capital letters (ISO 3166-1).`)
  const pools = options.pool.map(parsePool)
  checkPools(pools)
  const staff = options.staff.map((one) => parseStaff(one, '--staff'))
  const roots = await Promise.all(options.root.map(rootOf))
  const calendar = await calendarOf(options.calendar)
  const directory = new DataDirectory(settings.data)
  if (!(await isEmptyDirectory(directory)))
    throw new CommandError(
      `${settings.data} is not empty; a registry is made in an empty directory (CADASTRE_DATA).`,
    )
  checkWhole(profile, options.seat, staff, output)
  const registry: RegistryFile = {
    v: 1,
    origin: options.origin,
    name: options.name,
    seat: options.seat,
    profile,
    demonstration: false,
  }
  try {
    await createRegistryFiles(directory, registry, process.env['CADASTRE_PASSPHRASE'] ?? null)
    const notifier = await notifierPlan(directory)
    const found = ({ registrar, founder, policy }: OperatorSession): Promise<void> =>
      foundGenesis(registrar, founder, pools, policy, [notifier, ...staff], roots, calendar)
    await withRegistrar(settings, output, found, true)
  } catch (error) {
    // The directory was empty: what a failed founding made in it would only stand in the way of the next.
    for (const name of await readdir(directory.path))
      await rm(join(directory.path, name), { recursive: true })
    throw error
  }
  output.result(
    { data: settings.data, ...registry, pools },
    [
      `Founded "${registry.name}" in ${settings.data} (profile ${profile}, origin ${registry.origin}).`,
      ...(options.calendar === undefined
        ? [
            'Business days are Monday to Friday, without holidays: none were given (--calendar), and a change takes 90 days.',
          ]
        : []),
      `Its keys are in ${directory.keys}: back them up now ("cadastre keys backup").`,
      'Next: "cadastre import FILE" for existing records, then "cadastre open", then "cadastre serve".',
    ].join('\n'),
  )
}

export type ImportCommandOptions = {
  readonly source: string
  readonly nested: boolean
  readonly attribution: string
  /** Whether an import that takes nothing in is what was wished for. */
  readonly allowNone: boolean
}

export async function importCommand(
  settings: Settings,
  file: string,
  options: ImportCommandOptions,
  output: Output,
): Promise<number> {
  if (!/^[A-Z0-9][A-Z0-9._]{0,31}$/.test(options.source))
    throw new UsageError(
      `--source ${options.source}: expected capital letters, digits, "." and "_", such as EXAMPLE_2024.`,
    )
  const bar = createProgress(`importing ${options.source}`)
  const report = await withRegistrar(settings, output, ({ registrar, founder }) =>
    importFile(registrar, founder, {
      file,
      ...options,
      progress: (done, total) => bar.update(done, total),
    }),
  ).finally(() => bar.end())
  output.result(report, reportText(report))
  return report.taken === 0 && !options.allowNone ? EXIT.no : EXIT.ok
}

const SHOWN = 20

function reportText(report: ImportReport): string {
  const lines = [`${report.source}: ${report.taken} of ${report.rows} rows taken in.`]
  for (const { line, code, value, expected } of report.warnings.slice(0, SHOWN))
    lines.push(`warning: line ${line}: ${code}: "${value}"; expected ${expected}`)
  if (report.warnings.length > SHOWN)
    lines.push(`… and ${report.warnings.length - SHOWN} more warnings (--json lists all)`)
  for (const { line, raw } of report.leftOut.slice(0, SHOWN))
    lines.push(`conflict: line ${line} left out, its numbers are registered already: ${raw}`)
  if (report.leftOut.length > SHOWN)
    lines.push(`… and ${report.leftOut.length - SHOWN} more conflicts (--json lists all)`)
  const parts = report.underOthers
  if (parts.length > 0)
    lines.push(
      `${parts.length} of the rows lie inside holdings of other sources: they were taken in as parts of those (sub), not as holdings of their own.`,
    )
  for (const { line, raw } of parts.slice(0, SHOWN)) lines.push(`part of another: line ${line}: ${raw}`)
  if (parts.length > SHOWN) lines.push(`… and ${parts.length - SHOWN} more parts (--json lists all)`)
  lines.push(
    `${report.warnings.length} warnings, ${report.leftOut.length} conflicts, ${parts.length} parts of other sources’ holdings.`,
  )
  if (report.taken === 0)
    lines.push(
      report.rows === 0
        ? 'Nothing was taken in: the file has no rows of data.'
        : 'Nothing was taken in: the numbers of every row are registered already. Was this file imported before, under another name?',
    )
  return lines.join('\n')
}

export async function importKeysCommand(
  settings: Settings,
  file: string,
  source: string,
  output: Output,
): Promise<void> {
  const report = await withRegistrar(settings, output, ({ registrar, founder }) =>
    importMaintainers(registrar, founder, { file, source }),
  )
  const { holders, keys, leftOut } = report
  output.result(
    report,
    `${source}: ${keys} keys of ${holders} holders listed.${leftOut.length === 0 ? '' : ` Left out, of kinds that cannot be checked: lines ${leftOut.slice(0, SHOWN).join(', ')}.`}`,
  )
}

export async function open(settings: Settings, output: Output): Promise<void> {
  await withRegistrar(settings, output, ({ registrar, founder }) => openRegistry(registrar, founder))
  output.result(
    { state: 'open' },
    'The registry is open. Founding has ended for good; from now on holders act.',
  )
}
