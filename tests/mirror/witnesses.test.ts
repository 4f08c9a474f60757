/** Witnesses that the log's own record asks for: without their cosignatures nothing is published. */

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { logVkeyOf, startTestRegistry, type TestRegistry, testIdentity } from '@cadastre/simulator'
import { LocalWitness, witnessedBy } from '../../registrar/test/local-witness.ts'
import { openTestMirror, removed, type TestMirror, temporary } from './bench.ts'
import { copyOf } from './forge.ts'

suite('a mirror of a witnessed log', () => {
  const identity = testIdentity()
  const [one, two] = ['one.example', 'two.example'].map((name) => new LocalWitness(name, logVkeyOf(identity)))
  let registry: TestRegistry
  let scratch = ''
  let policy = ''

  before(async () => {
    assert.ok(one && two)
    scratch = await temporary('witnessed')
    registry = await startTestRegistry({
      identity,
      witnesses: { ...witnessedBy([one, two], 'quorum none\n'), policy: 'quorum none\n' },
      report: () => undefined,
    })
    policy = `log ${registry.logVkey}\nquorum none\n`
    await change(one, one)
  })
  after(async () => {
    await registry.close()
    await removed(scratch)
  })

  /** The registry's record asks for this witness from now on. */
  async function change(witness: LocalWitness, quorum: LocalWitness): Promise<void> {
    const asked = `${witness.line}quorum ${witness.name}\n`
    const request = registry.request('change-witnesses/1', { staff: 'OPERATOR', policy: asked })
    await registry.accepted(request, [registry.operator, quorum.signer])
    await registry.registrar.publishedAll()
  }
  /** The registry's files with only the log's own signature under the checkpoint. */
  async function stripped(name: string): Promise<string> {
    const directory = join(scratch, name)
    await copyOf(registry.logDirectory, directory)
    const file = join(directory, 'checkpoint')
    const note = await readFile(file, 'utf8')
    await writeFile(file, note.replaceAll(/— (one|two)\.example .*\n/g, ''))
    return directory
  }
  const open = (source: string, name: string, onFirstUse: boolean, given = policy): Promise<TestMirror> =>
    openTestMirror({ sources: [source], policy: given, directory: join(scratch, name), onFirstUse })

  test('a checkpoint that the witness has not cosigned is not published, and is no reproach to the log', async () => {
    for (const onFirstUse of [true, false]) {
      const name = `first-${onFirstUse}`
      const mirror = await open(await stripped('stripped'), name, onFirstUse)
      assert.equal(await mirror.follower.round(), 'unreadable')
      assert.equal(mirror.follower.fault, null)
      assert.equal(mirror.published.length, 0)
      await mirror.close()
      const again = await open(registry.logDirectory, name, onFirstUse)
      assert.equal(await again.follower.round(), 'grown')
      await again.close()
    }
  })

  test('the record’s new witness takes the place of the one that the registry named, not of one that was given', async () => {
    assert.ok(one && two)
    const given = `log ${registry.logVkey}\n${one.line}quorum ${one.name}\n`
    const names = [
      ['believed', true],
      ['given', false],
    ] as const
    for (const [name, onFirstUse] of names) {
      const mirror = await open(registry.logDirectory, name, onFirstUse, given)
      assert.equal(await mirror.follower.round(), 'grown')
      await mirror.close()
    }
    registry.advance(30 * 86_400)
    await change(two, one)
    registry.advance(31 * 86_400)
    one.fallSilent()
    await registry.holder('After the overlap')
    await registry.registrar.publishedAll()
    for (const [name, onFirstUse] of names) {
      const mirror = await open(registry.logDirectory, name, onFirstUse, given)
      assert.equal(await mirror.follower.round(), onFirstUse ? 'grown' : 'unreadable', name)
      assert.equal(mirror.follower.fault, null)
      await mirror.close()
    }
  })
})
