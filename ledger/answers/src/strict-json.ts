import type { Result } from '@cadastre/crypto'
import type { Json } from '@cadastre/records'

/** Strings, or marks, or what else JSON has (numbers, literals), in a text already known to be JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g

/**
 * Parses JSON (RFC 8259) and refuses objects that name a member twice: RFC 8259 section 4 leaves their meaning
 * open, so two readers could see two things. Names are compared after unescaping. Numbers are decimal digits only.
 */
export function parseStrictJson(text: string): Result<Json, 'malformed' | 'duplicate-member'> {
  let value: Json
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, error: 'malformed' }
    throw error
  }
  if (hasOddNumber(text)) return { ok: false, error: 'malformed' }
  return hasDuplicateMember(text) ? { ok: false, error: 'duplicate-member' } : { ok: true, value }
}

/** A number in any spelling but decimal digits: `1.0`, `1e0` and `-0` would be second spellings of one value. */
function hasOddNumber(text: string): boolean {
  for (const [token] of text.matchAll(TOKEN)) if (/^-|^\d.*\D/.test(token)) return true
  return false
}

function hasDuplicateMember(text: string): boolean {
  /** Names of each open object, null for an open array. */
  const open: (Set<string> | null)[] = []
  let previous = ''
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(null)
    else if (token === '}' || token === ']') open.pop()
    else if (token.startsWith('"') && (previous === '{' || previous === ',')) {
      const names = open.at(-1)
      if (names !== null && names !== undefined) {
        const name: string = JSON.parse(token)
        if (names.has(name)) return true
        names.add(name)
      }
    }
    previous = token
  }
  return false
}
