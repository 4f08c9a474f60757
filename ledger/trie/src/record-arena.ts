/**
 * Record bytes in shared memory. A block is: u32 length, SHA-256 record hash (zero in unhashed spaces), bytes;
 * it starts on a multiple of 16 bytes and is named by that multiple, counted over all chunks, so 0 can mean
 * "no record" and 32 bits reach 64 GiB. Freed blocks go to lists by exact size class. An empty record of an unhashed
 * space takes no block: a secondary index has millions of them.
 */
import { growShared, TrieFullError } from './shared-growth.ts'

export const RECORD_CHUNK_BYTES: number = 2 ** 30
const UNIT_SHIFT = 4
const CHUNK_UNITS_SHIFT = 26
const CHUNK_UNITS = 2 ** CHUNK_UNITS_SHIFT
const UNIT_IN_CHUNK_MASK = CHUNK_UNITS - 1
const HEADER_BYTES = 36
/** The name of every empty record without a hash. */
const EMPTY = 1
const FIRST_UNIT = 2
/** Blocks up to this many units (2 KiB) have a class for each size; larger ones classes an eighth apart. */
const EXACT_UNITS_MAX = 128
/** Copies of small records share slabs, as Node's Buffers do: an ArrayBuffer for each costs ten times as much. */
const SLAB_BYTES = 8192
/** In the length word: written by the uncommitted batch. */
const FRESH = 0x80000000
const LENGTH_MASK = 0x7fffffff

/** Units that a block of so many record bytes takes. */
function blockUnits(bytes: number): number {
  const units = (HEADER_BYTES + bytes + 15) >>> UNIT_SHIFT
  if (units <= EXACT_UNITS_MAX) return units
  const step = 28 - Math.clz32(units - 1)
  return (((units - 1) >>> step) << step) + (1 << step)
}

export class RecordArena {
  private readonly buffers: readonly SharedArrayBuffer[]
  private words: Uint32Array<SharedArrayBuffer>[]
  private bytes: Uint8Array<SharedArrayBuffer>[]
  private slab: Uint8Array = new Uint8Array(SLAB_BYTES)
  private slabUsed = 0
  // The writer's own books.
  private readonly freeLists: Map<number, number> = new Map()
  private freeUnits = 0
  private nextUnit = FIRST_UNIT

  constructor(buffers: readonly SharedArrayBuffer[]) {
    this.buffers = buffers
    this.words = buffers.map((buffer) => new Uint32Array(buffer, 0, buffer.byteLength >>> 2))
    this.bytes = buffers.map((buffer) => new Uint8Array(buffer, 0, buffer.byteLength))
  }

  /** Take notice of growth by another thread. */
  refresh(): void {
    for (let i = 0; i < this.buffers.length; i++) this.refreshChunk(i)
  }

  private refreshChunk(index: number): void {
    const buffer = this.buffers[index] as SharedArrayBuffer
    if (buffer.byteLength === this.chunkBytes(index).length) return
    this.words[index] = new Uint32Array(buffer, 0, buffer.byteLength >>> 2)
    this.bytes[index] = new Uint8Array(buffer, 0, buffer.byteLength)
  }

  /** Bytes in use, headers and rounding included. */
  get liveBytes(): number {
    return (this.nextUnit - FIRST_UNIT - this.freeUnits) * 16
  }

  private chunkWords(chunk: number): Uint32Array<SharedArrayBuffer> {
    return this.words[chunk] as Uint32Array<SharedArrayBuffer>
  }
  private chunkBytes(chunk: number): Uint8Array<SharedArrayBuffer> {
    return this.bytes[chunk] as Uint8Array<SharedArrayBuffer>
  }
  private lengthWord(record: number): number {
    return this.chunkWords(record >>> CHUNK_UNITS_SHIFT)[(record & UNIT_IN_CHUNK_MASK) << 2] as number
  }

  /** The record's bytes, a copy that outlives the version. */
  read(record: number): Uint8Array {
    if (record === EMPTY) return new Uint8Array(0)
    const from = ((record & UNIT_IN_CHUNK_MASK) << UNIT_SHIFT) + HEADER_BYTES
    const length = this.lengthWord(record) & LENGTH_MASK
    const bytes = this.chunkBytes(record >>> CHUNK_UNITS_SHIFT)
    if (length > SLAB_BYTES / 4) return bytes.slice(from, from + length)
    if (this.slabUsed + length > SLAB_BYTES) {
      this.slab = new Uint8Array(SLAB_BYTES)
      this.slabUsed = 0
    }
    const copy = this.slab.subarray(this.slabUsed, this.slabUsed + length)
    copy.set(bytes.subarray(from, from + length))
    this.slabUsed += length
    return copy
  }

  /** The record's hash, a copy. */
  hash(record: number): Uint8Array {
    const from = ((record & UNIT_IN_CHUNK_MASK) << UNIT_SHIFT) + 4
    return this.chunkBytes(record >>> CHUNK_UNITS_SHIFT).slice(from, from + 32)
  }

  /** Copies the record's hash, 8 words, into a preimage. */
  copyHash(record: number, out: Uint32Array, word: number): void {
    const words = this.chunkWords(record >>> CHUNK_UNITS_SHIFT)
    const from = ((record & UNIT_IN_CHUNK_MASK) << 2) + 1
    for (let i = 0; i < 8; i++) out[word + i] = words[from + i] as number
  }

  /** Whether the uncommitted batch may free it again: of an empty one nothing is left to free. */
  isFresh(record: number): boolean {
    return record === EMPTY || (this.lengthWord(record) & FRESH) !== 0
  }

  settle(record: number): void {
    if (record === EMPTY) return
    const words = this.chunkWords(record >>> CHUNK_UNITS_SHIFT)
    const at = (record & UNIT_IN_CHUNK_MASK) << 2
    words[at] = (words[at] as number) & LENGTH_MASK
  }

  /** Stores a fresh record and returns its name. */
  write(record: Uint8Array, hash: Uint8Array | null): number {
    if (hash === null && record.length === 0) return EMPTY
    const block = this.take(blockUnits(record.length))
    const chunk = block >>> CHUNK_UNITS_SHIFT
    const unit = block & UNIT_IN_CHUNK_MASK
    this.chunkWords(chunk)[unit << 2] = record.length | FRESH
    const bytes = this.chunkBytes(chunk)
    if (hash !== null) bytes.set(hash, (unit << UNIT_SHIFT) + 4)
    bytes.set(record, (unit << UNIT_SHIFT) + HEADER_BYTES)
    return block
  }

  free(record: number): void {
    if (record !== EMPTY) this.release(record, blockUnits(this.lengthWord(record) & LENGTH_MASK))
  }

  private release(block: number, units: number): void {
    const words = this.chunkWords(block >>> CHUNK_UNITS_SHIFT)
    words[(block & UNIT_IN_CHUNK_MASK) << 2] = this.freeLists.get(units) ?? 0
    this.freeLists.set(units, block)
    this.freeUnits += units
  }

  private pop(units: number): number {
    const block = this.freeLists.get(units) ?? 0
    if (block === 0) return 0
    this.freeLists.set(units, this.lengthWord(block))
    this.freeUnits -= units
    return block
  }

  private take(units: number): number {
    const exact = this.pop(units)
    if (exact !== 0) return exact
    // Sizes drift over the years: once a quarter lies free in other classes, cut larger blocks up.
    if (this.freeUnits * 4 > this.nextUnit && units * 2 <= EXACT_UNITS_MAX) {
      for (let larger = units + 3; larger <= EXACT_UNITS_MAX; larger++) {
        const block = this.pop(larger)
        if (block === 0) continue
        this.release(block + units, larger - units)
        return block
      }
    }
    return this.extend(units)
  }

  private extend(units: number): number {
    const left = CHUNK_UNITS - (this.nextUnit & UNIT_IN_CHUNK_MASK)
    if (units > left) {
      // A block never straddles two chunks; what remains of this one is kept as smaller blocks.
      this.reserve(this.nextUnit, left)
      for (let cut = left; cut > 0; cut -= EXACT_UNITS_MAX)
        this.release(this.nextUnit + left - cut, Math.min(cut, EXACT_UNITS_MAX))
      this.nextUnit += left
    }
    const block = this.nextUnit
    this.reserve(block, units)
    this.nextUnit = block + units
    return block
  }

  private reserve(block: number, units: number): void {
    const chunk = block >>> CHUNK_UNITS_SHIFT
    const buffer = this.buffers[chunk]
    if (buffer === undefined) throw new TrieFullError('limit of record bytes reached')
    const end = ((block & UNIT_IN_CHUNK_MASK) + units) * 16
    if (end <= buffer.byteLength) return
    growShared(buffer, end)
    this.refreshChunk(chunk)
  }
}
