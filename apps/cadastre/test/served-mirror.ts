/** A mirror of a test registry, serving on free ports. */

import assert from 'node:assert/strict'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { TestRegistry } from '@cadastre/simulator'
import { createTrieMemory } from '@cadastre/trie'
import { pino } from 'pino'
import { NOW, removed, temporary } from '../../../tests/mirror/bench.ts'
import { Cosigner } from '../src/mirror/cosigner.ts'
import type { Follower } from '../src/mirror/follower.ts'
import { MirrorDirectory } from '../src/mirror/mirror-directory.ts'
import { openMirror } from '../src/mirror/open-mirror.ts'
import { MirrorServer } from '../src/mirror/serve-mirror.ts'
import { mirrorSource } from '../src/mirror/sources.ts'
import { trustOf } from '../src/mirror/trust.ts'

/** Of cosignatures, POSIX seconds. */
const SECONDS = 1_795_500_000

export type ServedMirror = {
  readonly server: MirrorServer
  readonly follower: Follower
  readonly directory: MirrorDirectory
  close(): Promise<void>
}

/** Copies what the registry has published, and serves it. `source`: where from, the registry's own files otherwise. */
export async function serveTestMirror(
  registry: TestRegistry,
  source: string = registry.logDirectory,
): Promise<ServedMirror> {
  const directory = new MirrorDirectory(await temporary('served'))
  const policy = `log ${registry.logVkey}\nquorum none\n`
  const mirror = trustOf(
    JSON.stringify({ witnessPolicy: policy, receipts: { vkey: registry.receiptVkey } }),
    null,
  )
  const memory = createTrieMemory()
  const signer = generateEd25519Signer()
  const cosigner = new Cosigner('mirror.example', signer, () => SECONDS)
  let follower: Follower | null = null
  const server = await MirrorServer.listen({
    ...{ directory, mirror, memory, signer, cosigner },
    name: 'mirror.example',
    settings: {
      host: '127.0.0.1',
      port: 0,
      whoisPort: 0,
      data: directory.path,
      databaseUrl: null,
      publicUrl: null,
      logLevel: 'silent',
    },
    notices: { smtpUrl: null, from: null },
    logger: pino({ level: 'silent' }),
    follower: () => follower,
  })
  assert.equal((await fetch(`${server.url}/rdap/help`)).status, 503)
  const opened = await openMirror({
    ...{ directory, mirror, memory },
    sources: [mirrorSource(source)],
    workers: 0,
    now: () => NOW,
    cosign: (note) => cosigner.add(note),
    published: (publication) => server.published(publication),
    progress: () => undefined,
    report: () => undefined,
    stopped: () => false,
  })
  follower = opened.follower
  await follower.load()
  assert.equal(await follower.round(), 'grown')
  await server.open()
  const close = async (): Promise<void> => {
    await server.close()
    await opened.close()
    await removed(directory.path)
  }
  return { server, follower, directory, close }
}
