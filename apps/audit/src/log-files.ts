/** The files of a log under audit: bundles fetched, decoded and their signatures checked ahead of the replay. */

import {
  decodeBundle,
  type EntryBundle,
  entriesPath,
  HASH_BYTES,
  TILE_WIDTH,
  type Tile,
  tilePath,
} from '@cadastre/merkle'
import type { FileFaultCode } from '@cadastre/misbehaviour'
import type { Registry } from '@cadastre/records'
import { type CheckedSignatures, relyingPartyText } from '@cadastre/replay'
import { UNCHECKED, VALID } from './signature-checks.ts'
import type { SignaturePool } from './signature-pool.ts'
import type { LogSource } from './source.ts'

/** Bundles fetched and checked ahead of the one that is replayed. */
const AHEAD = 12
/** What stands for a file of another length than a tile has. */
const NO_TILE: Uint8Array = new Uint8Array(0)

export type Fetched = {
  readonly bundle: EntryBundle
  readonly entries: readonly Uint8Array[] | FileFaultCode
  readonly tile: Uint8Array | null
  readonly checked: Uint8Array | null
  /** The relying party with which the signatures were checked. */
  readonly party: string
}

export class LogFiles {
  readonly #source: LogSource
  readonly #pool: SignaturePool | null
  /** The relying party at the time of asking. */
  readonly #party: () => Registry['relyingParty'] | null

  constructor(source: LogSource, pool: SignaturePool | null, party: () => Registry['relyingParty'] | null) {
    this.#source = source
    this.#pool = pool
    this.#party = party
  }

  /** The bundles of a log of this size in order, from the one that holds entry `from` on. */
  async *bundles(from: number, size: number): AsyncGenerator<Fetched> {
    const ahead: Promise<Fetched>[] = []
    for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < size; index++) {
      const fetching = this.#fetch({ index, width: Math.min(TILE_WIDTH, size - index * TILE_WIDTH) })
      // What fails is told when its turn comes.
      fetching.catch((error: unknown) => error)
      ahead.push(fetching)
      if (ahead.length <= AHEAD) continue
      const next = ahead.shift()
      if (next !== undefined) yield await next
    }
    for (const next of ahead) yield await next
  }

  async #fetch(bundle: EntryBundle): Promise<Fetched> {
    const { index, width } = bundle
    const [bytes, tile] = await Promise.all([
      this.#readPartial(entriesPath(index, width), entriesPath(index), width),
      this.readTile({ level: 0, index, width }),
    ])
    const party = this.#party()
    const fetched = { bundle, tile, party: relyingPartyText(party) }
    if (bytes === null) return { ...fetched, entries: 'bundle-missing', checked: null }
    const entries = decodeBundle(bytes.bytes, bytes.width)
    if (!entries.ok) return { ...fetched, entries: 'bundle-malformed', checked: null }
    const checked = (await this.#pool?.check(bytes.bytes, bytes.width, party)) ?? null
    return { ...fetched, entries: entries.value.slice(0, width), checked }
  }

  /** A partial file may be gone once the full one exists (C2SP tlog-tiles). */
  async #readPartial(
    path: string,
    full: string,
    width: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly width: number } | null> {
    const bytes = await this.#source.read(path)
    if (bytes !== null) return { bytes, width }
    if (width === TILE_WIDTH) return null
    const whole = await this.#source.read(full)
    return whole === null ? null : { bytes: whole, width: TILE_WIDTH }
  }

  /** A tile as published, or the full one in its place; empty where it has another length than a tile. */
  async readTile({ level, index, width }: Tile): Promise<Uint8Array | null> {
    const read = await this.#readPartial(tilePath(level, index, width), tilePath(level, index), width)
    if (read === null) return null
    return read.bytes.length === read.width * HASH_BYTES ? read.bytes : NO_TILE
  }
}

/** What another thread found of the signatures of one entry of a bundle; null where it did not look. */
export function signaturesOf({ checked, party }: Fetched, offset: number): CheckedSignatures | null {
  const result = checked?.[offset] ?? UNCHECKED
  return result === UNCHECKED ? null : { valid: result === VALID, relyingParty: party }
}
