/** Changing one byte of a proof document, so that a visitor can see that it is noticed. */

export type Tampered = {
  readonly text: string
  /** Counted from 1. */
  readonly position: number
  readonly length: number
  readonly from: string
  readonly to: string
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Changes one base64 character of the document's proof (its `extra` line, its hashes, the checkpoint's root).
 * `chance` is in [0, 1) and picks which. Signature lines are left alone: one of a key that nobody here knows is
 * ignored, as the note format demands, so changing it would rightly change nothing.
 */
export function changeOneByte(document: string, chance: number): Tampered {
  const end = signedEnd(document)
  const places: number[] = []
  let start = 0
  for (const line of document.slice(0, end).split('\n')) {
    const word = line.startsWith('extra ') ? 'extra '.length : 0
    if (line.length - word >= 43 && /^[A-Za-z0-9+/]+=*$/.test(line.slice(word)))
      for (let at = start + word; at < start + line.length && document[at] !== '='; at++) places.push(at)
    start += line.length + 1
  }
  const at = places[Math.min(Math.floor(chance * places.length), places.length - 1)] ?? 0
  const from = document.charAt(at)
  const to = ALPHABET.charAt((ALPHABET.indexOf(from) + 1) % ALPHABET.length)
  return {
    text: document.slice(0, at) + to + document.slice(at + 1),
    position: at + 1,
    length: document.length,
    from,
    to,
  }
}

/** Where the checkpoint's signature lines begin. */
function signedEnd(document: string): number {
  const end = document.lastIndexOf('\n\n')
  return end < 0 ? document.length : end
}
