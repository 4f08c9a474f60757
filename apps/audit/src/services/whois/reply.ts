/** A WHOIS reply taken apart: comments, and objects of `name: value` lines (RFC 2622 section 2). */

import type { Position } from '../finding.ts'

export type Attribute = readonly [name: string, value: string]

export type WhoisReply = {
  /** Null: it names none. */
  readonly position: Position | null
  /** Lines that begin with `%`, without those that are empty but for it. */
  readonly comments: readonly string[]
  readonly objects: readonly (readonly Attribute[])[]
  /** Lines that are neither comment nor attribute. */
  readonly stray: readonly string[]
}

const POSITION = /^% Log position: size (\d{1,16}), as of ([^,\s]+)/
const ATTRIBUTE = /^([a-z][a-z0-9-]*): *(.*)$/

export function readReply(text: string): WhoisReply {
  const comments: string[] = []
  const objects: Attribute[][] = []
  const stray: string[] = []
  let open: Attribute[] | null = null
  let position: Position | null = null
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('%')) {
      open = null
      const match = POSITION.exec(line)
      if (match !== null && position === null) position = { size: Number(match[1]), at: match[2] ?? '' }
      if (line.length > 1) comments.push(line)
      continue
    }
    const match = ATTRIBUTE.exec(line)
    if (match === null) {
      stray.push(line)
      continue
    }
    if (open === null) {
      open = []
      objects.push(open)
    }
    open.push([match[1] ?? '', match[2] ?? ''])
  }
  return { position, comments, objects, stray }
}

/** The primary key of an object, class included: two attributes for routes, else one. */
export function keyOf(object: readonly Attribute[]): string {
  const [first, second] = object
  const [name = '', value = ''] = first ?? []
  return name === 'route' || name === 'route6' ? `${name} ${value}${second?.[1] ?? ''}` : `${name} ${value}`
}
