/**
 * What was handed in at a door: a file of lines, each durable before its note leaves. A line is the time, the hash,
 * and the request itself where it came along or later.
 */

import { open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isObject, type Json } from '@cadastre/records'
import { flushDirectory } from './flush.ts'

export type HandedIn = {
  /** Its place in the list, from 1. */
  readonly id: number
  readonly origin: string
  /** SHA-256 of the request, standard base64. */
  readonly hash: string
  /** The door's note, signed. */
  readonly note: string
  /** Canonical texts; null where only the hash was handed in. */
  readonly request: string | null
  readonly evidence: string | null
}

/** Most that a door holds; whoever comes later is told that it is full. */
export const HELD_MAX = 20_000
/** Longest list in one answer. */
const PAGE = 100

export class DoorBook {
  readonly #file: string
  readonly #items: HandedIn[] = []
  /** Latest item of each request. */
  readonly #byHash = new Map<string, HandedIn>()

  private constructor(file: string) {
    this.#file = file
  }

  /** Open the book; a last line that a crash cut off was never answered for, and is left out. */
  static async open(file: string): Promise<DoorBook> {
    const book = new DoorBook(file)
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
      throw error
    })
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
      const item = line === '' ? null : readItem(line)
      if (item !== null) book.#remember(item)
    }
    return book
  }

  get full(): boolean {
    return this.#items.length >= HELD_MAX
  }

  /** The latest item of a request; null where it was never handed in. */
  find(origin: string, hash: string): HandedIn | null {
    return this.#byHash.get(`${origin} ${hash}`) ?? null
  }

  /** Keep one more; on return it survives a crash. */
  async keep(item: Omit<HandedIn, 'id'>): Promise<void> {
    const whole = { ...item, id: this.#items.length + 1 }
    const file = await open(this.#file, 'a')
    try {
      await file.write(`${JSON.stringify(whole)}\n`)
      await file.datasync()
    } finally {
      await file.close()
    }
    if (whole.id === 1) await flushDirectory(dirname(this.#file))
    this.#remember(whole)
  }

  /** Whole requests after this place, in order. */
  after(id: number): readonly HandedIn[] {
    return this.#items
      .slice(Math.max(0, id))
      .filter(({ request }) => request !== null)
      .slice(0, PAGE)
  }

  #remember(item: HandedIn): void {
    this.#items.push(item)
    this.#byHash.set(`${item.origin} ${item.hash}`, item)
  }
}

function readItem(line: string): HandedIn | null {
  const value = JSON.parse(line) as Json
  if (!isObject(value)) return null
  const { id, origin, hash, note, request, evidence } = value
  if (typeof id !== 'number' || typeof origin !== 'string' || typeof hash !== 'string') return null
  if (typeof note !== 'string') return null
  const text = (one: Json | undefined): string | null => (typeof one === 'string' ? one : null)
  return { id, origin, hash, note, request: text(request), evidence: text(evidence) }
}
