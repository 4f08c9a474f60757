/** How commands speak: results on standard output (JSON on wish), progress and remarks on standard error. */

import { performance } from 'node:perf_hooks'
import { SingleBar } from 'cli-progress'
import picocolors from 'picocolors'

/** Exit codes, as `--help` lists them. */
export const EXIT = {
  ok: 0,
  /** The answer is no: refused, not verified, faults found. */
  no: 1,
  usage: 2,
  /** The surroundings do not allow it: a port in use, a locked store, no connection. */
  unavailable: 3,
} as const

export type Output = {
  readonly json: boolean
  /** Print a result: `text` for people, `value` for programs. */
  readonly result: (value: unknown, text: string) => void
  /** A remark for the person at the terminal. */
  readonly note: (text: string) => void
}

export function createOutput(json: boolean): Output {
  return {
    json,
    result: (value, text) => process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
  }
}

export type Progress = {
  readonly update: (done: number, total: number | null) => void
  readonly end: () => void
}

/** A bar on a terminal; elsewhere a line at each tenth. */
export function createProgress(label: string): Progress {
  return process.stderr.isTTY === true ? barProgress(label) : lineProgress(label)
}

function barProgress(label: string): Progress {
  let bar: SingleBar | null = null
  let begun = { done: 0, at: 0 }
  return {
    update: (done, total) => {
      if (bar === null) {
        begun = { done, at: performance.now() }
        bar = new SingleBar({
          format: `${label} {bar} {percentage}% {value}/{total}, {rate}/s, {duration_formatted}, {eta_formatted} left`,
          stream: process.stderr,
          hideCursor: true,
          clearOnComplete: false,
        })
        bar.start(total ?? Math.max(done, 1), done, { rate: 0 })
      }
      if (total === null) bar.setTotal(Math.max(done, 1))
      const seconds = (performance.now() - begun.at) / 1000
      bar.update(done, { rate: seconds > 0 ? Math.round((done - begun.done) / seconds) : 0 })
    },
    end: () => bar?.stop(),
  }
}

function lineProgress(label: string): Progress {
  let tenth = -1
  return {
    update: (done, total) => {
      const now = total === null ? Math.floor(done / 100_000) : Math.floor((done / Math.max(total, 1)) * 10)
      if (now === tenth) return
      tenth = now
      process.stderr.write(total === null ? `${label}: ${done}\n` : `${label}: ${done} of ${total}\n`)
    },
    end: () => undefined,
  }
}

/** Colours for a person at a terminal only: picocolors alone also takes CI=true for one. */
function colours(stream: NodeJS.WriteStream): ReturnType<typeof picocolors.createColors> {
  return picocolors.createColors(stream.isTTY === true && picocolors.isColorSupported)
}

export function bold(text: string): string {
  return colours(process.stdout).bold(text)
}

/** Errors that are told to a person in one line, and the exit code for each; everything else is a bug. */
const PLAIN: { readonly [name: string]: number } = {
  SettingsError: EXIT.usage,
  KeyFileError: EXIT.no,
  FoundingError: EXIT.no,
  ImportRefusedError: EXIT.no,
  CreateError: EXIT.no,
  CommandError: EXIT.no,
  UsageError: EXIT.usage,
  PortError: EXIT.unavailable,
  StoreLockedError: EXIT.unavailable,
  SchemaVersionError: EXIT.unavailable,
  ForkRefusedError: EXIT.unavailable,
  DamagedStoreError: EXIT.unavailable,
  ConnectionError: EXIT.unavailable,
  SourceError: EXIT.unavailable,
  LogFaultError: EXIT.no,
  NoDecisionError: EXIT.no,
  WatchError: EXIT.no,
  DamagedWatchError: EXIT.unavailable,
  MirrorTrustError: EXIT.no,
  InterruptedError: EXIT.unavailable,
  SavedStateError: EXIT.unavailable,
}

/** What the operating system said, in words; null where it said nothing. */
function systemMessage(error: Error): { readonly code: string; readonly message: string } | null {
  const { code, path, address, port, hostname } = error as NodeJS.ErrnoException & {
    readonly address?: string
    readonly port?: number
    readonly hostname?: string
  }
  const where = path ?? hostname ?? (address === undefined ? '' : `${address}:${port ?? ''}`)
  const says: { readonly [code: string]: string } = {
    ENOENT: `${where} does not exist.`,
    EACCES: `${where} may not be read or written by this user.`,
    EISDIR: `${where || 'The path'} is a directory; expected a file.`,
    ENOTDIR: `${where} is no directory.`,
    ENOSPC: 'The disk is full.',
    ECONNREFUSED: `Nobody answers at ${where}. Is the server there running?`,
    ENOTFOUND: `The host name ${where} is not known.`,
    EADDRNOTAVAIL: `The address ${where} is not one of this machine.`,
  }
  const message = code === undefined ? undefined : says[code]
  return code === undefined || message === undefined ? null : { code, message }
}

/** Tell an error; the exit code. */
export function tellError(error: unknown, output: Output): number {
  const known = error instanceof Error ? error : new Error(String(error))
  const system = systemMessage(known)
  if (system !== null) {
    const line = output.json
      ? JSON.stringify({ error: system.code, message: system.message })
      : `${colours(process.stderr).red('error:')} ${system.message}`
    process.stderr.write(`${line}\n`)
    return EXIT.unavailable
  }
  const code = PLAIN[known.name]
  if (output.json) process.stderr.write(`${JSON.stringify({ error: known.name, message: known.message })}\n`)
  else if (code === undefined) process.stderr.write(`${known.stack ?? known.message}\n`)
  else process.stderr.write(`${colours(process.stderr).red('error:')} ${known.message}\n`)
  return code ?? EXIT.no
}

/** Thrown by commands; told in one line. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
}
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}
export class ConnectionError extends Error {
  override readonly name: string = 'ConnectionError'
}
