/** Everything that is kept as long as one snapshot is the latest, each kind within a bound. */

import type { Block } from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import { type RdapAnswer, sizeOf } from './answer.ts'
import { AnsweredBlocks } from './answered-blocks.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { FinishedFrame } from './notices.ts'
import type { Template } from './render.ts'

const DEFAULT_CACHE_BYTES = 32 * 1024 * 1024
/** What a member of a cache weighs beside its bytes, about. */
const OVERHEAD_BYTES = 300
/** Paths that are remembered as asked once. */
const PATHS_SEEN = 32_768

export function isIp4Address(block: Block): boolean {
  return block.space === 'ip4' && block.length === 32
}

export class Moment {
  readonly snapshot: Snapshot
  readonly frame: FinishedFrame
  readonly answers: BoundedCache<string, RdapAnswer>
  readonly templates: BoundedCache<string, Template>
  readonly #blocks: AnsweredBlocks<Template>
  readonly #seen = new BoundedCache<string, true>(PATHS_SEEN)

  constructor(snapshot: Snapshot, frame: FinishedFrame, cacheBytes: number = DEFAULT_CACHE_BYTES) {
    this.snapshot = snapshot
    this.frame = frame
    this.answers = new BoundedCache(cacheBytes)
    this.templates = new BoundedCache(cacheBytes)
    this.#blocks = new AnsweredBlocks(cacheBytes)
  }

  keepTemplate(key: string, template: Template): void {
    this.templates.set(key, template, sizeOf(template) + OVERHEAD_BYTES)
  }

  keepBlock(block: Block, template: Template): void {
    this.#blocks.set(block, template, sizeOf(template) + OVERHEAD_BYTES)
  }

  /** The template that answers an IPv4 address, where its block is known. */
  templateOf(address: number): Template | undefined {
    return this.#blocks.get(address)
  }

  /** Keep the answer to a path that is asked a second time: most are never asked again. */
  keepAnswer(path: string, answer: RdapAnswer): void {
    if (this.#seen.get(path) === undefined) this.#seen.set(path, true, 1)
    else this.answers.set(path, answer, answer.text.length + OVERHEAD_BYTES)
  }
}
