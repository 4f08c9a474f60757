/** Addresses of what belongs to a record. */

import { type Block, blockRange, formatPrefix } from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import type { ParsedKey } from '@cadastre/records'
import type { Links } from './generated/lookup-types.ts'
import { blockText } from './question.ts'

/** Path of the proof of a key. */
export function proofPath(key: ParsedKey): string {
  if (key.kind === 'object') return `/proof/object/${key.type}/${key.handle}`
  const { block } = key
  if (block.space === 'asn') return `/proof/autnum/${asnPath(block)}`
  return `/proof/ip/${blockText(block)}`
}

/** `64496`, or of a block `64496-64511`. */
function asnPath(block: Block): string {
  const { first, last } = blockRange(block)
  return first === last ? `${first}` : `${first}-${last}`
}

export function linksOf(snapshot: Snapshot, key: ParsedKey, keyText: string): Links {
  const proof = proofPath(key)
  const named = encodeURIComponent(keyText)
  return {
    self: `/api/lookup?q=${named}`,
    proof,
    proofAt: `${proof}?size=${snapshot.publication.size}`,
    history: `/api/history?key=${named}`,
    rdap: rdapPath(key),
    whois: whoisPath(key),
  }
}

function rdapPath(key: ParsedKey): string | null {
  if (key.kind === 'object') return key.type === 'holder' ? `/rdap/entity/${key.handle}` : null
  const { block } = key
  if (block.space === 'asn') return `/rdap/autnum/${block.first}`
  return `/rdap/ip/${addressOrPrefix(block)}`
}

function whoisPath(key: ParsedKey): string | null {
  if (key.kind === 'object') return key.type === 'holder' ? `/whois?q=${key.handle}` : null
  const text = key.block.space === 'asn' ? `AS${key.block.first}` : addressOrPrefix(key.block)
  return `/whois?q=${encodeURIComponent(text)}`
}

function addressOrPrefix(block: Block): string {
  return blockText(block) === formatPrefix(block) ? formatPrefix(block) : blockText(block)
}
