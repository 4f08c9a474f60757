import {
  canonicalJson,
  hash32,
  instant,
  integer,
  nullable,
  object,
  oneOf,
  parseCanonicalJson,
  type Schema,
  type StateEntry,
} from '@cadastre/records'

const versionOne: Schema<1> = {
  json: { const: 1 },
  read: (value, pointer) =>
    value === 1
      ? { ok: true, value }
      : { ok: false, error: { pointer, value: JSON.stringify(value ?? null).slice(0, 80), expected: '1' } },
}

const index: Schema<number> = integer(0, Number.MAX_SAFE_INTEGER)
const schema: Schema<StateEntry> = object({
  t: oneOf(['state']),
  v: versionOne,
  at: instant,
  ops: index,
  prev: nullable(index),
  roots: object({ asn: hash32, ip4: hash32, ip6: hash32, obj: hash32 }),
})

/** The entry's bytes as text (design.md section 5). */
export function formatStateEntry(entry: StateEntry): string {
  return canonicalJson({ ...entry })
}

/** Reads a state entry; null unless it is one, closed, and in its canonical form. */
export function parseStateEntry(text: string): StateEntry | null {
  const json = parseCanonicalJson(text)
  if (json === null) return null
  const read = schema.read(json, '')
  return read.ok ? read.value : null
}
