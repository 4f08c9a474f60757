/** What a person may ask about: an address, a prefix, an AS number, a handle. */

import { asnBlock, type Block, parseAddress, parseAsn, parsePrefix, singleBlock } from '@cadastre/numbers'
import { cellKey, OBJECT_TYPES, objectKey, parseHandle, type RecordKey } from '@cadastre/records'
import { UsageError } from '../commands/output.ts'

export type Subject =
  | { readonly kind: 'block'; readonly block: Block; readonly key: RecordKey }
  | { readonly kind: 'object'; readonly key: RecordKey }

/** Read a query as people write it. Handles: `H-7`, `IMP-…`, `A-…`, or `type/HANDLE` for any object. */
export function readSubject(text: string): Subject {
  const address = parseAddress(text)
  if (address.ok) return ofBlock(singleBlock(address.value.space, address.value.value))
  const prefix = parsePrefix(text)
  if (prefix.ok) return ofBlock(prefix.value)
  if (/^(as)?\d+$/i.test(text)) {
    const asn = parseAsn(text)
    if (asn.ok) return ofBlock(asnBlock(asn.value))
  }
  const [type, name] = text.includes('/') ? text.split('/', 2) : [typeOfHandle(text), text]
  const handle = parseHandle(name ?? '')
  const known = OBJECT_TYPES.find((candidate) => candidate === type)
  if (known === undefined || handle === null)
    throw new UsageError(
      `"${text}" is nothing to look up: expected an address, a prefix, an AS number, a holder's handle, or type/HANDLE. ${prefix.error.expected === '' ? '' : `(as a prefix: expected ${prefix.error.expected})`}`.trim(),
    )
  return { kind: 'object', key: objectKey(known, handle) }
}

function typeOfHandle(text: string): string {
  if (/^a-\d+$/i.test(text)) return 'application'
  if (/^c-\d+$/i.test(text)) return 'complaint'
  if (/^i-\d+$/i.test(text)) return 'incident'
  return 'holder'
}

function ofBlock(block: Block): Subject {
  return { kind: 'block', block, key: cellKey(block) }
}
