/** A WHOIS reply and the record of the log position that it names: what one says and the other does not. */

import {
  asnBlock,
  type Block,
  formatPrefix,
  parseAddress,
  parseAsn,
  parsePrefix,
  singleBlock,
} from '@cadastre/numbers'
import { type CoveringCell, type CoveringRegistration, parseHandle, registrationsOn } from '@cadastre/records'
import { statedIn } from '../concerns.ts'
import type { Judgement } from '../finding.ts'
import { queryText } from '../rdap/links.ts'
import { type House, isOver, pathInForce, type ServedRecord } from '../record.ts'
import { closestZone, zoneNamed } from '../reverse-zones.ts'
import { pauseSays } from '../words.ts'
import { organisationObject, roleObjects } from './organisation.ts'
import { autnumObject, blockObject, isUsed, registrationObject } from './registrations.ts'
import type { WhoisReply } from './reply.ts'
import { routeObjects, zoneObjects } from './services.ts'
import { matchReply, type WantedObject, type WantedReply, wantedKey } from './wanted.ts'

/** Most objects of one reply (the limits in the banner). */
const MOST_OBJECTS = 10_000

/** What was asked for is there, or it is not. */
type Found = {
  readonly objects: readonly WantedObject[]
  /** Path of the proof below `/proof/`; null where there is none of exactly this. */
  readonly proof: string | null
  readonly comments?: readonly string[]
  readonly others?: true
}

/** Judge the reply to a line that names the log position of `record`. The lines are those of {@link ../questions.ts}. */
export function judgeWhois(record: ServedRecord, house: House, asked: string, reply: WhoisReply): Judgement {
  record.stated(
    statedIn(
      reply.objects
        .flat()
        .map(([, value]) => value)
        .join('\n'),
    ),
  )
  return matchReply(new Wanted(record, house, reply).reply(asked), reply)
}

/**
 * The registry's name as a source name (RFC 2725 section 7): one word of capital letters, digits and hyphens.
 */
function sourceNameOf(name: string): string {
  const plain = name.normalize('NFKD').toUpperCase().replaceAll(/\p{M}/gu, '')
  const word = plain.replaceAll(/[^A-Z0-9]+/g, '-').replaceAll(/^[^A-Z]+/g, '')
  return word.slice(0, 40).replaceAll(/-+$/g, '') || 'CADASTRE'
}

class Wanted {
  readonly #record: ServedRecord
  readonly #house: House
  readonly #served: WhoisReply
  readonly #source: string

  constructor(record: ServedRecord, house: House, served: WhoisReply) {
    this.#record = record
    this.#house = house
    this.#served = served
    this.#source = sourceNameOf(record.object('registry', 'REGISTRY')?.name ?? '')
  }

  reply(asked: string): WantedReply {
    const { objects, proof, comments = [], others } = this.#found(asked)
    const pause = this.#record.object('registry', 'REGISTRY')?.paused ?? null
    const nothing = ['%ERROR:101: no entries found', `% No entries found in source ${this.#source}.`]
    return {
      ...(others === true ? { others } : {}),
      objects: this.#withHolders(objects),
      comments: [
        this.#position(proof),
        ...(pause === null || pause.until <= this.#record.at ? [] : [`% Remark: ${pauseSays(pause)}`]),
        ...comments,
        ...(objects.length === 0 && others !== true ? nothing : []),
      ],
    }
  }

  /** Where the services are is not known to everyone: then any address of this page will do. */
  readonly #page = (says: string, handle: string): string => {
    const { base } = this.#house
    const [start, end] = [`${says} See `, `/?q=${handle}`]
    if (base !== null) return `${start}${base}${end}`
    const served = this.#served.objects
      .flat()
      .find(([name, value]) => name === 'remarks' && value.startsWith(start) && value.endsWith(end))
    return served?.[1] ?? `${start}…${end}`
  }

  #found(asked: string): Found {
    const words = asked.split(' ')
    const last = words.at(-1) ?? ''
    if (asked.startsWith('-i origin ')) return this.#byOrigin(Number(last.slice('AS'.length)))
    if (asked.startsWith('-i org ')) return this.#byHolder(last)
    if (asked.startsWith('-L -d ')) return this.#around(this.#blockOf(last))
    if (/^AS\d+$/.test(asked)) return this.#number(asked)
    const zone = zoneNamed(last)
    if (zone !== null) return this.#zone(zone)
    const handle =
      last.includes('/') || last.includes(':') || /^[\d.]+$/.test(last) ? null : parseHandle(last)
    return handle === null ? this.#numbers(last) : this.#holder(handle, words[0] === '-B')
  }

  #blockOf(text: string): Block {
    const prefix = parsePrefix(text)
    if (prefix.ok) return prefix.value
    const address = parseAddress(text)
    if (!address.ok) throw new RangeError(`not a question of this audit: ${text}`)
    return singleBlock(address.value.space, address.value.value)
  }

  /** The innermost registration, and the closest routes. */
  #numbers(asked: string): Found {
    const block = this.#blockOf(asked)
    const path = pathInForce(this.#record, block)
    const found = registrationsOn(path).at(-1)
    const own = found === undefined ? [] : [this.#registration(found)]
    const routes = depths(path).map((upTo) => routeObjects(upTo, this.#source))
    const free = found?.registration.kind === 'pool'
    return {
      objects: [...own, ...(routes.findLast((some) => some.length > 0) ?? [])],
      proof: `ip/${queryText(block)}`,
      comments: free ? [freeSays(asked)] : [],
    }
  }

  /** `-L -d`: everything that covers it. */
  #around(block: Block): Found {
    const path = pathInForce(this.#record, block)
    return {
      objects: [
        ...registrationsOn(path).map((one) => this.#registration(one)),
        ...depths(path).flatMap((upTo) => [
          ...routeObjects(upTo, this.#source),
          ...zoneObjects(upTo, block, this.#source),
        ]),
      ],
      proof: `ip/${queryText(block)}`,
    }
  }

  #registration({ registration, block }: CoveringRegistration): WantedObject {
    return registrationObject(this.#record, registration, block, this.#source, this.#page)
  }

  /** The AS block around a number, and the number where somebody uses it. */
  #number(asked: string): Found {
    const number = parseAsn(asked)
    if (!number.ok) throw new RangeError(`not a question of this audit: ${asked}`)
    const path = pathInForce(this.#record, asnBlock(number.value))
    const all = registrationsOn(path).map(({ registration }) => registration)
    const [inner, wide] = [all.at(-1), all.findLast(({ first, last }) => first !== last)]
    const proof = `autnum/${number.value}`
    if (inner === undefined) return { objects: [], proof }
    const around = wide === undefined ? [] : [blockObject(this.#record, wide, this.#source, this.#page)]
    if (isUsed(inner))
      return {
        objects: [
          ...around,
          autnumObject(this.#record, inner, String(number.value), this.#source, this.#page),
        ],
        proof,
      }
    return {
      objects: [
        ...around,
        ...(inner === wide ? [] : [blockObject(this.#record, inner, this.#source, this.#page)]),
      ],
      proof,
      comments: inner.kind === 'pool' ? [freeSays(asked)] : [],
    }
  }

  #zone(asked: Block): Found {
    const found = closestZone(this.#record, asked)
    return {
      objects: found === null ? [] : zoneObjects(found.path, asked, this.#source),
      proof: `ip/${formatPrefix(asked)}`,
    }
  }

  #holder(handle: string, contacts: boolean): Found {
    const holder = this.#record.object('holder', handle)
    const proof = `object/holder/${handle}`
    if (holder === null) return { objects: [], proof }
    const roles = contacts ? roleObjects(holder, this.#source) : []
    return { objects: [organisationObject(this.#record, holder, this.#source, this.#page), ...roles], proof }
  }

  #byOrigin(origin: number): Found {
    const { items, all } = this.#record.routed(origin)
    const objects = items.flatMap((block) => {
      const path = pathInForce(this.#record, block).filter((one) => one.block.length <= block.length)
      if (path.at(-1)?.block.length !== block.length) return []
      return routeObjects(path, this.#source).filter(({ attributes }) =>
        attributes.some(({ name, value }) => name === 'origin' && value === `AS${origin}`),
      )
    })
    return this.#list(objects, objects.length, all)
  }

  #byHolder(handle: string): Found {
    const { items, all } = this.#record.holdings(handle)
    const found = new Map<string, WantedObject>()
    for (const one of items) {
      if (isOver(one.registration, this.#record.at)) continue
      const object = this.#registration(one)
      // The same range in several cells is one object, but for IPv6, whose objects are prefixes.
      const { id, first } = one.registration
      found.set(`${wantedKey(object)} ${id} ${first}`, object)
    }
    return this.#list([...found.values()], items.length, all)
  }

  /** A list; of more than an answer may hold any may be missing, and then it says that it ends early. */
  #list(objects: readonly WantedObject[], cells: number, all: boolean): Found {
    const others = all ? {} : ({ others: true } as const)
    if (all && cells <= MOST_OBJECTS) return { objects, proof: null }
    const at = this.#served.comments.findIndex((comment) => comment.startsWith('%ERROR:112'))
    const cut = at >= 0
    return {
      ...others,
      objects: cut ? objects.map((one): WantedObject => ({ ...one, perhaps: true })) : objects,
      proof: null,
      comments: cut ? this.#served.comments.slice(at) : [],
    }
  }

  /** With the holder of each object, once. */
  #withHolders(objects: readonly WantedObject[]): readonly WantedObject[] {
    const shown = new Set(objects.map(wantedKey))
    const related: WantedObject[] = []
    for (const { attributes, perhaps } of objects) {
      const handle = attributes.find(({ name }) => name === 'org')?.value
      const holder = typeof handle === 'string' ? this.#record.object('holder', handle) : null
      if (holder === null) continue
      const object = organisationObject(this.#record, holder, this.#source, this.#page)
      const key = wantedKey(object)
      if (shown.has(key)) continue
      shown.add(key)
      related.push({ ...object, related: true, ...(perhaps === true ? { perhaps } : {}) })
    }
    return [...objects, ...related]
  }

  #position(proof: string | null): string {
    const { size, at } = this.#record
    const start = `% Log position: size ${size}, as of ${at}`
    if (proof === null) return start
    const { base } = this.#house
    if (base !== null) return `${start}, proof: ${base}/proof/${proof}`
    // Where the services are is not known here: any address of this proof will do.
    const served = this.#served.comments.find((one) => one.startsWith(`${start}, proof: `))
    return served?.endsWith(`/proof/${proof}`) === true ? served : `${start}, proof: …/proof/${proof}`
  }
}

function freeSays(asked: string): string {
  return `% Nobody holds '${asked}': it is free within a pool of this registry.`
}

/** A path to each of its cells in turn, the outermost first. */
function depths(path: readonly CoveringCell[]): readonly (readonly CoveringCell[])[] {
  return path.map((_, index) => path.slice(0, index + 1))
}
