/** Links that answers carry (RFC 9083 section 4.2, RFC 8288), and addresses of objects. */

import { type Block, formatAddress, formatPrefix } from '@cadastre/numbers'
import { isObject, type Json } from '@cadastre/records'
import { is, nameIn, type Part, set, type Want } from '../expect.ts'

const RDAP_TYPE = 'application/rdap+json'

export type Link = {
  readonly value: string
  readonly rel: string
  readonly href: string
  readonly type: string
  readonly title?: string
}

/** A set of links, each named by its relation and its target. */
export function linksWanted(links: readonly Link[]): Want | null {
  const parts = links.map((link): Part => ({ name: `${link.rel} ${link.href}`, want: is(link) }))
  return set(parts, nameOfLink)
}

function nameOfLink(link: Json): string {
  return isObject(link) ? `${nameIn(link['rel'])} ${nameIn(link['href'])}` : ''
}

/** The text of a block as queries and proofs spell it: without a length for one number. */
export function queryText(block: Block): string {
  const single = block.space === 'asn' || block.length === (block.space === 'ip4' ? 32 : 128)
  return single ? formatAddress(block.space, block.first) : formatPrefix(block)
}

/** Addresses below the base address of the services. */
export class Addresses {
  readonly base: string

  constructor(base: string) {
    this.base = base
  }

  numbers(block: Block): string {
    return block.space === 'asn'
      ? `${this.base}/rdap/autnum/${block.first}`
      : `${this.base}/rdap/ip/${formatPrefix(block)}`
  }
  entity(handle: string): string {
    return `${this.base}/rdap/entity/${handle}`
  }
  domain(name: string): string {
    return `${this.base}/rdap/domain/${name}.`
  }
  get help(): string {
    return `${this.base}/rdap/help`
  }

  self(value: string): Link {
    return { value, rel: 'self', href: value, type: RDAP_TYPE }
  }
  nameserver(host: string): Link {
    return this.self(`${this.base}/rdap/nameserver/${host}.`)
  }
  up(value: string, parent: Block): Link {
    return { value, rel: 'up', href: this.numbers(parent), type: RDAP_TYPE }
  }
  /** The proof of the answer to this query. */
  numbersProof(value: string, asked: Block, title: string = PROOF_TITLE): Link {
    const path = asked.space === 'asn' ? 'autnum' : 'ip'
    return this.#proof(value, `${path}/${queryText(asked)}`, title)
  }
  holderProof(value: string, handle: string): Link {
    return this.#proof(value, `object/holder/${handle}`, PROOF_TITLE)
  }
  #proof(value: string, path: string, title: string): Link {
    return { value, rel: 'alternate', href: `${this.base}/proof/${path}`, type: 'text/plain', title }
  }
  history(value: string, key: string): Link {
    const href = `${this.base}/api/history?key=${encodeURIComponent(key)}`
    const title = 'Every act on this record'
    return { value, rel: 'version-history', href, type: 'application/json', title }
  }
  procedure(value: string, procedure: string): Link {
    const href = `${this.base}/api/procedures/${procedure}`
    const title = `The procedure under which it is recorded: ${procedure}`
    return { value, rel: 'describedby', href, type: 'application/json', title }
  }
  /** The page of an application or a move. */
  page(value: string, handle: string): Link {
    return { value, rel: 'describedby', href: `${this.base}/?q=${handle}`, type: 'text/html', title: handle }
  }
  order(value: string, order: string): Link {
    const title = `Order ${order}`
    return { value, rel: 'describedby', href: `${this.base}/orders/${order}`, type: 'text/html', title }
  }
}

const PROOF_TITLE = 'Proof that can be checked offline (C2SP tlog-proof)'
