/** What a person may ask about: an address, a prefix, an AS number, a handle. */

import {
  asnBlock,
  type Block,
  blockRange,
  formatPrefix,
  formatRange,
  parseAddress,
  parseAsn,
  parsePrefix,
  parseRange,
  rangeToBlocks,
  singleBlock,
} from '@cadastre/numbers'
import { cellKey, OBJECT_TYPES, objectKey, parseHandle, type RecordKey } from '@cadastre/records'
import { UsageError } from '../commands/output.ts'

export type Subject =
  | { readonly kind: 'block'; readonly block: Block; readonly key: RecordKey }
  | { readonly kind: 'object'; readonly key: RecordKey }

/** Read a query as people write it. Handles: `H-7`, `IMP-…`, `A-…`, `O-…`, or `type/HANDLE` for any object. */
export function readSubject(text: string): Subject {
  const address = parseAddress(text)
  if (address.ok) return ofBlock(singleBlock(address.value.space, address.value.value))
  const prefix = parsePrefix(text)
  if (prefix.ok) return ofBlock(prefix.value)
  if (/^(as)?\d+$/i.test(text)) {
    const asn = parseAsn(text)
    if (asn.ok) return ofBlock(asnBlock(asn.value))
  }
  if (/^as\d+ *- *as\d+$/i.test(text)) return ofBlock(asnBlockOf(text))
  if (/^[\d.:/-]+$/.test(text) || (text.includes(':') && /^[0-9a-f:./-]+$/i.test(text)))
    throw new UsageError(numbersHint(text, prefix.error.expected))
  if (/^r-\d+(-\d+)?(@.*)?$/i.test(text))
    throw new UsageError(
      `"${text}" is the id of a registration; what is proved are its numbers: look up an address or a prefix. The page and /api/lookup find them by the id.`,
    )
  const [type, name] = text.includes('/') ? text.split('/', 2) : [typeOfHandle(text), text]
  const handle = parseHandle(name ?? '')
  // Every handle of a holder has a letter code and a hyphen; a bare word is a name or a slip.
  if (type === 'holder' && !text.includes('/') && !/^[a-z]+-/i.test(text))
    throw new UsageError(
      `"${text}" is no handle: expected an address, a prefix, an AS number, or a handle such as H-7. Holders are searched by name on the page and at /api/lookup.`,
    )
  const known = OBJECT_TYPES.find((candidate) => candidate === type)
  if (known === undefined || handle === null)
    throw new UsageError(
      `"${text}" is nothing to look up: expected an address, a prefix, an AS number, a holder's handle, or type/HANDLE. ${prefix.error.expected === '' ? '' : `(as a prefix: expected ${prefix.error.expected})`}`.trim(),
    )
  return { kind: 'object', key: objectKey(known, handle) }
}

/** The aligned block of AS numbers that a range is; a proof is of one block. */
function asnBlockOf(text: string): Block {
  const range = parseRange(text)
  if (!range.ok) throw new UsageError(`"${text}" is no range: expected ${range.error.expected}.`)
  const blocks = rangeToBlocks(range.value)
  const [only] = blocks
  if (only !== undefined && blocks.length === 1) return only
  const named = blocks.slice(0, 8).map((block) => formatRange(blockRange(block)))
  throw new UsageError(
    `"${text}" is a range; a proof is of one block. Look up ${named.join(', ')}${blocks.length > 8 ? ' …' : ''}.`,
  )
}

/** What is wrong with a text that can only be meant as numbers; for a range, the prefixes it is made of. */
function numbersHint(text: string, expected: string): string {
  const range = parseRange(text)
  if (!range.ok) return `"${text}" is no address, prefix or AS number: expected ${expected}.`
  const blocks = rangeToBlocks(range.value).map(formatPrefix)
  return `"${text}" is a range; a proof is of one prefix. Look up ${blocks.slice(0, 8).join(', ')}${blocks.length > 8 ? ' …' : ''}.`
}

function typeOfHandle(text: string): string {
  if (/^a-\d+$/i.test(text)) return 'application'
  if (/^c-\d+$/i.test(text)) return 'complaint'
  if (/^i-\d+$/i.test(text)) return 'incident'
  if (/^o-\d+$/i.test(text)) return 'order'
  if (/^(?:[0-9a-f]{40}\.)?t-\d+$/i.test(text)) return 'transit'
  return 'holder'
}

function ofBlock(block: Block): Subject {
  return { kind: 'block', block, key: cellKey(block) }
}
