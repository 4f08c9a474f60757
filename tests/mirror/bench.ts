/** A registry, its public files behind a web server that can be made to lie, and mirrors of it. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Instant, parseInstant } from '@cadastre/records'
import type { Publication, StatementHook } from '@cadastre/store-port'
import { createTrieMemory, type TrieMemory } from '@cadastre/trie'
import type { CopyFiles } from '../../apps/cadastre/src/mirror/copy-files.ts'
import type { Follower } from '../../apps/cadastre/src/mirror/follower.ts'
import { MirrorDirectory } from '../../apps/cadastre/src/mirror/mirror-directory.ts'
import { openMirror } from '../../apps/cadastre/src/mirror/open-mirror.ts'
import { mirrorSource } from '../../apps/cadastre/src/mirror/sources.ts'
import { trustOf } from '../../apps/cadastre/src/mirror/trust.ts'

/** Answers in place of the file; false: the file is served. */
export type Lie = (path: string, request: IncomingMessage, response: ServerResponse) => boolean

export type FileServer = {
  readonly url: string
  /** Paths asked for since the last look. */
  readonly asked: () => readonly string[]
  lie: Lie
  /** The folder that is served now. */
  directory: string
  close(): Promise<void>
}

/** Serves a folder as a static web server would. */
export async function serveFiles(directory: string): Promise<FileServer> {
  let asked: string[] = []
  const served = { directory, lie: ((): boolean => false) as Lie }
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').slice('/log/'.length)
    asked.push(path)
    if (served.lie(path, request, response)) return
    readFile(join(served.directory, path)).then(
      (bytes) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  return Object.assign(served, {
    url: `http://127.0.0.1:${port}/log/`,
    asked: () => {
      const taken = asked
      asked = []
      return taken
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}

export type TestMirror = {
  readonly directory: MirrorDirectory
  readonly follower: Follower
  readonly memory: TrieMemory
  readonly published: readonly Publication[]
  readonly reports: readonly { readonly message: string; readonly detail: object }[]
  /** Entries executed since it was opened. */
  readonly executed: () => number
  close(): Promise<void>
}

export type TestMirrorOptions = {
  readonly sources: readonly string[]
  /** Given, unless the source is believed about itself. */
  readonly policy: string
  readonly onFirstUse?: boolean
  readonly directory: string
  readonly files?: CopyFiles
  readonly onStatement?: StatementHook
  readonly stopped?: () => boolean
}

/** Of a source in these tests. */
const TIMEOUT_MILLISECONDS = 500

export const NOW: Instant = parseInstant('2026-11-24T06:13:43Z') ?? ('' as never)

/** Opens a mirror; what is held already is loaded. */
export async function openTestMirror(options: TestMirrorOptions): Promise<TestMirror> {
  const directory = new MirrorDirectory(options.directory)
  const memory = createTrieMemory()
  const published: Publication[] = []
  const reports: { message: string; detail: object }[] = []
  let executed = 0
  const { files, onStatement } = options
  const { follower, close } = await openMirror({
    directory,
    mirror:
      options.onFirstUse === true
        ? trustOf(null, JSON.stringify({ witnessPolicy: options.policy }))
        : trustOf(options.policy, null),
    sources: options.sources.map((source) => mirrorSource(source, TIMEOUT_MILLISECONDS)),
    memory,
    workers: 0,
    now: () => NOW,
    cosign: null,
    published: (publication) => published.push(publication),
    progress: (phase, done) => {
      if (phase === 'copying') executed = done
    },
    report: (message, detail) => reports.push({ message, detail }),
    stopped: options.stopped ?? (() => false),
    ...(files === undefined ? {} : { files }),
    ...(onStatement === undefined ? {} : { onStatement }),
  })
  try {
    await follower.load()
    await follower.repair()
  } catch (error) {
    await close()
    throw error
  }
  return { directory, follower, memory, published, reports, executed: () => executed, close }
}

export function temporary(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `cadastre-${name}-`))
}

export async function removed(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true })
}
