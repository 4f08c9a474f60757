/** What the environment sets: ports, the data directory, the database. Documented in `--help` and in README. */

import { resolve } from 'node:path'

export type Settings = {
  readonly host: string
  readonly port: number
  readonly whoisPort: number
  /** Absolute path of the data directory. */
  readonly data: string
  /** PostgreSQL, where set; SQLite in the data directory otherwise. */
  readonly databaseUrl: string | null
  /** Public address of the HTTP faces, without a slash at the end; null = from host and port. */
  readonly publicUrl: string | null
  /** Level of the server's log on standard error. */
  readonly logLevel: string
}

/** Thrown on a setting that cannot be used; the message names it, its value, and what would be right. */
class SettingsError extends Error {
  override readonly name: string = 'SettingsError'
}

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  return {
    host: environment['HOST'] ?? '127.0.0.1',
    port: port(environment, 'PORT', 8080),
    whoisPort: port(environment, 'WHOIS_PORT', 4343),
    data: resolve(environment['CADASTRE_DATA'] ?? './data'),
    databaseUrl: databaseUrl(environment['DATABASE_URL']),
    publicUrl: publicUrl(environment['CADASTRE_URL']),
    logLevel: logLevel(environment['LOG_LEVEL']),
  }
}

function port(environment: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const text = environment[name]
  if (text === undefined || text === '') return otherwise
  const value = Number(text)
  if (!/^\d{1,5}$/.test(text) || value > 65535)
    throw new SettingsError(`${name} is "${text}"; it must be a port number from 0 to 65535.`)
  return value
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

function logLevel(text: string | undefined): string {
  if (text === undefined || text === '') return 'warn'
  if (!LOG_LEVELS.includes(text))
    throw new SettingsError(`LOG_LEVEL is "${text}"; it must be one of ${LOG_LEVELS.join(', ')}.`)
  return text
}

function databaseUrl(text: string | undefined): string | null {
  if (text === undefined || text === '') return null
  if (!/^postgres(ql)?:\/\//.test(text))
    throw new SettingsError(`DATABASE_URL is "${text}"; it must begin with postgres://.`)
  return text
}

function publicUrl(text: string | undefined): string | null {
  if (text === undefined || text === '') return null
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new SettingsError(`CADASTRE_URL is "${text}"; it must be an http or https address.`)
  return text.replace(/\/+$/, '')
}
