// design.md section 8: every write step is broken twice, failed and failed-but-persisted; then the log is opened again,
// the run repeated, and everything checked from the public files.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { CompactRange, decodeBundle, entriesPath, leafHash, TILE_WIDTH } from '@cadastre/merkle'
import { checkPolicy } from '@cadastre/notes'
import { PublicFiles } from '@cadastre/registrar'
import { followEntry } from '../src/follow-log.ts'
import { History } from '../src/history.ts'
import { ingestPaths } from '../src/ingest.ts'
import { makeSeries, openLog, scratch, trust, writeSeries } from './fixtures.ts'

class InjectedFault extends Error {
  override readonly name: string = 'InjectedFault'
}

/** Lets `allowed` steps pass, then breaks one of them: before it is done, or after. */
class Breaker {
  #left: number
  readonly #when: 'before' | 'after'
  broken = false
  constructor(allowed: number, when: 'before' | 'after') {
    this.#left = allowed
    this.#when = when
  }
  step(when: 'before' | 'after'): void {
    if (this.broken || when !== this.#when) return
    if (this.#left-- > 0) return
    this.broken = true
    throw new InjectedFault(`the step failed, ${when}`)
  }
}

/** Public files of which each write may fail. */
class BreakingFiles extends PublicFiles {
  readonly #breaker: Breaker
  constructor(directory: string, breaker: Breaker) {
    super(directory)
    this.#breaker = breaker
  }
  protected override async write(path: string, bytes: Uint8Array): Promise<string> {
    this.#breaker.step('before')
    const directory = await super.write(path, bytes)
    this.#breaker.step('after')
    return directory
  }
  override async checkpoint(note: string): Promise<void> {
    this.#breaker.step('before')
    await super.checkpoint(note)
    this.#breaker.step('after')
  }
}

const STEPS = makeSeries(130, 9)

/** Reads the log from its public files alone, checks its root and its entries, and gives the rows of its end. */
async function checkPublished(path: string): Promise<readonly string[]> {
  const checkpoint = await readFile(join(path, 'log/checkpoint'), 'utf8')
  const opened = checkPolicy(nodeCrypto, await trust(path), checkpoint)
  assert.ok(opened.ok)
  const { size, root } = opened.value.checkpoint
  const [history, range] = [new History(), new CompactRange(nodeCrypto)]
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH)
    const bundle = decodeBundle(await readFile(join(path, 'log', entriesPath(index, width))), width)
    assert.ok(bundle.ok)
    for (const bytes of bundle.value) {
      range.append(leafHash(nodeCrypto, bytes))
      followEntry(history, bytes)
    }
  }
  assert.deepEqual(range.root(), root)
  return [...(history.source('delegated-extended/example')?.current.rows() ?? [])].toSorted()
}

/** Takes the series in with one step broken; gives whether it came to that. */
async function brokenRun(
  path: string,
  files: readonly string[],
  breaker: Breaker,
  where: 'store' | 'files',
): Promise<boolean> {
  try {
    const log = await openLog(
      path,
      where === 'store'
        ? { onStatement: (_sql, when) => breaker.step(when) }
        : { files: new BreakingFiles(join(path, 'log'), breaker) },
    )
    try {
      await ingestPaths(log, files)
      await log.publishedAll()
    } finally {
      await log.close().catch((error: unknown) => {
        if (!(error instanceof InjectedFault)) throw error
      })
    }
  } catch (error) {
    if (!(error instanceof InjectedFault)) throw error
  }
  return breaker.broken
}

for (const where of ['store', 'files'] as const)
  test(`a fault at any write of the ${where === 'store' ? 'store' : 'public files'} loses and doubles nothing`, async () => {
    const place = await scratch()
    try {
      const files = await writeSeries(place.path, 'example-extended', STEPS)
      let [broken, stride] = [0, 0]
      // Each step near the start, where all kinds of them occur; later ones at growing distances.
      for (let allowed = 0; ; allowed += stride) {
        let reached = false
        for (const when of ['before', 'after'] as const) {
          const path = join(place.path, `${where}-${allowed}-${when}`)
          if (await brokenRun(path, files, new Breaker(allowed, when), where)) reached = true
          // The run is simply repeated.
          const log = await openLog(path)
          const reports = await ingestPaths(log, files)
          await log.close()
          for (const { refused } of reports) assert.equal(refused, null)
          assert.deepEqual(await checkPublished(path), STEPS.at(-1)?.rows.toSorted())
          const days = log.history.source('delegated-extended/example')?.days ?? []
          assert.equal(days.length, STEPS.length)
        }
        if (!reached) break
        broken++
        stride = allowed < 12 ? 1 : Math.ceil(allowed / 3)
      }
      assert.ok(broken > 6, `${broken} steps were broken`)
    } finally {
      await place.remove()
    }
  })
