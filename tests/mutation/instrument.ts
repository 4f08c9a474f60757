// Mutants of source files: Stryker's instrumenter puts them all into one copy of the file, each behind a switch.

import { Instrumenter } from '@stryker-mutator/instrumenter'

export interface SourceFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

/** One change of one place of the source. */
export interface Mutant {
  readonly id: string
  readonly path: string
  /** Counted from 1. */
  readonly line: number
  readonly column: number
  /** The line it begins on, without the white space around it: what a list of known survivors names it by. */
  readonly lineText: string
  /** The mutator's name, as Stryker's documentation lists them. */
  readonly mutator: string
  /** Where `original` begins in the file's text, in UTF-16 code units. */
  readonly offset: number
  readonly original: string
  readonly replacement: string
  /** The reason that a `// Stryker disable` gives; null where it takes part. */
  readonly ignored: string | null
}

export interface Instrumented {
  /** The text with every mutant in it, by path. Names `stryMutAct_9fa48` and `stryCov_9fa48` are left open. */
  readonly texts: ReadonlyMap<string, string>
  readonly mutants: readonly Mutant[]
}

type Logger = ConstructorParameters<typeof Instrumenter>[0]

function complain(message: string): void {
  throw new Error(message)
}
/** What the instrumenter warns of is a mistake in a comment of the source. */
const LOGGER: Logger = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => true,
  isErrorEnabled: () => true,
  isFatalEnabled: () => true,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: complain,
  error: complain,
  fatal: complain,
}

/** What the instrumenter says where `// Stryker disable` gives no reason. */
const UNEXPLAINED = 'Ignored using a comment'

type Place = { readonly line: number; readonly column: number }
type ApiMutant = Awaited<ReturnType<Instrumenter['instrument']>>['mutants'][number]

function offsetOf(lines: readonly string[], { line, column }: Place): number {
  return lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0) + column
}

/** The text between two places of a file; lines counted from 0. */
function between(lines: readonly string[], start: Place, end: Place): string {
  const whole = lines.slice(start.line, end.line + 1)
  const last = whole.length - 1
  return whole
    .map((line, index) =>
      line.slice(index === 0 ? start.column : 0, index === last ? end.column : line.length),
    )
    .join('\n')
}

function described(mutant: ApiMutant, texts: ReadonlyMap<string, readonly string[]>): Mutant {
  const { id, fileName, location, mutatorName, replacement, statusReason = null } = mutant
  const lines = texts.get(fileName) ?? []
  const place = `${fileName}:${location.start.line + 1}`
  if (statusReason === UNEXPLAINED) throw new Error(`${place}: Stryker disable without a reason`)
  return {
    id,
    path: fileName,
    line: location.start.line + 1,
    column: location.start.column + 1,
    lineText: (lines[location.start.line] ?? '').trim(),
    mutator: mutatorName,
    offset: offsetOf(lines, location.start),
    original: between(lines, location.start, location.end),
    replacement,
    ignored: statusReason,
  }
}

/** Instrument the files; throws where a `// Stryker disable` gives no reason. */
export async function instrument(files: readonly SourceFile[]): Promise<Instrumented> {
  const instrumenter = new Instrumenter(LOGGER)
  const result = await instrumenter.instrument(
    files.map(({ path, text }) => ({ name: path, content: text, mutate: true })),
    { plugins: null, ignorers: [], excludedMutations: [], noHeader: true },
  )
  const lines = new Map(files.map(({ path, text }) => [path, text.split('\n')]))
  return {
    texts: new Map(result.files.map(({ name, content }) => [name, content])),
    mutants: result.mutants.map((mutant) => described(mutant, lines)),
  }
}
