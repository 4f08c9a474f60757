/** What is remarked about a published file, and why one is not taken in: closed lists, with counts. */

/** Remarks. None keeps a file out of the log; all are told, and logged with the day as counts. */
const NOTE_CODES = [
  'byte-order-mark',
  'header-count',
  'summary-count',
  'summary-missing',
  'serial-ahead',
  'registry-differs',
  'date-not-real',
  'row-unreadable',
  'row-twice',
  'not-cidr',
  'no-final-newline',
  'not-utf8',
  'gap',
  'same-day-again',
  'shrunk',
] as const
export type NoteCode = (typeof NOTE_CODES)[number]

/** Remarks of one sort: how many, and the first of them in words. */
export type Note = { readonly code: NoteCode; readonly count: number; readonly example: string }

/** Why a file is not taken in; nothing of it is logged. */
const REFUSAL_CODES = [
  'empty',
  'too-large',
  'truncated',
  'no-unpacker',
  'unknown-format',
  'header-missing',
  'unreadable',
  'day-unknown',
  'already-logged',
  'older-than-logged',
  'does-not-fit',
  'checksum-differs',
] as const
export type RefusalCode = (typeof REFUSAL_CODES)[number]

export type Refusal = { readonly code: RefusalCode; readonly detail: string }

export function refusal(code: RefusalCode, detail: string): { readonly ok: false; readonly error: Refusal } {
  return { ok: false, error: { code, detail } }
}

/** Gathers remarks, in the order in which their sorts first occur. */
export class Notes {
  readonly #found: Map<NoteCode, { count: number; example: string }> = new Map()

  add(code: NoteCode, example: () => string, count = 1): void {
    const known = this.#found.get(code)
    if (known !== undefined) known.count += count
    else this.#found.set(code, { count, example: example().slice(0, 200) })
  }

  count(code: NoteCode): number {
    return this.#found.get(code)?.count ?? 0
  }

  list(): readonly Note[] {
    return Array.from(this.#found, ([code, { count, example }]) => ({ code, count, example }))
  }
}
