/**
 * What a record looks like once its names are taken out: a template, and in order the names that stood in it. Two
 * records that differ only in how entries, prefixes, instants and hashes are called have one template.
 */

/** `entry`: index of an entry, in a handle or alone; `network`: an IPv4 /24; `atom`: a key or a hash. */
type NameKind = 'entry' | 'network' | 'instant' | 'atom'
export type Name = { readonly kind: NameKind; readonly text: string }
export type Shape = { readonly template: number; readonly names: readonly Name[] }

const NAMES = new RegExp(
  [
    // Of a handle the index alone: R-41, obj/notes/R-41-1, H-41.
    /(?<=(?<![A-Z0-9])[A-Z]-)\d+/,
    /(?<="since":)\d+/,
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/,
    /(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}(?=\.\d)/,
    // Keys, hashes, and handles that are made of hashes.
    /[A-Za-z0-9+/]{43}=|[0-9a-f]{64}|[0-9A-F]{64}|[0-9A-F]{40}/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/** The declared date of a registration is shown and never read. */
const SHOWN = /"registered":"[^"]*"/g

const templates = new Map<string, number>()

export function shapeOf(text: string): Shape {
  const names: Name[] = []
  const template = text.replace(SHOWN, '"registered":""').replace(NAMES, (found) => {
    names.push({ kind: kindOf(found), text: found })
    return '\0'
  })
  const known = templates.get(template)
  if (known !== undefined) return { template: known, names }
  const made = hashText(template)
  templates.set(template, made)
  return { template: made, names }
}

function kindOf(found: string): NameKind {
  if (/^\d+$/.test(found) && found.length < 20) return 'entry'
  if (found.length >= 40) return 'atom'
  return found.endsWith('Z') ? 'instant' : 'network'
}

/** FNV-1a, 32 bits; the seed is that of the algorithm's authors. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mix(hash, text.length)
}

/** Two 32-bit numbers into one: the finaliser of MurmurHash3 over their combination. */
export function mix(one: number, other: number): number {
  let h = Math.imul(one ^ Math.imul(other + 0x9e3779b9, 0x85ebca6b), 0xc2b2ae35) ^ (one >>> 15)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}
