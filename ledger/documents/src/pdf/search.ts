/** Looking for words in the bytes of a file, whatever its structure says they are. */

const codes = (word: string): readonly number[] => [...word].map((letter) => letter.charCodeAt(0))

/** Where a word stands in the bytes. */
export function placesOf(bytes: Uint8Array, word: string): readonly number[] {
  const [first = 0, ...rest] = codes(word)
  const found: number[] = []
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 0
    while (same < rest.length && bytes[at + 1 + same] === rest[same]) same += 1
    if (same === rest.length) found.push(at)
  }
  return found
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39
/** White space of a PDF (ISO 32000-2 table 1). */
export const isSpace = (byte: number | undefined): boolean =>
  byte === 0 || byte === 9 || byte === 10 || byte === 12 || byte === 13 || byte === 32

/** Most bytes of a number, or of the white space between two, that are looked back over. */
const BACK_MAX = 40

/** Before `at`, past as many bytes as `is` holds for; null where it is not one at least. */
function back(bytes: Uint8Array, at: number, is: (byte: number | undefined) => boolean): number | null {
  let from = at
  while (at - from < BACK_MAX && is(bytes[from - 1])) from -= 1
  return from === at ? null : from
}

/** Where `number generation obj` stands in the bytes. */
export function headersIn(bytes: Uint8Array): readonly number[] {
  const found: number[] = []
  for (const at of placesOf(bytes, 'obj')) {
    let from: number | null = at
    for (const is of [isSpace, isDigit, isSpace, isDigit]) from = from === null ? null : back(bytes, from, is)
    if (from !== null) found.push(from)
  }
  return found
}
