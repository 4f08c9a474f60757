/**
 * What was handed in at a door: a file of lines, each durable before its note leaves. A line is the time, the hash,
 * and the request itself where it came along or later.
 */

import { createHash } from 'node:crypto'
import { open, readFile, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { addSeconds, type Instant, isObject, type Json, parseInstant } from '@cadastre/records'
import { flushDirectory } from './flush.ts'

export type HandedIn = {
  /** Its place in the list, from 1. */
  readonly id: number
  /** When it came, as the note says. */
  readonly at: Instant
  readonly origin: string
  /** SHA-256 of the request, standard base64. */
  readonly hash: string
  /** The door's note, signed. */
  readonly note: string
  /** Canonical texts; null where only the hash was handed in. */
  readonly request: string | null
  readonly evidence: string | null
}

/** Most that a door lists; whoever comes later is told that it is full. */
const HELD_MAX = 20_000
/** What is this old leaves the list when there is no more room: its hour has long passed. It stays in the file. */
const LISTED_SECONDS = 2 * 24 * 3600
/** Longest list in one answer. */
const PAGE = 100

export class DoorBook {
  readonly #file: string
  readonly #items: HandedIn[] = []
  /** First item of each request, and of each request with its evidence, as long as it is listed. */
  readonly #byName = new Map<string, HandedIn>()
  #next = 1
  /** Bytes of whole lines. */
  #length = 0

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
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    book.#length = Buffer.byteLength(whole)
    if (whole.length < text.length) await truncate(file, book.#length)
    for (const line of whole.split('\n')) {
      const item = line === '' ? null : readItem(line)
      if (item !== null) book.#remember(item)
    }
    return book
  }

  /** Whether there is room at this time. */
  hasRoom(now: Instant): boolean {
    const oldest = this.#items[0]
    return this.#items.length < HELD_MAX || (oldest !== undefined && isOld(oldest, now))
  }

  /** The first item of a request with this evidence, or of the request where there is none; null where it is new. */
  find(asked: Pick<HandedIn, 'origin' | 'hash' | 'evidence'>): HandedIn | null {
    return this.#byName.get(nameOf(asked, asked.evidence)) ?? null
  }

  /** Keep one more; on return it survives a crash. */
  async keep(item: Omit<HandedIn, 'id'>): Promise<void> {
    const whole = { ...item, id: this.#next }
    const line = Buffer.from(`${JSON.stringify(whole)}\n`)
    const file = await open(this.#file, 'a')
    try {
      // What an earlier failure left behind is no line.
      await file.truncate(this.#length)
      await file.write(line)
      await file.datasync()
    } finally {
      await file.close()
    }
    this.#length += line.length
    if (whole.id === 1) await flushDirectory(dirname(this.#file))
    this.#remember(whole)
  }

  /** Whole requests after this place, in order. */
  after(id: number): readonly HandedIn[] {
    const from = id - (this.#items[0]?.id ?? 1) + 1
    return this.#items
      .slice(Math.max(0, from))
      .filter(({ request }) => request !== null)
      .slice(0, PAGE)
  }

  #remember(item: HandedIn): void {
    this.#items.push(item)
    for (const name of namesOf(item)) if (!this.#byName.has(name)) this.#byName.set(name, item)
    this.#next = item.id + 1
    for (
      let oldest = this.#items[0];
      oldest !== undefined && this.#items.length > HELD_MAX;
      oldest = this.#items[0]
    ) {
      this.#items.shift()
      for (const name of namesOf(oldest)) if (this.#byName.get(name) === oldest) this.#byName.delete(name)
    }
  }
}

function namesOf(item: HandedIn): readonly string[] {
  return [...new Set([nameOf(item, null), nameOf(item, item.evidence)])]
}
function nameOf({ origin, hash }: Pick<HandedIn, 'origin' | 'hash'>, evidence: string | null): string {
  const signed = evidence === null ? '' : createHash('sha256').update(evidence).digest('base64')
  return `${origin} ${hash} ${signed}`
}

function isOld({ at }: HandedIn, now: Instant): boolean {
  return addSeconds(at, LISTED_SECONDS) < now
}

function readItem(line: string): HandedIn | null {
  const value = JSON.parse(line) as Json
  if (!isObject(value)) return null
  const { id, at: time, origin, hash, note, request, evidence } = value
  const at = typeof time === 'string' ? parseInstant(time) : null
  if (at === null) return null
  if (typeof id !== 'number' || typeof origin !== 'string' || typeof hash !== 'string') return null
  if (typeof note !== 'string') return null
  const text = (one: Json | undefined): string | null => (typeof one === 'string' ? one : null)
  return { id, at, origin, hash, note, request: text(request), evidence: text(evidence) }
}
