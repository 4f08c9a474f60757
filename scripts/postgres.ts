// A private PostgreSQL cluster for one run of the tests: its own directory, port and password, real fsync.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface PostgresCluster {
  /** Connection string of a superuser; tests create databases of their own. */
  readonly url: string
  /** Stops the server and removes its directory. May be called twice. */
  stop(): Promise<void>
}

const START_TIMEOUT_MS = 60_000

/** Directory of the newest server's programs: Debian keeps them out of PATH. */
function programs(): string {
  const base = '/usr/lib/postgresql'
  const versions = existsSync(base) ? readdirSync(base).map(Number).filter(Number.isInteger) : []
  const newest = versions
    .sort((a, b) => b - a)
    .map((version) => join(base, String(version), 'bin'))
    .find((directory) => existsSync(join(directory, 'initdb')))
  return newest ?? execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim()
}

/** PostgreSQL refuses to run as root: there, it runs as Debian's user `postgres`. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no TCP port'))
        else resolve(address.port)
      })
    })
  })
}

async function untilReady(bin: string, port: number, server: ChildProcess): Promise<void> {
  for (let waited = 0; waited < START_TIMEOUT_MS; waited += 100) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL stopped at once, exit code ${server.exitCode}`)
    const ready = spawnSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)])
    if (ready.status === 0) return
    await sleep(100)
  }
  throw new Error('PostgreSQL did not start within a minute')
}

/** Makes and starts a cluster. Throws, leaving nothing behind, when that fails. */
export async function startPostgres(): Promise<PostgresCluster> {
  const bin = programs()
  const as = owner()
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-postgres-'))
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(directory, 'password')
  const data = join(directory, 'data')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (as !== undefined) for (const path of [directory, passwordFile]) chownSync(path, as.uid, as.gid)
  let server: ChildProcess | undefined
  const stop = async (): Promise<void> => {
    if (server !== undefined && server.exitCode === null && server.signalCode === null) {
      const ended = new Promise((resolve) => server?.once('exit', resolve))
      server.kill('SIGINT') // fast shutdown: open sessions are ended
      await ended
    }
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const initialise = ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8']
    initialise.push('--auth=scram-sha-256', `--pwfile=${passwordFile}`)
    execFileSync(join(bin, 'initdb'), initialise, {
      ...as,
      cwd: directory,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const port = await freePort()
    const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: directory, fsync: 'on' }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    // Its log goes to a file: expected errors of the tests would drown their own output. A group of its own
    // (detached), so that Ctrl-C reaches it only through stop().
    options.push('-c', 'logging_collector=on', '-c', `log_directory=${directory}`)
    const quiet = { ...as, cwd: directory, detached: true, stdio: 'ignore' } as const
    server = spawn(join(bin, 'postgres'), ['-D', data, ...options], quiet)
    await untilReady(bin, port, server)
    return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
