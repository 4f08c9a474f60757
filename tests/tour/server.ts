/** `npm start` and commands of README, in a directory of their own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url))

/** A port that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export type Started = {
  readonly child: ChildProcess
  readonly output: () => string
  /** SIGTERM, and the exit code. */
  readonly stop: () => Promise<number | null>
  /** End it and everything that it started, at once. */
  readonly kill: () => void
}

/** Run a command line until it says `until` on standard output. */
export async function start(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  until: RegExp,
): Promise<Started> {
  // A group of its own, so that whatever happens nothing of it is left behind.
  const child = spawn(command, args, {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  const exited = once(child, 'exit')
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (until.test(output)) resolve()
    })
    void exited.then(() => reject(new Error(`ended before it was ready:\n${output}`)))
  })
  return {
    child,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM')
      const [code] = (await exited) as [number | null]
      return code
    },
    kill: () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    },
  }
}

/** Run a script as a person's shell would; standard output, or an error with everything that was said. */
export async function shell(
  script: string,
  environment: NodeJS.ProcessEnv,
  directory: string,
): Promise<string> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: directory,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`exit code ${code} of:\n${script}\n${output}\n${errors}`)
  return output
}
