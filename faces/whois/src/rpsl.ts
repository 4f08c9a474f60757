/** Objects in the form of RPSL (RFC 2622 section 2): `name: value` lines, the class and its key first. */

import { type ObjectClass, SHORT_ATTRIBUTES } from './object-classes.ts'

export type Attribute = readonly [name: string, value: string]

export type RpslObject = {
  readonly type: ObjectClass
  /** In order; the first one or two are the primary key. */
  readonly attributes: readonly Attribute[]
  /** How many attributes make the primary key: two for routes. */
  readonly keyCount: 1 | 2
}

/** `full`; `keys`: the primary key alone (`-K`); `brief`: two-letter names (`-F`). */
export type Style = 'full' | 'keys' | 'brief'

/** Column in which values begin, as in RIPE's output. */
const VALUE_COLUMN = 16
const labels = new Map<string, string>()

function label(name: string): string {
  let text = labels.get(name)
  if (text === undefined) {
    text = `${name}:`.padEnd(VALUE_COLUMN)
    labels.set(name, text)
  }
  return text
}

/** The object as text, each line ended by a line feed. */
export function objectText(object: RpslObject, style: Style): string {
  const { attributes, keyCount } = object
  const count = style === 'keys' ? keyCount : attributes.length
  let text = ''
  for (let index = 0; index < count; index++) {
    const [name, value] = attributes[index] ?? ['', '']
    if (style === 'brief') text += `*${SHORT_ATTRIBUTES[name] ?? name}: ${value}\n`
    else text += `${label(name)}${value}\n`
  }
  return text
}

/** The primary key as one word, as RIPE names objects: `203.0.113.0/24AS64500` for a route. */
export function primaryKey(object: RpslObject): string {
  const key = object.attributes[0]?.[1] ?? ''
  return object.keyCount === 1 ? key : key + (object.attributes[1]?.[1] ?? '')
}

// Line separators and other controls would let a value begin a line of its own.
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu

/** A stranger's text as one line. */
export function oneLine(text: string): string {
  return text.replaceAll(CONTROLS, ' ').trim()
}
