/** Running one command: its settings, its errors in one line, its exit code. */

import type { Command } from 'commander'
import { createOutput, EXIT, type Output, tellError } from './commands/output.ts'
import { readSettings, type Settings } from './data/settings.ts'

export type Work = (settings: Settings, output: Output) => Promise<number | undefined>

export async function run(command: Command, work: Work): Promise<void> {
  const { json } = command.optsWithGlobals() as { json?: boolean }
  const output = createOutput(json === true)
  try {
    process.exitCode = (await work(readSettings(process.env), output)) ?? EXIT.ok
  } catch (error) {
    process.exitCode = tellError(error, output)
  }
}

/** For options that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

/** Where a registry answers, for commands that ask one. */
export function urlOf(options: { readonly url?: string }, settings: Settings): string {
  return options.url ?? settings.publicUrl ?? `http://127.0.0.1:${settings.port}`
}
