/** A record of an object as lines for people: every member that says something, in words, the nested ones indented. */

import {
  type Cell,
  type Holder,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  type Registration,
} from '@cadastre/records'

const WIDTH = 24

/** `lockedUntil` as `locked until`. */
function words(member: string): string {
  return member.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

/** Whether a value says nothing: null, or a list or object of nothing. */
function saysNothing(value: Json): boolean {
  if (value === null) return true
  if (isArray(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

function membersOf(record: JsonObject, indent: string): readonly string[] {
  return Object.entries(record).flatMap(([name, value]) =>
    name === 'v' || saysNothing(value) ? [] : lineOf(words(name), value, indent),
  )
}

function lineOf(title: string, value: Json, indent: string): readonly string[] {
  const label = `${indent}${title.padEnd(WIDTH - indent.length)} `
  if (isArray(value)) {
    const plain = value.every((item) => !isObject(item) && !isArray(item))
    if (plain) return [`${label}${value.map(String).join(', ')}`]
    return value.flatMap((item, index) => lineOf(`${title} ${index + 1}`, item, indent))
  }
  if (isObject(value)) return [`${indent}${title}`, ...membersOf(value, `${indent}  `)]
  if (typeof value === 'boolean') return [`${label}${value ? 'yes' : 'no'}`]
  const [first = '', ...rest] = String(value).trimEnd().split('\n')
  return [`${label}${first}`, ...rest.map((line) => `${' '.repeat(label.length)}${line}`)]
}

/** Members that a holder's head says already, or that lines of their own tell better. */
const TOLD = new Set(['handle', 'name', 'kind', 'country', 'policy', 'contacts', 'procedure', 'since'])

const KINDS: { readonly [K in Holder['kind']]: string } = {
  organisation: 'organisation',
  person: 'person, whose name is not in the register',
  imported: 'imported from a published list; nobody has claimed it yet',
}

function holderLines(holder: Holder): readonly string[] {
  const { handle, name, kind, country, policy, contacts, procedure, since } = holder
  const label = (title: string): string => `  ${title.padEnd(WIDTH - 2)} `
  const rest = Object.fromEntries(Object.entries(holder).filter(([member]) => !TOLD.has(member)))
  return [
    `  ${name === null ? handle : `${name} (${handle})`}, ${KINDS[kind]}${country === null ? '' : `, country ${country}`}`,
    `${label('recorded')}by ${procedure} in entry ${since}`,
    ...(policy === null
      ? []
      : [
          `${label('signatures needed')}${policy.m} of ${policy.keys.length}`,
          ...policy.keys.map(
            ({ alg, key, roles }) => `${label('key')}${alg} ${key}, for ${roles.join(', ')}`,
          ),
          ...(policy.guardians.length === 0 ? [] : [`${label('guardians')}${policy.guardians.join(', ')}`]),
        ]),
    ...contacts.map(
      ({ role, kind: of, fields }) =>
        `${label('contact')}${role} (${of}): ${Object.keys(fields).join(', ') || 'nothing'}; the log holds commitments only`,
    ),
    ...membersOf(rest as JsonObject, '  '),
  ]
}

function registrationLine(registration: Registration): string {
  const { id, kind, first, last, holder, status, until, procedure, since } = registration
  const numbers = first === last ? first : `${first} - ${last}`
  const term = until === null ? '' : ` until ${until}`
  return `  ${id} ${kind} ${numbers} ${holder ?? 'no holder'} (${status})${term}, by ${procedure} in entry ${since}`
}

function cellLines({ registrations, rdns, routes, roas }: Cell): readonly string[] {
  return [
    ...registrations.map(registrationLine),
    ...(rdns === null ? [] : [`  reverse DNS ${rdns.ns.join(', ')}`]),
    ...routes.map(({ origin }) => `  route originated by AS${origin}`),
    ...roas.map(({ asn, maxLength }) => `  origin authorised: AS${asn}, up to /${maxLength}`),
  ]
}

/** What is recorded at a key, indented by two. */
function recordLines(key: string, record: JsonObject): readonly string[] {
  if (!key.startsWith('obj/')) return cellLines(record as Cell)
  return key.startsWith('obj/holder/') ? holderLines(record as Holder) : membersOf(record, '  ')
}

/** Each key with what is recorded there. */
export function coveringLines(
  covering: readonly { readonly key: string; readonly record: JsonObject }[],
): readonly string[] {
  return covering.flatMap(({ key, record }) => [key, ...recordLines(key, record)])
}
