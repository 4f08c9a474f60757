/** Sources that lie, break off, send too much, too slowly, or another log: the copy stays at its last good position. */

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { after, before, beforeEach, suite, test } from 'node:test'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { verifyMisbehaviour } from '@cadastre/misbehaviour'
import { parsePolicy } from '@cadastre/notes'
import { startTestRegistry, type TestRegistry, testIdentity } from '@cadastre/simulator'
import {
  type FileServer,
  type Lie,
  openTestMirror,
  removed,
  serveFiles,
  type TestMirror,
  temporary,
} from './bench.ts'
import { copyOf, entriesIn, writeLog } from './forge.ts'

const HOLDERS = 3

suite('hostile sources', () => {
  const identity = testIdentity()
  let registry: TestRegistry
  let server: FileServer
  let honest: FileServer
  let scratch = ''
  let policy = ''
  let origin = ''
  /** Entries of the whole log, and its size when the mirror first copied it. */
  let entries: Uint8Array[] = []
  let first = 0

  before(async () => {
    registry = await startTestRegistry({ identity })
    scratch = await temporary('hostile')
    origin = registry.reader.info.origin
    policy = `log ${registry.logVkey}\nquorum none\n`
    for (let at = 0; at < HOLDERS; at++) await registry.holder(`Early ${at}`)
    await registry.registrar.publishedAll()
    first = registry.reader.snapshot().publication.size
    await copyOf(registry.logDirectory, join(scratch, 'early'))
    for (let at = 0; at < HOLDERS; at++) await registry.holder(`Later ${at}`)
    await registry.registrar.publishedAll()
    entries = await entriesIn(registry.logDirectory, registry.reader.snapshot().publication.size)
    server = await serveFiles(join(scratch, 'early'))
    honest = await serveFiles(registry.logDirectory)
  })
  after(async () => {
    await server.close()
    await honest.close()
    await registry.close()
    await removed(scratch)
  })
  beforeEach(() => {
    server.lie = () => false
    server.directory = join(scratch, 'early')
  })

  /** A mirror that holds the early log, while the source goes on with the lie. */
  async function following(name: string, others: readonly string[] = []): Promise<TestMirror> {
    const directory = join(scratch, name)
    await removed(directory)
    server.directory = join(scratch, 'early')
    const mirror = await openTestMirror({ sources: [server.url, ...others], policy, directory })
    if (others.length === 0) assert.equal(await mirror.follower.round(), 'grown')
    else await mirror.follower.round()
    server.directory = registry.logDirectory
    return mirror
  }
  const file = (response: ServerResponse, bytes: Uint8Array | string): true => {
    response.writeHead(200).end(bytes)
    return true
  }

  const lies: { readonly [name: string]: Lie } = {
    'a bundle that is cut off': (path, _request, response) =>
      path.startsWith('tile/entries/') && file(response, Buffer.alloc(100)),
    'a bundle with another entry': (path, _request, response) => {
      if (!path.startsWith('tile/entries/')) return false
      const forged = entries.map((entry, at) =>
        at === first ? Uint8Array.from(entry, (byte) => byte ^ 1) : entry,
      )
      return file(response, Buffer.concat(forged.flatMap((entry) => [length(entry), entry])))
    },
    'a tile with a flipped bit': (path, _request, response) =>
      path.startsWith('tile/0/') && file(response, Buffer.alloc(32 * entries.length, 1)),
    'no tiles': (path, _request, response) => {
      if (!path.startsWith('tile/0/')) return false
      response.writeHead(404).end()
      return true
    },
    'status 500': (path, _request, response) => {
      if (path === 'checkpoint') return false
      response.writeHead(500).end()
      return true
    },
    'a checkpoint of another key': (path, _request, response) =>
      path === 'checkpoint' && file(response, `${origin}\n9\n${'A'.repeat(43)}=\n\n— ${origin} AAAAAAAA\n`),
    'a checkpoint without end': (path, _request, response) => {
      if (path !== 'checkpoint') return false
      response.writeHead(200)
      return endless(response)
    },
    'a bundle without end': (path, _request, response) => {
      if (!path.startsWith('tile/entries/')) return false
      response.writeHead(200, { 'content-length': 10 ** 12 })
      return endless(response)
    },
    'a bundle that never comes to its end': (path, _request, response) => {
      if (!path.startsWith('tile/entries/')) return false
      response.writeHead(200).write('.')
      return true
    },
    'a redirect to another host': (path, _request, response) => {
      if (path !== 'checkpoint') return false
      response.writeHead(302, { location: `${honest.url}checkpoint` }).end()
      return true
    },
  }
  /** Lies of which what was seen is kept: they contradict the signed tree. */
  const observed = new Set([
    'a bundle that is cut off',
    'a bundle with another entry',
    'a tile with a flipped bit',
  ])
  /** The kept file holds offline; it convicts whoever served it, not the log. */
  async function observes(file: string): Promise<void> {
    const trust = parsePolicy(nodeCrypto, policy)
    assert.ok(trust.ok)
    const verdict = verifyMisbehaviour(nodeCrypto, trust.value, await readFile(file, 'utf8'))
    assert.equal(verdict.ok ? verdict.value.basis : verdict.error.detail, 'observed')
  }
  for (const [name, lie] of Object.entries(lies))
    test(`${name}: told, not published, and no reproach to the log`, { timeout: 60_000 }, async () => {
      const mirror = await following('lied-to')
      server.lie = lie
      assert.equal(await mirror.follower.round(), 'unreadable')
      assert.equal(mirror.follower.fault, null)
      assert.equal(mirror.follower.size, first)
      assert.equal(mirror.published.length, 1)
      assert.ok(mirror.reports.length > 0)
      const kept = mirror.reports.flatMap(({ detail }) => ('kept' in detail ? [String(detail.kept)] : []))
      assert.equal(kept.length, observed.has(name) ? 1 : 0, JSON.stringify(mirror.reports))
      for (const file of kept) await observes(file)
      // The source mends: the copy goes on where it stood.
      server.lie = () => false
      assert.equal(await mirror.follower.round(), 'grown')
      assert.equal(mirror.follower.size, entries.length)
      await mirror.close()
    })

  test('a second source stands in for files that the first one spoils', async () => {
    const mirror = await following('fallen-back')
    await mirror.close()
    server.lie = lies['a bundle with another entry'] ?? assert.fail()
    const again = await openTestMirror({
      sources: [server.url, honest.url],
      policy,
      directory: join(scratch, 'fallen-back'),
    })
    assert.equal(await again.follower.round(), 'grown')
    assert.equal(again.follower.size, entries.length)
    assert.match(JSON.stringify(again.reports), /is not the one that the checkpoint signs/)
    await again.close()
  })

  test('a log that became shorter is behind, not published, and not forked', async () => {
    const mirror = await following('shrunk')
    assert.equal(await mirror.follower.round(), 'grown')
    server.directory = join(scratch, 'early')
    assert.equal(await mirror.follower.round(), 'behind')
    assert.equal(mirror.follower.size, entries.length)
    assert.equal(mirror.follower.fault, null)
    await mirror.close()
  })

  async function forged(name: string, forge: (entries: readonly Uint8Array[]) => readonly Uint8Array[]) {
    const directory = join(scratch, name)
    await writeLog(directory, forge(entries), origin, identity.logKey)
    return directory
  }
  /** The file that was kept convicts offline, with the log's key alone. */
  async function convicts(mirror: TestMirror, rule: string): Promise<void> {
    assert.equal(mirror.follower.fault?.code, rule)
    const { evidence } = mirror.follower.fault
    assert.ok(evidence !== null, JSON.stringify(mirror.reports))
    const trust = parsePolicy(nodeCrypto, policy)
    assert.ok(trust.ok)
    const verdict = verifyMisbehaviour(nodeCrypto, trust.value, await readFile(evidence, 'utf8'))
    assert.equal(verdict.ok ? verdict.value.rule : verdict.error.detail, rule)
  }
  const text = (entry: Uint8Array | undefined): string => new TextDecoder().decode(entry)
  const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

  test('a decision that does not follow stops the copy for good, also after a restart', async () => {
    const wrong = await forged('wrong', (all) =>
      all.map((entry, at) =>
        at === all.length - 1 ? bytes(text(entry).replace(/"ops":\d+/, '"ops":7')) : entry,
      ),
    )
    const mirror = await following('convicting')
    server.directory = wrong
    assert.equal(await mirror.follower.round(), 'fault')
    assert.equal(mirror.follower.fault?.code, 'ops-miscounted')
    await convicts(mirror, 'ops-miscounted')
    assert.equal(mirror.follower.size, first)
    server.directory = registry.logDirectory
    assert.equal(await mirror.follower.round(), 'fault')
    await mirror.close()
    // What was signed is remembered: the honest log is now the one that does not go on from it.
    const again = await openTestMirror({
      sources: [server.url],
      policy,
      directory: join(scratch, 'convicting'),
    })
    assert.equal(again.published.at(-1)?.size, first)
    assert.equal(await again.follower.round(), 'fault')
    assert.equal(again.follower.fault?.code, 'log-forked')
    await again.close()
  })

  test('another history under the same key is a fork: at a larger size, at the same, and below', async () => {
    const other = await startTestRegistry({ identity: { ...testIdentity(), logKey: identity.logKey } })
    for (let at = 0; at < 3 * HOLDERS; at++) await other.holder(`Other ${at}`)
    await other.registrar.publishedAll()
    const larger = await following('forked')
    server.directory = other.logDirectory
    assert.equal(await larger.follower.round(), 'fault')
    await convicts(larger, 'log-forked')
    assert.equal(larger.follower.size, first)
    await larger.close()
    for (const [name, size] of [
      ['same', first],
      ['below', first - 2],
    ] as const) {
      const mirror = await following(`forked-${name}`)
      const all = await entriesIn(other.logDirectory, other.reader.snapshot().publication.size)
      server.directory = await forged(`${name}-size`, () => all.slice(0, size))
      assert.equal(await mirror.follower.round(), 'fault', name)
      await convicts(mirror, 'log-forked')
      await mirror.close()
    }
    await other.close()
  })

  test('two sources that show different logs convict it, though each is well for itself', async () => {
    const other = await startTestRegistry({ identity: { ...testIdentity(), logKey: identity.logKey } })
    await other.holder('Other')
    await other.registrar.publishedAll()
    const size = other.reader.snapshot().publication.size
    await writeLog(join(scratch, 'view'), entries.slice(0, size), origin, identity.logKey)
    const views = await Promise.all([serveFiles(other.logDirectory), serveFiles(join(scratch, 'view'))])
    const directory = join(scratch, 'split')
    const mirror = await openTestMirror({ sources: views.map(({ url }) => url), policy, directory })
    assert.equal(await mirror.follower.round(), 'fault')
    await convicts(mirror, 'log-forked')
    assert.equal(mirror.published.length, 0)
    await mirror.close()
    for (const view of views) await view.close()
    await other.close()
  })

  test('a log that was signed by another key is no copy of this one', async () => {
    const mirror = await following('other-key')
    server.directory = join(scratch, 'stranger')
    await writeLog(server.directory, entries, origin, generateEd25519Signer())
    assert.equal(await mirror.follower.round(), 'unreadable')
    assert.match(mirror.follower.sources[0]?.problem ?? '', /policy does not accept/)
    await mirror.close()
  })
})

function length({ length: bytes }: Uint8Array): Uint8Array {
  return Uint8Array.of(bytes >> 8, bytes & 0xff)
}

function endless(response: ServerResponse): true {
  const more = (): void => {
    if (response.destroyed) return
    response.write(Buffer.alloc(65_536), () => setImmediate(more))
  }
  more()
  return true
}
