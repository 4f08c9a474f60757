/** A copy over loopback HTTP: what it holds, what it publishes, how it goes on after an end. */

import assert from 'node:assert/strict'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { auditLog, directorySource, policyOfText } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { bundlesForSize, entriesPath, tilePath, tilesForSize } from '@cadastre/merkle'
import { startTestRegistry, type TestRegistry } from '@cadastre/simulator'
import { type FileServer, openTestMirror, removed, serveFiles, temporary } from './bench.ts'

suite('a mirror', () => {
  let registry: TestRegistry
  let server: FileServer
  let directory = ''
  let policy = ''

  before(async () => {
    registry = await startTestRegistry()
    server = await serveFiles(registry.logDirectory)
    directory = await temporary('mirror')
    policy = `log ${registry.logVkey}\nquorum none\n`
    for (let at = 0; at < 40; at++) await registry.holder(`Holder ${at}`)
    await registry.registrar.publishedAll()
  })
  after(async () => {
    await server.close()
    await registry.close()
    await removed(directory)
  })

  const open = () => openTestMirror({ sources: [server.url], policy, directory })
  const sizeNow = (): number => registry.reader.snapshot().publication.size
  async function audited(log: string) {
    const trust = policyOfText(nodeCrypto, policy)
    assert.ok(trust.ok)
    const { report } = await auditLog(directorySource(log), {
      crypto: nodeCrypto,
      policy: trust.value,
      trust: 'given',
      pool: null,
      clock: () => 0,
    })
    return report
  }

  test('copies everything once, and the audit of the copy gives the same report as of the registry', async () => {
    const mirror = await open()
    assert.equal(await mirror.follower.round(), 'grown', JSON.stringify(mirror.reports))
    assert.equal(mirror.follower.size, sizeNow())
    assert.equal(mirror.published.at(-1)?.size, sizeNow())
    const copied = await audited(mirror.directory.log)
    assert.deepEqual(copied.faults, [])
    assert.deepEqual({ ...copied, source: '' }, { ...(await audited(registry.logDirectory)), source: '' })
    server.asked()
    assert.equal(await mirror.follower.round(), 'same')
    assert.deepEqual(server.asked(), ['checkpoint'])
    await mirror.close()
  })

  test('after a restart the copy itself is read again, and only what is new is fetched', async () => {
    server.asked()
    const mirror = await open()
    assert.deepEqual(server.asked(), [])
    assert.equal(mirror.published.at(-1)?.size, sizeNow())
    await registry.holder('Late')
    await registry.registrar.publishedAll()
    assert.equal(await mirror.follower.round(), 'grown')
    assert.equal(mirror.follower.size, sizeNow())
    const asked = new Set(server.asked())
    const first = bundlesForSize(sizeNow()).length - 1
    assert.ok(
      [...asked].every((path) => path === 'checkpoint' || !path.startsWith(entriesPath(0)) || first === 0),
    )
    assert.deepEqual((await audited(mirror.directory.log)).faults, [])
    await mirror.close()
  })

  test('it holds every tile and bundle that C2SP tlog-tiles asks for at its size, and the newest checkpoint', async () => {
    const log = join(directory, 'log')
    for (const { level, index, width } of tilesForSize(sizeNow()))
      assert.deepEqual(
        await readFile(join(log, tilePath(level, index, width))),
        await readFile(join(registry.logDirectory, tilePath(level, index, width))),
      )
    for (const { index, width } of bundlesForSize(sizeNow()))
      assert.deepEqual(
        await readFile(join(log, entriesPath(index, width))),
        await readFile(join(registry.logDirectory, entriesPath(index, width))),
      )
    assert.equal(
      await readFile(join(log, 'checkpoint'), 'utf8'),
      await readFile(join(registry.logDirectory, 'checkpoint'), 'utf8'),
    )
  })

  test('a file of the copy that is lost or spoilt is fetched again; the index is made again from the files', async () => {
    const log = join(directory, 'log')
    const [bundle] = bundlesForSize(sizeNow())
    const path = entriesPath(0, bundle?.width)
    const right = await readFile(join(log, path))
    await writeFile(
      join(log, path),
      right.map((byte, at) => (at === 100 ? byte ^ 1 : byte)),
    )
    await rm(join(directory, 'cadastre.sqlite'))
    const mirror = await open()
    assert.equal(mirror.follower.size, sizeNow())
    assert.deepEqual(await readFile(join(log, path)), right)
    await mirror.close()
  })

  test('another copy is made from the mirror’s own files', async () => {
    const other = await temporary('second')
    const mirror = await openTestMirror({ sources: [join(directory, 'log')], policy, directory: other })
    assert.equal(await mirror.follower.round(), 'grown')
    assert.equal(mirror.follower.size, sizeNow())
    await mirror.close()
    await removed(other)
  })

  test('a directory of a longer copy with the index of a shorter one catches up', async () => {
    const other = await temporary('longer')
    await cp(directory, other, { recursive: true })
    await registry.holder('Longer')
    await registry.registrar.publishedAll()
    const mirror = await open()
    await mirror.follower.round()
    await mirror.close()
    await cp(join(directory, 'log'), join(other, 'log'), { recursive: true })
    const copy = await openTestMirror({ sources: [server.url], policy, directory: other })
    assert.equal(copy.published.at(-1)?.size, sizeNow())
    await copy.close()
    // And the other way round: an index that is ahead of the files is thrown away.
    await cp(join(directory, 'cadastre.sqlite'), join(other, 'cadastre.sqlite'))
    await removed(other)
  })
})
