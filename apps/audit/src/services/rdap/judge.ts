/** An RDAP answer and the record of the log position that it names: what one says and the other does not. */

import { type Crypto, encodeHex, encodeUtf8 } from '@cadastre/crypto'
import {
  ancestor,
  asnBlock,
  type Block,
  blockRange,
  parseAddress,
  parseAsn,
  parsePrefix,
  singleBlock,
  WIDTH,
} from '@cadastre/numbers'
import {
  innermost,
  isArray,
  isObject,
  type JsonObject,
  parseHandle,
  peerHandleOf,
  type Registration,
} from '@cadastre/records'
import { representativeOf, statedIn } from '../concerns.ts'
import { is, list, type Members, matchJson, nameIn, object, set, texts } from '../expect.ts'
import type { Difference, Judgement, Position } from '../finding.ts'
import { type House, pathInForce, type ServedRecord } from '../record.ts'
import { closestZone, zoneNamed } from '../reverse-zones.ts'
import { domainMembers } from './domain.ts'
import { contactMembers, representativeMembers } from './entities.ts'
import { holderWanted } from './holder.ts'
import { Addresses, linksWanted, queryText } from './links.ts'
import { noticesOf, type OwnNotices } from './notices.ts'
import { numbersMembers, rangeMembers } from './numbers.ts'
import { noticesWanted } from './parts.ts'
import { parseServedJson } from './served-json.ts'
import { subjectOf } from './subject.ts'

/** RFC 9083 section 4.1, the NRO profile with its hierarchical AS numbers, cidr0. */
const CONFORMANCE = ['rdap_level_0', 'nro_rdap_profile_0', 'nro_rdap_profile_asn_hierarchical_0', 'cidr0']

export type RdapAnswer = {
  readonly status: number
  readonly body: string
  /** Where a redirect leads; null where the answer names nothing, undefined where that is not known. */
  readonly location?: string | null
}

/** An answer that was read. */
export type ReadRdap = {
  readonly json: JsonObject
  /** Null: it names none, which every answer must. */
  readonly position: Position | null
}

/** Null: the body is no JSON object, or names a member twice, so that two readers could see two things. */
export function readRdap({ body }: RdapAnswer): ReadRdap | null {
  const json = parseServedJson(body)
  return json === null ? null : { json, position: positionOf(json) }
}

const POSITION = /^As of log size (\d{1,16}), (\S+)\.$/

function positionOf({ notices }: JsonObject): Position | null {
  const said = (isArray(notices) ? notices : []).find(
    (one) => isObject(one) && one['title'] === 'Log position',
  )
  const [text] = isObject(said) && isArray(said['description']) ? said['description'] : []
  const match = typeof text === 'string' ? POSITION.exec(text) : null
  return match === null ? null : { size: Number(match[1]), at: match[2] ?? '' }
}

/** What an answer must be. */
type Answer = OwnNotices & {
  readonly status: number
  readonly members: Members
  readonly location?: string
}

/**
 * Judge an answer to `path` (`/ip/192.0.2.0/24`, without the address of the service) that names the log position of
 * `record`. The questions are those that {@link ../questions.ts} asks.
 */
export function judgeRdap(
  record: ServedRecord,
  house: House & { readonly base: string },
  crypto: Pick<Crypto, 'sha256'>,
  path: string,
  answer: RdapAnswer,
  { json }: ReadRdap,
): Judgement {
  record.stated(statedIn(answer.body))
  const addresses = new Addresses(house.base)
  const wanted = new Wanted(record, addresses, crypto).answer(path, json)
  const differences: Difference[] = []
  if (wanted.status !== answer.status)
    differences.push({
      where: 'HTTP status',
      what: 'differs',
      record: String(wanted.status),
      served: String(answer.status),
    })
  const { location } = answer
  if (location !== undefined && location !== (wanted.location ?? null))
    differences.push({
      where: 'Location',
      what: 'differs',
      record: wanted.location ?? 'nothing',
      served: location ?? 'nothing',
    })
  const body = matchJson(
    object({
      ...wanted.members,
      rdapConformance: texts(CONFORMANCE),
      notices: noticesOf(record, house, addresses, wanted),
    }),
    json,
  )
  return { differences: [...differences, ...body.differences], unopened: body.unopened }
}

/** From what was asked to what must be answered. */
class Wanted {
  readonly #record: ServedRecord
  readonly #addresses: Addresses
  readonly #crypto: Pick<Crypto, 'sha256'>

  constructor(record: ServedRecord, addresses: Addresses, crypto: Pick<Crypto, 'sha256'>) {
    this.#record = record
    this.#addresses = addresses
    this.#crypto = crypto
  }

  answer(path: string, served: JsonObject): Answer {
    const [, kind = '', ...rest] = path.split('/')
    const text = rest.join('/')
    if (kind === 'entity') return this.#entity(text, served)
    if (kind === 'domain') {
      const zone = zoneNamed(text)
      if (zone !== null) return this.#domain(zone)
    }
    const asked = kind === 'ip' ? blockOf(text) : kind === 'autnum' ? asnOf(text) : null
    if (asked === null) throw new RangeError(`not a question of this audit: ${path}`)
    return this.#numbers(asked)
  }

  #numbers(asked: Block): Answer {
    const path = pathInForce(this.#record, asked)
    const found = innermost(path)
    if (found === null)
      return asked.space !== 'asn' && asked.length < WIDTH[asked.space] && this.#record.hasInside(asked)
        ? this.#wholeSpace(asked)
        : this.#absent(asked, 'Not registered here.', false)
    if (found.registration.kind === 'moved-out') return this.#moved(asked, found.registration)
    const subject = subjectOf(this.#record, found)
    return { status: 200, members: numbersMembers(this.#record, this.#addresses, subject, asked) }
  }

  /** Nothing covers all of it and something is inside: the whole space, an object that exists here alone. */
  #wholeSpace(asked: Block): Answer {
    const all = ancestor(asked, 0)
    const self = this.#addresses.numbers(all)
    const name = this.#record.object('registry', 'REGISTRY')?.name ?? ''
    const text = `No single registration covers all of this; ${name} registers parts of it. Ask for a smaller prefix.`
    return {
      status: 200,
      members: {
        objectClassName: is('ip network'),
        handle: is(queryText(all)),
        name: is(queryText(all)),
        type: is('WHOLE-SPACE'),
        status: list(is('administrative')),
        links: linksWanted([this.#addresses.numbersProof(self, asked), this.#addresses.self(self)]),
        ...rangeMembers(blockRange(all)),
        events: set(
          [
            {
              name: 'last update of RDAP database',
              want: is({ eventAction: 'last update of RDAP database', eventDate: this.#record.at }),
            },
          ],
          (event) => (isObject(event) ? nameIn(event['eventAction']) : ''),
        ),
        remarks: noticesWanted([{ title: 'About this object', text }]),
      },
    }
  }

  /** Numbers that another registry answers for. */
  #moved(asked: Block, registration: Registration): Answer {
    const arriving = registration.procedure.startsWith('move-in/')
    const { provenance } = registration
    const digest = provenance === null ? null : encodeHex(this.#crypto.sha256(encodeUtf8(provenance)))
    const base = digest === null ? null : (this.#record.object('peer', peerHandleOf(digest))?.rdap ?? null)
    if (base === null)
      return this.#absent(
        asked,
        arriving
          ? 'These numbers are on their way here from another registry, which answers for them until the move is final.'
          : 'These numbers have moved to another registry.',
        true,
      )
    const location = `${base}${asked.space === 'asn' ? `autnum/${asked.first}` : `ip/${prefixText(asked)}`}`
    const why = arriving
      ? 'These numbers are on their way here. Until the move is final the other registry answers for them.'
      : 'Another registry answers for these numbers.'
    return {
      status: 302,
      members: {},
      notices: [{ title: 'Elsewhere', text: `${why}\n${location}` }],
      location,
    }
  }

  /** 404 with its reason, and the address of its proof. */
  #absent(asked: Block, reason: string, covered: boolean): Answer {
    const title = covered ? 'Proof of the covering records' : 'Proof of absence'
    const text = covered
      ? 'Records cover what was asked; the proof shows every one of them, and so what none of them says.'
      : 'That nothing is registered is proved, too.'
    const link = this.#addresses.numbersProof(this.#addresses.help, asked, `${title} (C2SP tlog-proof)`)
    return { ...notFound(reason), notices: [{ title: 'Proof', text, links: [link] }] }
  }

  #entity(text: string, served: JsonObject): Answer {
    const handle = parseHandle(text)
    const holder = handle === null ? null : this.#record.object('holder', handle)
    if (holder !== null)
      return { status: 200, ...holderWanted(this.#record, this.#addresses, holder, served) }
    const order = handle !== null && /^O-\d+$/.test(handle) ? this.#record.object('order', handle) : null
    const representative = order === null ? null : representativeOf(order, this.#record.at)
    if (representative !== null)
      return { status: 200, members: representativeMembers(representative, this.#addresses) }
    const contact = /^(.+)\.C([1-9][0-9]{0,2})$/.exec(handle ?? '')
    const owner = contact === null ? null : this.#record.object('holder', contact[1] ?? '')
    const members = owner === null ? null : contactMembers(owner, Number(contact?.[2]) - 1, this.#addresses)
    return members === null ? notFound('There is no entity of this handle.') : { status: 200, members }
  }

  #domain(asked: Block): Answer {
    const zone = closestZone(this.#record, asked)
    if (zone !== null)
      return { status: 200, members: domainMembers(this.#record, this.#addresses, zone, asked) }
    return this.#absent(asked, 'No reverse zone is delegated here.', this.#record.path(asked).length > 0)
  }
}

function notFound(reason: string): Answer {
  return {
    status: 404,
    members: { errorCode: is(404), title: is('Not Found'), description: list(is(reason)) },
  }
}

function blockOf(text: string): Block | null {
  const prefix = parsePrefix(text)
  if (prefix.ok) return prefix.value
  const address = parseAddress(text)
  return address.ok ? singleBlock(address.value.space, address.value.value) : null
}

function asnOf(text: string): Block | null {
  const number = parseAsn(text)
  return number.ok ? asnBlock(number.value) : null
}

function prefixText(of: Block): string {
  const text = queryText(of)
  return text.includes('/') ? text : `${text}/${of.length}`
}
