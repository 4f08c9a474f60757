/** What a search text asks for: numbers, a handle or a name. One reading, for lookup and history alike. */

import {
  ancestor,
  asnBlock,
  type Block,
  blockKey,
  commonPrefixLength,
  err,
  formatPrefix,
  formatRange,
  type NumberError,
  ok,
  parseAddress,
  parseAsn,
  parsePrefixMasked,
  parseRange,
  type Range,
  type Result,
  rangeToBlock,
  singleBlock,
} from '@cadastre/numbers'
import { type ObjectType, parseHandle, parseKey } from '@cadastre/records'

export type Question =
  | { readonly kind: 'block'; readonly block: Block; readonly canonical: string }
  | {
      readonly kind: 'object'
      readonly type: ObjectType
      readonly handle: string
      readonly canonical: string
    }
  /** Perhaps a handle (`handle` not null), perhaps part of a name. */
  | {
      readonly kind: 'words'
      readonly words: string
      readonly handle: string | null
      readonly canonical: string
    }

export type QuestionFault = { readonly value: string; readonly expected: string }

export const QUESTION_MAX = 200
const EXPECTED = 'an address, a prefix, an AS number, a handle or a holder’s name, 1 to 200 characters'

/** Texts that can only be meant as numbers: then a mistake in them is named instead of searched for. */
const NUMBERS = /^(?:[0-9][0-9.]*|[0-9a-f]*:[0-9a-f:.]*|as[0-9]+)(?:[/%].*|[ \t]*-.*)?$/i

export function readQuestion(text: string): Result<Question, QuestionFault> {
  const trimmed = text.trim()
  if (trimmed === '' || text.length > QUESTION_MAX || !text.isWellFormed())
    return err({ value: text, expected: EXPECTED })
  const key = parseKey(trimmed)
  if (key?.kind === 'cell') return ok(blockQuestion(key.block))
  if (key?.kind === 'object') return ok({ ...key, canonical: trimmed })
  if (NUMBERS.test(trimmed)) {
    const block = readBlock(trimmed)
    return block.ok ? ok(blockQuestion(block.value)) : block
  }
  const handle = parseHandle(trimmed)
  return ok({ kind: 'words', words: trimmed, handle, canonical: trimmed })
}

function blockQuestion(block: Block): Question {
  return { kind: 'block', block, canonical: blockText(block) }
}

/** A range as people write it: one block as a block, else first and last. */
export function rangeText(of: Range): string {
  const single = rangeToBlock(of)
  return single === null ? formatRange(of) : blockText(single)
}

/** A block as people write it: a lone address without its length, AS numbers with `AS`. */
export function blockText(block: Block): string {
  if (block.space !== 'asn') {
    const width = block.space === 'ip4' ? 32 : 128
    return block.length === width ? formatPrefix(block).replace(/\/\d+$/, '') : formatPrefix(block)
  }
  const last = block.first + (1n << BigInt(32 - block.length)) - 1n
  return last === block.first ? `AS${block.first}` : `AS${block.first} - AS${last}`
}

function readBlock(text: string): Result<Block, NumberError> {
  if (text.includes('/')) return parsePrefixMasked(text)
  if (text.includes('-')) {
    const range = parseRange(text)
    return range.ok ? ok(coveringBlock(range.value)) : range
  }
  if (/^(?:as)?[0-9]+$/i.test(text)) {
    const asn = parseAsn(text)
    return asn.ok ? ok(asnBlock(asn.value)) : asn
  }
  const address = parseAddress(text)
  return address.ok ? ok(singleBlock(address.value.space, address.value.value)) : address
}

/** The smallest block that holds the whole range: what is asked of a range that is no block. */
function coveringBlock(range: Range): Block {
  return ancestor(
    singleBlock(range.space, range.first),
    commonPrefixLength(range.space, range.first, range.last),
  )
}

/** Keys of the block and of every block that covers it, longest first: what its history is about. */
export function coveringKeys(block: Block): readonly string[] {
  const keys: string[] = []
  for (let length = block.length; length >= 0; length--) keys.push(blockKey(ancestor(block, length)))
  return keys
}
