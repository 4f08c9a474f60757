/**
 * Which cells hold something for a holder: a secondary index in the trie's unhashed space, so that readers in other
 * threads answer "what does H-7 hold" from the same version as everything else. It is never part of a proof.
 *
 * Label, 256 bits: first 12 bytes of H(holder handle) ‖ space (1) ‖ prefix length (1) ‖ zero (2) ‖ first number (16).
 */

import { type Crypto, decodeUtf8, encodeUtf8 } from '@cadastre/crypto'
import type { NumberSpace } from '@cadastre/numbers'
import type { Cell } from '@cadastre/records'
import { SPACES, type TrieWriter } from '@cadastre/trie'

const HOLDER_BYTES = 12
/** Length in bits of what all cells of one holder share. */
const HOLDER_BITS: number = HOLDER_BYTES * 8

type CellPlace = { readonly space: NumberSpace; readonly label: Uint8Array; readonly length: number }

/** Label and length under which all entries of one holder lie. */
export function holdingPrefix(crypto: Crypto, holder: string): { label: Uint8Array; length: number } {
  const label = new Uint8Array(32)
  label.set(crypto.sha256(encodeUtf8(holder)).subarray(0, HOLDER_BYTES))
  return { label, length: HOLDER_BITS }
}

/** Label of one cell of one holder. */
export function holdingLabel(crypto: Crypto, holder: string, place: CellPlace): Uint8Array {
  const { label } = holdingPrefix(crypto, holder)
  label[HOLDER_BYTES] = SPACES[place.space].tag
  label[HOLDER_BYTES + 1] = place.length
  label.set(place.label, 16)
  return label
}

/** The cell that an index label names. */
export function cellOfHoldingLabel(label: Uint8Array): CellPlace {
  const tag = label[HOLDER_BYTES]
  const space: NumberSpace = tag === SPACES.ip4.tag ? 'ip4' : tag === SPACES.ip6.tag ? 'ip6' : 'asn'
  const bytes = SPACES[space].width / 8
  return { space, label: label.slice(16, 16 + bytes), length: label[HOLDER_BYTES + 1] ?? 0 }
}

/** Bring the index up to what `next` will be at this place (null: nothing), before the cell itself is set. */
export function indexHoldings(trie: TrieWriter, crypto: Crypto, place: CellPlace, next: Cell | null): void {
  const old = trie.get(place.space, place.label, place.length)
  const before = old === null ? NONE : holdersIn(JSON.parse(decodeUtf8(old) ?? '{}') as Cell)
  const after = next === null ? NONE : holdersIn(next)
  for (const holder of before)
    if (!after.has(holder)) trie.set('index', holdingLabel(crypto, holder, place), 256, null)
  for (const holder of after)
    if (!before.has(holder)) trie.set('index', holdingLabel(crypto, holder, place), 256, PRESENT)
}

const NONE: ReadonlySet<string> = new Set()
const PRESENT: Uint8Array = Uint8Array.of(1)

function holdersIn(cell: Cell): ReadonlySet<string> {
  const holders = new Set<string>()
  for (const { holder } of cell.registrations) if (holder !== null) holders.add(holder)
  return holders
}
