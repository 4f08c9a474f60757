/** A real SMTP server for tests: Debian's python3-aiosmtpd, keeping mail in a Maildir. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const PYTHON = '/usr/bin/python3'

const absent = spawnSync(PYTHON, ['-c', 'import aiosmtpd']).status !== 0
export const skip: string | false =
  absent && process.env['CI'] === undefined
    ? 'no SMTP server is installed (Debian package python3-aiosmtpd)'
    : false

export type SmtpServer = {
  readonly url: string
  /** Raw messages kept so far, in order of arrival. */
  readonly mail: () => Promise<readonly string[]>
  /** From now on answer every message with this line; null = take it. */
  readonly answer: (line: string | null) => Promise<void>
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  /** Stop, and delete the mail. */
  readonly close: () => Promise<void>
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Python's mailbox names a file `<seconds>.M<microseconds>P<process>Q<count>.<host>`, none of them padded. */
function byArrival(one: string, other: string): number {
  const [a, b] = [one, other].map((name) =>
    (/^(\d+)\.M(\d+)P\d+Q(\d+)/.exec(name) ?? []).slice(1).map(Number),
  )
  for (const [at, number] of (a ?? []).entries()) {
    const difference = number - (b?.[at] ?? 0)
    if (difference !== 0) return difference
  }
  return one < other ? -1 : 1
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error) => resolve(error.message === ''))
  })
}

/** Made, and not started yet: its port is refused. */
export async function smtpServer(): Promise<SmtpServer> {
  const directory = await mkdtemp(join(tmpdir(), 'cadastre-smtp-'))
  const port = await freePort()
  const maildir = join(directory, 'mail')
  let child: ReturnType<typeof spawn> | null = null
  const stop = async (): Promise<void> => {
    if (child === null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    child = null
  }
  return {
    url: `smtp://127.0.0.1:${port}`,
    mail: async () => {
      const names = await readdir(join(maildir, 'new'))
      return Promise.all(
        names.toSorted(byArrival).map((name) => readFile(join(maildir, 'new', name), 'utf8')),
      )
    },
    answer: (line) =>
      line === null ? rm(join(directory, 'answer')) : writeFile(join(directory, 'answer'), line),
    start: async () => {
      const args = [
        '-m',
        'aiosmtpd',
        '-n',
        '-l',
        `127.0.0.1:${port}`,
        '-c',
        'smtp_handler.Answering',
        maildir,
      ]
      const env = { ...process.env, PYTHONPATH: import.meta.dirname, PYTHONDONTWRITEBYTECODE: '1' }
      child = spawn(PYTHON, args, { env, stdio: ['ignore', 'ignore', 'ignore'] })
      for (let tries = 0; !(await answers(port)); tries += 1) {
        if (tries === 200 || child.exitCode !== null) throw new Error('the SMTP server did not start')
        await sleep(50)
      }
    },
    stop,
    close: async () => {
      await stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
