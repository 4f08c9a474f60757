/**
 * What stands on, or is under way about, a registration or a holder although their own records do not say so: orders
 * that are stayed, representatives that act by order, claims and successions in their window. A secondary index in the
 * trie's unhashed space, like that of holdings: never part of a proof, and empty in most registries.
 *
 * Label, 256 bits: 8 zero bytes ‖ the id or handle, 12 bytes of ASCII, zeros behind; of a longer one the first 12 bytes
 * of its hash ‖ first 12 bytes of H(key of the object). Value: the object's key. Labels of holdings begin with 12 bytes
 * of a hash, so that none begins with these zeros.
 */

import { type Crypto, decodeUtf8, encodeUtf8 } from '@cadastre/crypto'
import type { Application, Json, OrderRecord, RecordKey } from '@cadastre/records'
import type { TrieView, TrieWriter } from '@cadastre/trie'

const ZERO_BYTES = 8
const ABOUT_BYTES = 12
const HASH_BYTES = 12
const ABOUT_BITS = 8 * (ZERO_BYTES + ABOUT_BYTES)
const NONE: readonly never[] = []

/** An object about a registration or a holder: `O-41`, or an application `A-41`. */
export type UnderWay = { readonly type: 'order' | 'application'; readonly handle: string }

function labelOf(crypto: Crypto, about: string, key: string | null): Uint8Array {
  const label = new Uint8Array(32)
  // Ids are short, and every answer looks here: no hash for those.
  if (about.length > ABOUT_BYTES)
    label.set(crypto.sha256(encodeUtf8(about)).subarray(0, ABOUT_BYTES), ZERO_BYTES)
  else for (let at = 0; at < about.length; at++) label[ZERO_BYTES + at] = about.charCodeAt(at)
  if (key !== null)
    label.set(crypto.sha256(encodeUtf8(key)).subarray(0, HASH_BYTES), ZERO_BYTES + ABOUT_BYTES)
  return label
}

/** Whether anything at all is under way in this version. */
export function isAnythingUnderWay(view: TrieView): boolean {
  return view.countInside('index', new Uint8Array(32), 8 * ZERO_BYTES, 1) > 0
}

/** Objects about a registration's id or a holder's handle, in order of their number; at most `limit`. */
export function underWayAbout(
  view: TrieView,
  crypto: Crypto,
  about: string,
  limit: number,
): readonly UnderWay[] {
  const found = view.inside('index', labelOf(crypto, about, null), ABOUT_BITS, { limit })
  if (found.length === 0) return NONE
  const objects = found.map(({ record }): UnderWay => {
    const [, type, handle = ''] = (decodeUtf8(record) ?? '').split('/')
    return { type: type === 'order' ? 'order' : 'application', handle }
  })
  const numberOf = ({ handle }: UnderWay): number => Number(handle.slice(2))
  return objects.sort((one, other) => numberOf(one) - numberOf(other))
}

/** Keeps the index of one trie. */
export class UnderWayIndex {
  readonly #trie: TrieWriter
  readonly #crypto: Crypto

  constructor(trie: TrieWriter, crypto: Crypto) {
    this.#trie = trie
    this.#crypto = crypto
  }

  /** Bring it up to what the object's record will be (canonical text; null: none), before the object itself is set. */
  update(key: RecordKey, label: Uint8Array, next: string | null): void {
    if (!isIndexed(key)) return
    const old = this.#trie.get('obj', label, 256)
    const before = old === null ? NONE : aboutIn(key, decodeUtf8(old) ?? '')
    const after = next === null ? NONE : aboutIn(key, next)
    for (const about of before) if (!after.includes(about)) this.#set(about, key, null)
    for (const about of after) if (!before.includes(about)) this.#set(about, key, encodeUtf8(key))
  }

  #set(about: string, key: RecordKey, value: Uint8Array | null): void {
    this.#trie.set('index', labelOf(this.#crypto, about, key), 256, value)
  }
}

const ORDER = 'obj/order/'
const APPLICATION = 'obj/application/'
function isIndexed(key: string): boolean {
  return key.startsWith(ORDER) || key.startsWith(APPLICATION)
}

/** Ids of registrations and handles of holders. Most applications are of other procedures: those are not parsed. */
function aboutIn(key: string, text: string): readonly string[] {
  const indexed = key.startsWith(ORDER) || PROCEDURES.some((member) => text.includes(member))
  return indexed ? aboutOf(key, JSON.parse(text) as Json) : NONE
}
const PROCEDURES = ['"procedure":"claim/1"', '"procedure":"succeed/1"']

/** Which registrations and holders the index finds an object by; none for other objects, and for null. */
export function aboutOf(key: string, record: unknown): readonly string[] {
  if (record === null) return NONE
  if (key.startsWith(ORDER)) return aboutOrder(record as OrderRecord)
  return key.startsWith(APPLICATION) ? aboutApplication(record as Application) : NONE
}

function aboutOrder({ state, detail, executed, scope, holder }: OrderRecord): readonly string[] {
  const represents = detail.effect === 'appointRepresentative'
  const runs = state === 'executed' || state === 'varied'
  if (state !== 'stayed' && !(represents && runs)) return NONE
  const ids = [...new Set(scope.map(({ id }) => id))]
  // One that was never executed and has no numbers has touched nobody yet.
  return represents && holder !== null && (runs || executed !== null) ? [...ids, holder] : ids
}

/** In the window in which somebody can veto, or in the delay in which a party can withdraw. */
function aboutApplication({ procedure, state, body }: Application): readonly string[] {
  if (state !== 'noticed' && state !== 'cooling') return NONE
  if (procedure === 'succeed/1') return [...new Set(refsIn(body['registrations']))]
  if (procedure !== 'claim/1') return NONE
  const { holder = null } = body
  return typeof holder === 'string' ? [holder] : refsIn([body['registration'] ?? null])
}

function refsIn(refs: Json | undefined): readonly string[] {
  return (Array.isArray(refs) ? refs : []).flatMap((ref: Json) => {
    const id = typeof ref === 'object' && ref !== null && 'id' in ref ? ref['id'] : null
    return typeof id === 'string' ? [id] : []
  })
}
