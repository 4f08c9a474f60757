/**
 * Every write step of a mirror breaks: failed, failed and yet done, half done. Whatever is left is a whole mirror, of the
 * position before or of the one after; opened again it goes on.
 */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { auditLog, directorySource, policyOfText } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { bundlesForSize, entriesPath, tilePath, tilesForSize } from '@cadastre/merkle'
import { startTestRegistry, type TestRegistry } from '@cadastre/simulator'
import type { StatementHook } from '@cadastre/store-port'
import { CopyFiles } from '../../apps/cadastre/src/mirror/copy-files.ts'
import { InjectedFault, MODES, Sabotage } from '../../registrar/test/sabotage.ts'
import { Seeded } from '../crash/seeded.ts'
import { openTestMirror, removed, serveFiles, temporary } from './bench.ts'
import { copyOf } from './forge.ts'

class SabotagedCopy extends CopyFiles {
  readonly #sabotage: Sabotage

  constructor(directory: string, sabotage: Sabotage) {
    super(join(directory, 'log'), join(directory, 'seen-checkpoint'), join(directory, 'saved-state.json'))
    this.#sabotage = sabotage
  }

  protected override write(path: string, bytes: Uint8Array): Promise<string> {
    const half = async (): Promise<void> => {
      await super.write(path, bytes)
      await writeFile(join(this.directory, path), bytes.subarray(0, bytes.length >> 1))
    }
    return this.#sabotage.write(`write ${path}`, () => super.write(path, bytes), half)
  }
  protected override rename(path: string): Promise<void> {
    return this.#sabotage.write(`rename ${path}`, () => super.rename(path))
  }
  override flush(): Promise<void> {
    return this.#sabotage.write('flush', () => super.flush())
  }
  override see(note: string): Promise<void> {
    return this.#sabotage.write('see', () => super.see(note))
  }
  override checkpoint(note: string): Promise<void> {
    return this.#sabotage.write('checkpoint', () => super.checkpoint(note))
  }
  override save(text: string): Promise<void> {
    return this.#sabotage.write('save', () => super.save(text))
  }
  override dropPartials(from: number, to: number): Promise<void> {
    return this.#sabotage.write('drop', () => super.dropPartials(from, to))
  }
}

/** A batch sends each statement for each row: two of a kind stand for all. */
function statements(sabotage: Sabotage): StatementHook {
  const seen = new Map<string, number>()
  return (sql, when) => {
    const name = `${when} ${sql}`
    seen.set(name, (seen.get(name) ?? 0) + 1)
    if ((seen.get(name) ?? 0) <= 2) sabotage.statement(sql, when)
  }
}

/** Everything that C2SP tlog-tiles asks for at a size. */
function filesOf(size: number): readonly string[] {
  return [
    'checkpoint',
    ...tilesForSize(size).map(({ level, index, width }) => tilePath(level, index, width)),
    ...bundlesForSize(size).map(({ index, width }) => entriesPath(index, width)),
  ]
}

suite('a mirror that breaks off', () => {
  let registry: TestRegistry
  let scratch = ''
  let policy = ''
  let early = 0

  before(async () => {
    registry = await startTestRegistry()
    scratch = await temporary('mirror-crash')
    policy = `log ${registry.logVkey}\nquorum none\n`
    for (let at = 0; at < 2; at++) await registry.holder(`Early ${at}`)
    await registry.registrar.publishedAll()
    early = registry.reader.snapshot().publication.size
    await copyOf(registry.logDirectory, join(scratch, 'early'))
    const first = await openTestMirror({
      sources: [join(scratch, 'early')],
      policy,
      directory: join(scratch, 'held'),
    })
    assert.equal(await first.follower.round(), 'grown')
    await first.close()
    // Past 256 entries, so that full tiles and partial ones, and tiles above, are written.
    for (let at = 0; at < 30; at++)
      await Promise.all(Array.from({ length: 10 }, (_, one) => registry.holder(`Later ${at} ${one}`)))
    await registry.registrar.publishedAll()
  })
  after(async () => {
    await registry.close()
    await removed(scratch)
  })

  /** The folder by itself: what it says is true, to the last byte. */
  async function sizeAudited(log: string): Promise<number> {
    const trust = policyOfText(nodeCrypto, policy)
    assert.ok(trust.ok)
    const { report } = await auditLog(directorySource(log), {
      crypto: nodeCrypto,
      policy: trust.value,
      trust: 'given',
      pool: null,
      clock: () => 0,
    })
    assert.deepEqual(report.faults, [])
    return report.size
  }

  for (const mode of MODES)
    test(`each write step ${mode}`, { timeout: 300_000 }, async () => {
      const whole = registry.reader.snapshot().publication.size
      const directory = join(scratch, mode)
      const sources = [registry.logDirectory]
      const steps: string[] = []
      for (let n = 0; ; n++) {
        await copyOf(join(scratch, 'held'), directory)
        const sabotage = new Sabotage(n, mode)
        const files = new SabotagedCopy(directory, sabotage)
        const broken = await openTestMirror({
          ...{ sources, policy, directory, files },
          onStatement: statements(sabotage),
        })
        sabotage.armed = true
        const round = await broken.follower.round().catch((error: unknown) => {
          if (!(error instanceof InjectedFault)) throw error
          return error
        })
        await broken.close().catch((error: unknown) => assert.ok(error instanceof InjectedFault))
        if (sabotage.broken === null) {
          assert.equal(round, 'grown')
          break
        }
        steps.push(sabotage.broken)
        assert.ok(round instanceof InjectedFault, sabotage.broken)
        assert.ok([early, whole].includes(await sizeAudited(join(directory, 'log'))), sabotage.broken)
        const again = await openTestMirror({ sources, policy, directory })
        assert.ok([early, whole].includes(again.published.at(-1)?.size ?? 0), sabotage.broken)
        await again.follower.round()
        assert.equal(again.published.at(-1)?.size, whole, sabotage.broken)
        await again.close()
        for (const path of filesOf(whole))
          assert.deepEqual(
            await readFile(join(directory, 'log', path)),
            await readFile(join(registry.logDirectory, path)),
            `${path} after ${sabotage.broken}`,
          )
      }
      assert.ok(steps.length > 6, steps.join('\n'))
      for (const step of mode === 'torn'
        ? ['write tile/0/000.new']
        : ['checkpoint', 'see', 'flush', 'drop', 'save'])
        assert.ok(steps.includes(step), `${step} was not among ${steps.join(', ')}`)
    })

  test('killed at random moments it is whole, and goes on', { timeout: 300_000 }, async () => {
    const server = await serveFiles(registry.logDirectory)
    const directory = join(scratch, 'killed')
    const main = new URL('../../apps/cadastre/src/main.ts', import.meta.url).pathname
    const policyFile = join(scratch, 'policy')
    await writeFile(policyFile, policy)
    const args = [main, 'mirror', server.url, '--dir', directory, '--policy', policyFile, '--once']
    const random = new Seeded(20261124)
    let held = 0
    for (let time = 0; time < (process.env['CI'] === undefined ? 6 : 30); time++) {
      const child = spawn(process.execPath, args, { stdio: 'ignore' })
      const exited = once(child, 'exit')
      await sleep(300 + random.below(900))
      child.kill('SIGKILL')
      await exited
      const size = await readFile(join(directory, 'log', 'checkpoint'), 'utf8').then(
        () => sizeAudited(join(directory, 'log')),
        () => 0,
      )
      assert.ok(size >= held)
      held = size
    }
    const child = spawn(process.execPath, args, { stdio: 'ignore' })
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.equal(await sizeAudited(join(directory, 'log')), registry.reader.snapshot().publication.size)
    await server.close()
  })
})
