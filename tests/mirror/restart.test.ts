/** A restart goes on where it stood; what was saved is believed for nothing that the log can show. */

import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { SavedStateError } from '@cadastre/replay'
import { startTestRegistry, type TestRegistry } from '@cadastre/simulator'
import { openTestMirror, removed, type TestMirror, temporary } from './bench.ts'

suite('a mirror that starts again', () => {
  let registry: TestRegistry
  let directory = ''
  const open = (): Promise<TestMirror> =>
    openTestMirror({
      sources: [registry.logDirectory],
      policy: `log ${registry.logVkey}\nquorum none\n`,
      directory,
    })
  const size = (): number => registry.reader.snapshot().publication.size
  const saved = (): string => join(directory, 'saved-state.json')

  before(async () => {
    registry = await startTestRegistry()
    directory = await temporary('restart')
    for (let at = 0; at < 5; at++) await registry.holder(`Holder ${at}`)
    await registry.registrar.publishedAll()
    const mirror = await open()
    assert.equal(await mirror.follower.round(), 'grown')
    assert.equal(mirror.executed(), size())
    await mirror.close()
  })
  after(async () => {
    await registry.close()
    await removed(directory)
  })

  test('it executes nothing again, answers as before, and goes on', async () => {
    const mirror = await open()
    assert.equal(mirror.executed(), 0)
    assert.equal(mirror.published.at(-1)?.size, size())
    assert.deepEqual(
      mirror.published.at(-1)?.version.hashes,
      registry.reader.snapshot().publication.version.hashes,
    )
    await registry.holder('Late')
    await registry.registrar.publishedAll()
    assert.equal(await mirror.follower.round(), 'grown')
    assert.equal(mirror.executed(), size())
    assert.deepEqual(
      mirror.published.at(-1)?.version.hashes,
      registry.reader.snapshot().publication.version.hashes,
    )
    await mirror.close()
  })

  test('without what was saved, or with that of another position, it executes all again', async () => {
    const text = await readFile(saved(), 'utf8')
    await registry.holder('Later')
    await registry.registrar.publishedAll()
    const mirror = await open()
    await mirror.follower.round()
    await mirror.close()
    await writeFile(saved(), text)
    const other = await open()
    assert.equal(other.executed(), size())
    await other.close()
    await rm(saved())
    const without = await open()
    assert.equal(without.executed(), size())
    await without.close()
  })

  test('a last state that the log does not have is not believed', async () => {
    const text = await readFile(saved(), 'utf8')
    await writeFile(saved(), text.replace(/"ops":\d+/, '"ops":77'))
    const mirror = await open()
    assert.equal(mirror.executed(), size())
    await mirror.close()
  })

  test('a record of the index that the roots do not cover stops it once; then it starts from the log', async () => {
    const database = new DatabaseSync(join(directory, 'cadastre.sqlite'))
    database.exec(`UPDATE records SET text = replace(text, 'Holder 1', 'Holder X')`)
    database.close()
    await assert.rejects(open(), SavedStateError)
    const mirror = await open()
    assert.equal(mirror.executed(), size())
    assert.deepEqual(
      mirror.published.at(-1)?.version.hashes,
      registry.reader.snapshot().publication.version.hashes,
    )
    await mirror.close()
    const again = await open()
    assert.equal(again.executed(), 0)
    await again.close()
  })
})
