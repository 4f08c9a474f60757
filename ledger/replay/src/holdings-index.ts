/**
 * Which cells hold something for a holder: a secondary index in the trie's unhashed space, so that readers in other
 * threads answer "what does H-7 hold" from the same version as everything else. It is never part of a proof.
 *
 * Label, 256 bits: first 12 bytes of H(holder handle) ‖ space (1) ‖ prefix length (1) ‖ zero (2) ‖ first number (16).
 */

import { type Crypto, decodeUtf8, encodeUtf8 } from '@cadastre/crypto'
import type { NumberSpace } from '@cadastre/numbers'
import { SPACES, type TrieWriter } from '@cadastre/trie'
import { Recent } from './recent.ts'

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
  return cellLabel(holdingPrefix(crypto, holder).label, place)
}

function cellLabel(prefix: Uint8Array, place: CellPlace): Uint8Array {
  const label = prefix.slice()
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

/** Holders whose prefix is remembered, about 100 bytes each: it costs a hash, and they come again. */
const REMEMBERED_HOLDERS = 16_384

/** Keeps the index of one trie. */
export class HoldingsIndex {
  readonly #trie: TrieWriter
  readonly #crypto: Crypto
  readonly #prefixes = new Recent<string, Uint8Array>(REMEMBERED_HOLDERS)

  constructor(trie: TrieWriter, crypto: Crypto) {
    this.#trie = trie
    this.#crypto = crypto
  }

  /** Bring it up to what the cell's record will be (canonical text; null: none), before the cell itself is set. */
  update(place: CellPlace, next: string | null): void {
    const old = this.#trie.get(place.space, place.label, place.length)
    const before = old === null ? NONE : holdersIn(decodeUtf8(old) ?? '')
    const after = next === null ? NONE : holdersIn(next)
    for (const holder of before) if (!after.has(holder)) this.#set(holder, place, null)
    for (const holder of after) if (!before.has(holder)) this.#set(holder, place, PRESENT)
  }

  #set(holder: string, place: CellPlace, value: Uint8Array | null): void {
    let prefix = this.#prefixes.get(holder)
    if (prefix === undefined) {
      prefix = holdingPrefix(this.#crypto, holder).label
      this.#prefixes.set(holder, prefix)
    }
    this.#trie.set('index', cellLabel(prefix, place), 256, value)
  }
}

const NONE: ReadonlySet<string> = new Set()
/** Only its label says anything: empty, it takes no memory. */
const PRESENT: Uint8Array = new Uint8Array(0)

/**
 * The holders of a cell, out of its canonical text: only registrations have a member of this name, and inside a string
 * its quotation marks would be escaped. Parsing the whole record costs five times as much.
 */
function holdersIn(cell: string): ReadonlySet<string> {
  const holders = new Set<string>()
  for (let at = cell.indexOf(MEMBER); at >= 0; at = cell.indexOf(MEMBER, at)) {
    at += MEMBER.length
    holders.add(cell.slice(at, cell.indexOf('"', at)))
  }
  return holders
}

const MEMBER = '"holder":"'
