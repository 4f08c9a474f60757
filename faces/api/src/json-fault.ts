/**
 * Where a text stops being JSON (RFC 8259). `JSON.parse` accepts or refuses; this says at which character, and also
 * refuses what two readers could read differently (a member twice) or what is nested too deep to walk.
 */

export type JsonFault = { readonly position: number; readonly expected: string }

/** Deeper than any document here; `core/records` allows 32 within a request. */
export const JSON_DEPTH_MAX = 40

const SPACE = /[ \t\n\r]*/y
// U+0020 and above, but for the quotation mark and the backslash (RFC 8259 section 7).
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORD = /true|false|null/y

class Scanner {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  /** The token of this pattern here, or null; moves past it. */
  token(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found === undefined) return null
    this.at += found.length
    return found
  }

  space(): void {
    this.token(SPACE)
  }

  char(wanted: string): boolean {
    if (this.text[this.at] !== wanted) return false
    this.at += 1
    return true
  }

  fault(expected: string): JsonFault {
    return { position: this.at, expected }
  }
}

/** The first fault of the text, or null where it is JSON. Linear in its length. */
export function jsonFault(text: string): JsonFault | null {
  const scanner = new Scanner(text)
  const fault = value(scanner, 0)
  if (fault !== null) return fault
  scanner.space()
  return scanner.at === text.length ? null : scanner.fault('the end of the text')
}

function value(scanner: Scanner, depth: number): JsonFault | null {
  if (depth > JSON_DEPTH_MAX) return scanner.fault(`at most ${JSON_DEPTH_MAX} levels of nesting`)
  scanner.space()
  if (scanner.char('{')) return members(scanner, depth)
  if (scanner.char('[')) return items(scanner, depth)
  const token = scanner.token(STRING) ?? scanner.token(NUMBER) ?? scanner.token(WORD)
  return token === null ? scanner.fault('a JSON value') : null
}

function items(scanner: Scanner, depth: number): JsonFault | null {
  scanner.space()
  if (scanner.char(']')) return null
  for (;;) {
    const fault = value(scanner, depth + 1)
    if (fault !== null) return fault
    scanner.space()
    if (scanner.char(']')) return null
    if (!scanner.char(',')) return scanner.fault('"," or "]"')
  }
}

function members(scanner: Scanner, depth: number): JsonFault | null {
  const names = new Set<string>()
  scanner.space()
  if (scanner.char('}')) return null
  for (;;) {
    scanner.space()
    const from = scanner.at
    const name = scanner.token(STRING)
    if (name === null) return scanner.fault('the name of a member in double quotes')
    const plain = String(JSON.parse(name))
    if (names.has(plain)) return { position: from, expected: `the member ${name} once` }
    names.add(plain)
    scanner.space()
    if (!scanner.char(':')) return scanner.fault('":"')
    const fault = value(scanner, depth + 1)
    if (fault !== null) return fault
    scanner.space()
    if (scanner.char('}')) return null
    if (!scanner.char(',')) return scanner.fault('"," or "}"')
  }
}
