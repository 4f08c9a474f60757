/** `cadastre mirror` as a command: what it says, and its exit codes. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestRegistry, type TestRegistry, testIdentity } from '@cadastre/simulator'
import { type FileServer, removed, serveFiles, temporary } from './bench.ts'
import { entriesIn, writeLog } from './forge.ts'

const MAIN = new URL('../../apps/cadastre/src/main.ts', import.meta.url).pathname

type Ended = { readonly code: number | null; readonly said: string; readonly remarks: string }

suite('the command mirror', () => {
  const identity = testIdentity()
  let registry: TestRegistry
  let server: FileServer
  let scratch = ''
  let policy = ''

  before(async () => {
    registry = await startTestRegistry({ identity })
    await registry.holder('One Networks')
    await registry.registrar.publishedAll()
    scratch = await temporary('command')
    server = await serveFiles(registry.logDirectory)
    policy = join(scratch, 'policy')
    await writeFile(policy, `log ${registry.logVkey}\nquorum none\n`)
  })
  after(async () => {
    await server.close()
    await registry.close()
    await removed(scratch)
  })

  async function run(...args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, [MAIN, 'mirror', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let [said, remarks] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      remarks += chunk.toString()
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, said, remarks }
  }
  const directory = (): readonly string[] => ['--dir', join(scratch, 'copy')]

  test('the first copy, and nothing new', async () => {
    const first = await run(server.url, ...directory(), '--policy', policy, '--once')
    assert.equal(first.code, 0, first.remarks)
    assert.match(first.said, /Copied and verified: \d+ entries of registry\.example\/log/)
    assert.match(first.remarks, /under the policy that you gave/)
    const second = await run(server.url, ...directory(), '--once', '--json')
    assert.equal(second.code, 0)
    const { round, size } = JSON.parse(second.said)
    assert.deepEqual([round, size], ['same', registry.reader.snapshot().publication.size])
  })

  test('trust on first use is said plainly; without any word it is no copy', async () => {
    const folder = join(scratch, 'copy', 'log')
    const trusting = await run(folder, '--dir', join(scratch, 'trusting'), '--once')
    assert.equal(trusting.code, 0, trusting.remarks)
    assert.match(trusting.remarks, /under the key that the source itself named when it was first copied/)
    const silent = await run(registry.logDirectory, '--dir', join(scratch, 'silent'), '--once')
    assert.equal(silent.code, 1)
    assert.match(silent.remarks, /does not say which key it has/)
  })

  test('the log of another registry does not come into the same directory', async () => {
    const other = await startTestRegistry({ origin: 'other.example/log' })
    const named = join(scratch, 'other-policy')
    await writeFile(named, `log ${other.logVkey}\nquorum none\n`)
    const ended = await run(other.logDirectory, ...directory(), '--policy', named, '--once')
    assert.equal(ended.code, 1)
    assert.match(ended.remarks, /holds the log of registry\.example\/log/)
    await other.close()
  })

  test('a source that does not answer is 3, wrong usage is 2', async () => {
    const gone = await run('http://127.0.0.1:9/log/', ...directory(), '--policy', policy, '--once')
    assert.equal(gone.code, 3)
    assert.match(gone.said, /Nothing could be copied/)
    assert.equal((await run(server.url, ...directory(), '--once', '--serve')).code, 2)
    assert.equal((await run(server.url, ...directory(), '--every', '0')).code, 2)
  })

  test('two processes do not write into one directory', async () => {
    const child = spawn(process.execPath, [MAIN, 'mirror', server.url, ...directory(), '--every', '1'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    for await (const chunk of child.stdout) if (String(chunk).includes('Mirror of')) break
    const second = await run(server.url, ...directory(), '--once')
    assert.equal(second.code, 3)
    assert.match(second.remarks, /cadastre\.sqlite/)
    await registry.holder('Two Networks')
    await registry.registrar.publishedAll()
    const checkpoint = join(scratch, 'copy', 'log', 'checkpoint')
    const right = registry.reader.snapshot().publication.note
    for (let wait = 0; wait < 200 && (await readFile(checkpoint, 'utf8')) !== right; wait++) await sleep(50)
    assert.equal(await readFile(checkpoint, 'utf8'), right)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
  })

  test('a log at fault is 1, with a file that convicts by itself', async () => {
    const entries = await entriesIn(registry.logDirectory, registry.reader.snapshot().publication.size)
    const last = new TextDecoder().decode(entries.at(-1)).replace(/"ops":\d+/, '"ops":9')
    const forged = join(scratch, 'forged')
    const { origin } = registry.reader.info
    await writeLog(forged, [...entries.slice(0, -1), new TextEncoder().encode(last)], origin, identity.logKey)
    const ended = await run(forged, ...directory(), '--once')
    assert.equal(ended.code, 1)
    assert.match(ended.said, /The log is at fault.*log-forked/s)
    const [, evidence] = /The evidence: (\S+)/.exec(ended.said) ?? []
    const child = spawn(process.execPath, [MAIN, 'verify', evidence ?? '', '--policy', policy], {
      stdio: 'ignore',
    })
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
})
