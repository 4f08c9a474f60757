import { nodeCrypto } from '@cadastre/crypto/node'
import fc from 'fast-check'
import { createTrieMemory, type Space, type TrieMemory, TrieWriter } from '../src/index.ts'
import { type Model, toLabel, WIDTHS } from './model.ts'

export function smallMemory(): TrieMemory {
  return createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 })
}

export function newWriter(): TrieWriter {
  return new TrieWriter(smallMemory(), nodeCrypto)
}

/**
 * Keys that collide, nest and share long prefixes: short random heads, a few fixed middles, short tails. A
 * uniformly random key would share nothing with another.
 */
export function keyBits(space: Space): fc.Arbitrary<string> {
  const width = WIDTHS[space]
  const digits = (max: number): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom('0', '1'), { maxLength: max }).map((bits) => bits.join(''))
  const middle = fc.constantFrom('', '0'.repeat(width - 12), '10'.repeat((width - 12) / 2))
  const any = fc.tuple(digits(5), middle, digits(5)).map((parts) => parts.join('').slice(0, width))
  return space === 'obj' ? any.map((bits) => bits.padEnd(width, '01')) : any
}

export const recordBytes: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 90 })

export interface Change {
  readonly bits: string
  readonly record: Uint8Array | null
}

export function changes(space: Space, maxLength: number): fc.Arbitrary<Change[]> {
  return fc.array(fc.record({ bits: keyBits(space), record: fc.option(recordBytes, { freq: 3 }) }), {
    maxLength,
  })
}

export function apply(writer: TrieWriter, model: Model, space: Space, change: Change): void {
  writer.set(space, toLabel(change.bits, WIDTHS[space]), change.bits.length, change.record)
  if (change.record === null) model.delete(change.bits)
  else model.set(change.bits, change.record)
}
