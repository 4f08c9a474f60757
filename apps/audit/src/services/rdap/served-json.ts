/** JSON as it was served: read only where no object names a member twice (RFC 8259 section 4 leaves the meaning open). */

import { isObject, type Json, type JsonObject } from '@cadastre/records'

/** A string, a mark, or what else JSON has. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g

export function parseServedJson(text: string): JsonObject | null {
  try {
    const json: Json = JSON.parse(text)
    if (!isObject(json)) return null
    // A text that is what its value makes again names nothing twice; most answers are.
    return JSON.stringify(json) === text || !namesTwice(text) ? json : null
  } catch (error) {
    // Nested so deeply that no reader follows.
    if (error instanceof SyntaxError || error instanceof RangeError) return null
    throw error
  }
}

function namesTwice(text: string): boolean {
  /** Names of each open object; null for an open array. */
  const open: (Set<string> | null)[] = []
  let previous = ''
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(null)
    else if (token === '}' || token === ']') open.pop()
    else if (token.startsWith('"') && (previous === '{' || previous === ',')) {
      const names = open.at(-1) ?? null
      const name: string = names === null ? '' : JSON.parse(token)
      if (names?.has(name) === true) return true
      names?.add(name)
    }
    previous = token
  }
  return false
}
