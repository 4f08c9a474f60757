/** Addresses of this registry's services, and links to them with registered relations (RFC 8288, RFC 9083 section 4.2). */

import { type Block, formatAddress, formatPrefix } from '@cadastre/numbers'
import type { JsonObject } from '@cadastre/records'

export const RDAP_TYPE = 'application/rdap+json'
const TEXT = 'text/plain'
const JSON_TYPE = 'application/json'

/** Where a template leaves room for what was asked; the proof link of an answer names it. */
export const QUERY_MARK = '\u{fdd0}'

/** `type` is the media type of the target; `value` is the object that the link is about. */
export function link(value: string, rel: string, href: string, type: string, title?: string): JsonObject {
  return { value, rel, href, type, ...(title === undefined ? {} : { title }) }
}

export class Addresses {
  readonly base: string

  /** `baseUrl` without a slash at the end. */
  constructor(baseUrl: string) {
    this.base = baseUrl
  }

  network(block: Block): string {
    return `${this.base}/rdap/ip/${formatPrefix(block)}`
  }
  autnum(value: bigint): string {
    return `${this.base}/rdap/autnum/${value}`
  }
  entity(handle: string): string {
    return `${this.base}/rdap/entity/${handle}`
  }
  /** `name` with its trailing dot, or without. */
  domain(name: string): string {
    return `${this.base}/rdap/domain/${name}`
  }
  nameserver(name: string): string {
    return `${this.base}/rdap/nameserver/${name}`
  }
  get help(): string {
    return `${this.base}/rdap/help`
  }

  /** The object itself. Every object, nested ones too, has exactly one (NRO profile). */
  self(address: string): JsonObject {
    return link(address, 'self', address, RDAP_TYPE)
  }
  /** The object that covers it (`up`: RFC 8288, HTML 4.01). */
  up(address: string, parent: string): JsonObject {
    return link(address, 'up', parent, RDAP_TYPE)
  }
  /** The proof of this answer to this query: the same record in a form that proves itself. */
  proof(address: string, space: Block['space']): JsonObject {
    const path = space === 'asn' ? 'autnum' : 'ip'
    return this.#proof(address, `${this.base}/proof/${path}/${QUERY_MARK}`)
  }
  holderProof(address: string, handle: string): JsonObject {
    return this.#proof(address, `${this.base}/proof/object/holder/${handle}`)
  }
  #proof(address: string, href: string): JsonObject {
    return link(address, 'alternate', href, TEXT, 'Proof that can be checked offline (C2SP tlog-proof)')
  }
  /** Every entry of the log that touched the record (RFC 5829 section 3). */
  history(address: string, key: string): JsonObject {
    return link(
      address,
      'version-history',
      `${this.base}/api/history?key=${encodeURIComponent(key)}`,
      JSON_TYPE,
      'Every act on this record',
    )
  }
  /** The published text under which it is recorded; `procedure` is `transfer/1` and the like. */
  procedure(address: string, procedure: string): JsonObject {
    return link(
      address,
      'describedby',
      `${this.base}/api/procedures/${procedure}`,
      JSON_TYPE,
      `The procedure under which it is recorded: ${procedure}`,
    )
  }
}

/** What stands for a query in the address of its proof. */
export function proofQuery(block: Block): string {
  if (block.space === 'asn') return formatAddress('asn', block.first)
  const width = block.space === 'ip4' ? 32 : 128
  return block.length === width ? formatAddress(block.space, block.first) : formatPrefix(block)
}
