/** Rules about RDAP objects: links, events, entities, networks, AS numbers, domains, name servers. */

import { parseAddress } from '@cadastre/numbers'
import { isRecord, type Json, type JsonObject, type Report } from './conformance.ts'

const CLASSES = new Set(['ip network', 'autnum', 'entity', 'domain', 'nameserver'])
/** IANA: Link Relation Types, those that RDAP servers use, and the NRO profile's own. */
const RELATIONS = new Set(
  'self related up alternate help about describedby terms-of-service inaccuracy-report version-history copyright'.split(
    ' ',
  ),
)
/** IANA: RDAP JSON Values. */
const STATUSES = new Set([
  'active',
  'inactive',
  'administrative',
  'reserved',
  'validated',
  'locked',
  'pending transfer',
  'pending delete',
  'transfer prohibited',
  'update prohibited',
  'delete prohibited',
])
const ACTIONS = new Set([
  'registration',
  'reregistration',
  'last changed',
  'expiration',
  'deletion',
  'transfer',
  'locked',
  'unlocked',
  'last update of RDAP database',
])
const ROLES = new Set(
  'registrant technical administrative abuse billing noc registrar reseller sponsor proxy notifications'.split(
    ' ',
  ),
)
const CARD = new Set('version fn n kind adr tel email lang geo title role org contact-uri'.split(' '))
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/

export function isObjectClass(value: Json | undefined): boolean {
  return typeof value === 'string' && CLASSES.has(value)
}

/** Rules for every object in the value, and links wherever they stand. */
export function objectFindings(value: Json, where: string, report: Report): undefined {
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) objectFindings(one, `${where}[${index}]`, report)
    return
  }
  if (!isRecord(value)) return
  if (value['links'] !== undefined) linkFindings(value['links'], `${where}.links`, report)
  if (value['objectClassName'] !== undefined) oneObject(value, where, report)
  for (const [name, member] of Object.entries(value))
    if (name !== 'vcardArray') objectFindings(member, `${where}.${name}`, report)
}

function linkFindings(links: Json, where: string, report: Report): undefined {
  if (!Array.isArray(links)) return report('RFC 9083 4.2', where, 'is no array')
  for (const link of links) {
    if (!isRecord(link)) return report('RFC 9083 4.2', where, 'holds no object')
    for (const name of ['value', 'rel', 'href', 'type'])
      if (typeof link[name] !== 'string' || link[name] === '')
        report('RFC 9083 4.2, 200s', where, `${name} is absent or empty`)
    if (!RELATIONS.has(String(link['rel'])))
      report('RFC 8288 2.1.1, APNIC', where, `relation is not registered: ${String(link['rel'])}`)
    if (!URL.canParse(String(link['href'])) || /[\ufdd0\s]/u.test(String(link['href'])))
      report('RFC 9083 4.2', where, `href is no address: ${String(link['href'])}`)
    const isRdap = ['self', 'related', 'up'].includes(String(link['rel']))
    if (isRdap && link['type'] !== 'application/rdap+json')
      report('RFC 9083 4.2, 200s', where, `${String(link['rel'])} has another type`)
  }
}

function oneObject(object: JsonObject, where: string, report: Report): undefined {
  const name = object['objectClassName']
  if (!isObjectClass(name)) report('RFC 9083 4.7', where, `objectClassName: ${String(name)}`)
  const links = Array.isArray(object['links']) ? object['links'] : []
  const selves = links.filter((link) => isRecord(link) && link['rel'] === 'self').length
  if (selves !== 1) report('NRO profile, 200s', where, `has ${selves} links to itself`)
  if (name !== 'nameserver' && !isText(object['handle']))
    report('RFC 9083 3, 600s', where, 'handle is absent, empty or no string')
  for (const member of ['name', 'type', 'country', 'parentHandle', 'port43', 'lang'])
    if (object[member] !== undefined && !isText(object[member]))
      report('1100s, 1200s, 2300', where, `${member} is empty or no string`)
  statusFindings(object, where, report)
  eventFindings(object, where, report)
  if (name === 'ip network') networkFindings(object, where, report)
  if (name === 'autnum') autnumFindings(object, where, report)
  if (name === 'entity') entityFindings(object, where, report)
  if (name === 'domain') domainFindings(object, where, report)
  if (name === 'nameserver') nameFindings(object['ldhName'], `${where}.ldhName`, report)
}

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== ''
}

function statusFindings(object: JsonObject, where: string, report: Report): undefined {
  const status = object['status']
  if (status === undefined) {
    if (object['objectClassName'] === 'ip network' || object['objectClassName'] === 'autnum')
      report('NRO profile', where, 'status is absent')
    return
  }
  if (!Array.isArray(status)) return report('RFC 9083 4.6, 600s', where, 'status is no array')
  for (const one of status)
    if (!STATUSES.has(String(one)))
      report('RFC 9083 10.2.2, 600s', where, `status is not registered: ${String(one)}`)
  const kinds = status.filter((one) => ['active', 'administrative', 'reserved'].includes(String(one)))
  if (kinds.length !== 1)
    report('NRO profile', where, 'status is not one of active, administrative, reserved')
}

function eventFindings(object: JsonObject, where: string, report: Report): undefined {
  const events = object['events']
  if (events === undefined) return
  if (!Array.isArray(events)) return report('RFC 9083 4.5', where, 'events are no array')
  const seen = new Set<string>()
  for (const event of events) {
    if (!isRecord(event)) return report('RFC 9083 4.5', where, 'events hold no object')
    const action = String(event['eventAction'])
    if (!ACTIONS.has(action))
      report('RFC 9083 10.2.3, 400s', where, `eventAction is not registered: ${action}`)
    if (seen.has(action)) report('ICANN', where, `eventAction is repeated: ${action}`)
    seen.add(action)
    const date = event['eventDate']
    if (typeof date !== 'string' || !RFC_3339.test(date) || Number.isNaN(Date.parse(date)))
      report('RFC 3339, 400s', where, `eventDate: ${String(date)}`)
  }
}

function networkFindings(object: JsonObject, where: string, report: Report): undefined {
  const first = parseAddress(String(object['startAddress']))
  const last = parseAddress(String(object['endAddress']))
  if (!first.ok || !last.ok) return report('RFC 9083 5.4, 1300s', where, 'an address is absent or malformed')
  const family = first.value.space === 'ip4' ? 'v4' : 'v6'
  if (first.value.space !== last.value.space || object['ipVersion'] !== family)
    report('RFC 9083 5.4, 1300s', where, 'ipVersion is not that of the addresses')
  if (first.value.value > last.value.value)
    report('RFC 9083 5.4, 1300s', where, 'the end is before the start')
  const cidrs = object['cidr0_cidrs']
  if (!Array.isArray(cidrs) || cidrs.length === 0)
    return report('cidr0, 1900s', where, 'cidr0_cidrs is absent')
  let next = first.value.value
  for (const cidr of cidrs) {
    const prefix = isRecord(cidr) ? parseAddress(String(cidr[`${family}prefix`])) : null
    const length = isRecord(cidr) ? cidr['length'] : null
    const width = family === 'v4' ? 32 : 128
    if (!prefix?.ok || typeof length !== 'number' || length < 0 || length > width)
      return report('cidr0, 1900s', where, 'a prefix or length is absent or malformed')
    const size = 1n << BigInt(width - length)
    if (prefix.value.value !== next || next % size !== 0n)
      return report('R4', where, 'cidr0_cidrs are not the range, in order')
    next += size
  }
  if (next - 1n !== last.value.value) report('R4', where, 'cidr0_cidrs do not add up to the range')
}

function autnumFindings(object: JsonObject, where: string, report: Report): undefined {
  const { startAutnum: first, endAutnum: last } = object
  if (typeof first !== 'number' || typeof last !== 'number')
    return report('RFC 9083 5.5, 1400s', where, 'a number is absent or no number')
  if (![first, last].every((one) => Number.isInteger(one) && one >= 0 && one <= 4294967295))
    report('RFC 9083 5.5, 1400s', where, 'a number is out of range')
  if (last < first) report('RFC 9083 5.5, 1400s', where, 'the end is before the start')
}

function entityFindings(object: JsonObject, where: string, report: Report): undefined {
  const roles = object['roles']
  if (!Array.isArray(roles) || !roles.every((role) => ROLES.has(String(role))))
    report('RFC 9083 10.2.4, 800s', where, 'roles are no array of registered roles')
  for (const id of Array.isArray(object['publicIds']) ? object['publicIds'] : [])
    if (!isRecord(id) || !isText(id['type']) || !isText(id['identifier']))
      report('RFC 9083 4.8, 1700s', where, 'a public id lacks its type or identifier')
  cardFindings(object['vcardArray'], where, report)
}

function cardFindings(card: Json | undefined, where: string, report: Report): undefined {
  if (!Array.isArray(card) || card[0] !== 'vcard' || !Array.isArray(card[1]))
    return report('RFC 7095 3.2, 1500s', where, 'vcardArray is absent or malformed')
  const names = new Map<string, Json[]>()
  for (const property of card[1]) {
    if (!Array.isArray(property) || property.length < 4 || !isRecord(property[1]))
      return report('RFC 7095 3.3, 1500s', where, 'a property is malformed')
    names.set(String(property[0]), property)
    if (!CARD.has(String(property[0]))) report('NRO profile', where, `jCard property ${String(property[0])}`)
    if (property[0] === 'adr' && !isText(property[1]['label']))
      report('NRO profile', where, 'adr has no label')
    if (property[0] === 'tel' && !isText(property[3])) report('1500s', where, 'tel is empty')
    if (property[0] === 'email' && !/^[^\s@]+@[^\s@]+$/.test(String(property[3])))
      report('1500s', where, `email: ${String(property[3])}`)
  }
  if (!isText(names.get('fn')?.[3])) report('RFC 6350 6.2.1, 1500s', where, 'fn is absent or empty')
  if (names.get('version')?.[3] !== '4.0') report('RFC 6350 6.7.9, 1500s', where, 'version is not 4.0')
  if (!/^(individual|group|org)$/.test(String(names.get('kind')?.[3]))) report('NRO profile', where, 'kind')
}

function nameFindings(name: Json | undefined, where: string, report: Report): undefined {
  if (typeof name !== 'string' || !name.endsWith('.'))
    return report('NRO profile', where, 'has no trailing dot')
  const labels = name.slice(0, -1).split('.')
  const isLdh = (label: string): boolean =>
    /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label) && label.length <= 63
  if (name.length > 254 || !labels.every(isLdh)) report('RFC 9083 5.3, 900s', where, `no LDH name: ${name}`)
}

function domainFindings(object: JsonObject, where: string, report: Report): undefined {
  nameFindings(object['ldhName'], `${where}.ldhName`, report)
  if (!Array.isArray(object['nameservers'])) report('NRO profile', where, 'nameservers are absent')
  if (!isRecord(object['network'])) report('NRO profile', where, 'network is absent')
  const secure = object['secureDNS']
  if (!isRecord(secure) || typeof secure['delegationSigned'] !== 'boolean')
    return report('NRO profile', where, 'secureDNS.delegationSigned is absent')
  const limits = { keyTag: 65535, algorithm: 255, digestType: 255 }
  for (const ds of Array.isArray(secure['dsData']) ? secure['dsData'] : []) {
    for (const [member, most] of Object.entries(limits)) {
      const value = isRecord(ds) ? ds[member] : null
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
        report('RFC 9083 5.3, 2200s', where, `${member} is no number in range`)
    }
    if (!isRecord(ds) || !/^[0-9a-f]+$/i.test(String(ds['digest'])))
      report('RFC 9083 5.3, 2200s', where, 'digest is not hexadecimal')
  }
}
