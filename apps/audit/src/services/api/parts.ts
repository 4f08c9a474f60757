/** Parts that answers of `/api` share: the frame, holders in short, links. */

import { type Block, blockRange, formatAddress, formatPrefix, formatRange, WIDTH } from '@cadastre/numbers'
import {
  type Instant,
  isObject,
  type Json,
  type JsonObject,
  type Registration,
  registrationRange,
} from '@cadastre/records'
import type { Standing } from '../concerns.ts'
import { anything, is, type Members, nameIn, object, set, type Want } from '../expect.ts'
import type { House, ServedRecord } from '../record.ts'
import { pauseSays } from '../words.ts'

/** A record, or a part of one, as it stands. */
export const asIs = (part: unknown): Want => is(part as Json)

const someText = (says: string): Want => ({
  kind: 'own',
  wrong: (served) => (typeof served === 'string' ? null : says),
})

/** What every answer says of itself; `text`: what was asked for, as sent. */
export function frameWanted(record: ServedRecord, { notice }: House, text: string): Want {
  return object({
    text: is(text),
    canonical: someText('the question as it was read'),
    size: is(record.size),
    at: is(record.at),
    // A mirror's words are others a moment later.
    demonstration:
      typeof notice === 'string' || notice === undefined ? demonstrationWanted(notice) : is(null),
    paused: pausedWanted(record),
  })
}

function demonstrationWanted(notice: string | undefined): Want {
  return notice === undefined || notice.startsWith('This is a mirror of ') ? anything : is(notice)
}

function pausedWanted(record: ServedRecord): Want {
  const paused = record.object('registry', 'REGISTRY')?.paused ?? null
  if (paused === null || paused.until <= record.at) return is(null)
  const { since, until, trigger, report } = paused
  return is({ since, until, trigger, report, says: pauseSays(paused) })
}

/** A holder in short. */
export function partyWanted(record: ServedRecord, handle: string | null): Want {
  if (handle === null) return is(null)
  const holder = record.object('holder', handle)
  const { name, kind, country } = holder ?? { name: null, kind: 'imported', country: null }
  return is({ handle, name, kind, country })
}

export function briefWanted(record: ServedRecord, space: Block['space'], registration: Registration): Want {
  const { id, kind, holder, status } = registration
  return object({
    id: is(id),
    kind: is(kind),
    range: is(formatRange(registrationRange(registration, space))),
    holder: partyWanted(record, holder),
    status: is(status),
  })
}

/** What stands there by order, and claims and successions in their window; their order says nothing. */
export function standingMembers({ orders, acts }: Standing): Members {
  const ordered = orders.map(({ order, holds, says }) => ({ name: says, want: is({ order, holds, says }) }))
  const going = acts.map(({ application, title, says }) => ({
    name: says,
    want: is({ application, title, says }),
  }))
  return { orders: set(ordered, nameOfSays) ?? is([]), acts: set(going, nameOfSays) ?? is([]) }
}

const nameOfSays = (served: Json): string => (isObject(served) ? nameIn(served['says']) : '')
export const nameOfOrder = (served: Json): string => (isObject(served) ? nameIn(served['order']) : '')

/** When an entry was logged; where that is not known here, none later than the state. */
export function timeWanted(record: ServedRecord, entry: number): Want {
  const time = record.timeOf(entry)
  return time === null ? instantUpTo(record.at) : is(time)
}

function instantUpTo(at: Instant): Want {
  return {
    kind: 'own',
    wrong: (served) => (typeof served === 'string' && served <= at ? null : `a time up to ${at}`),
  }
}

/** A block as people write it: one address without its length, AS numbers with `AS`. */
export function writtenBlock(block: Block): string {
  if (block.space !== 'asn')
    return block.length === WIDTH[block.space] ? formatAddress(block.space, block.first) : formatPrefix(block)
  const { first, last } = blockRange(block)
  return first === last ? `AS${first}` : `AS${first} - AS${last}`
}

type Target = { readonly proof: string; readonly rdap: string | null; readonly whois: string | null }

/** Addresses of what belongs to the record at a key. */
export function linksWanted(record: ServedRecord, key: string, { proof, rdap, whois }: Target): Want {
  const named = encodeURIComponent(key)
  const links: JsonObject = {
    self: `/api/lookup?q=${named}`,
    proof,
    proofAt: `${proof}?size=${record.size}`,
    history: `/api/history?key=${named}`,
    rdap,
    whois,
  }
  return is(links)
}

export function numbersTarget(block: Block): Target {
  const text = writtenBlock(block)
  if (block.space !== 'asn')
    return {
      proof: `/proof/ip/${text}`,
      rdap: `/rdap/ip/${text}`,
      whois: `/whois?q=${encodeURIComponent(text)}`,
    }
  const { first, last } = blockRange(block)
  return {
    proof: `/proof/autnum/${first === last ? first : `${first}-${last}`}`,
    rdap: `/rdap/autnum/${first}`,
    whois: `/whois?q=AS${first}`,
  }
}

/** Of objects holders alone are in RDAP and WHOIS. */
export function objectTarget(type: string, handle: string): Target {
  const isHolder = type === 'holder'
  return {
    proof: `/proof/object/${type}/${handle}`,
    rdap: isHolder ? `/rdap/entity/${handle}` : null,
    whois: isHolder ? `/whois?q=${handle}` : null,
  }
}
