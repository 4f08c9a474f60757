/** How a holder, an application or a pool reads on its page, for both sides; see facts.ts. */

import { isRecord } from './facts.ts'
import { publicFacts } from './public-facts.ts'
import type { ApplicationAnswer, HolderAnswer, PoolAnswer } from './types.ts'

export type ObjectFacts = {
  /** Title and text; the same titles, in the same order, on both sides. */
  readonly rows: readonly (readonly [string, string])[]
  /** Keys and commitments, a line each. */
  readonly lines: readonly string[]
}

const KIND_OF_HOLDER: { readonly [kind: string]: string } = {
  organisation: 'organisation',
  person: 'person',
  imported: 'imported from a published list; not claimed yet',
}

type Member = string | number | null | undefined

function rows(members: readonly (readonly [string, Member])[]): ObjectFacts['rows'] {
  return members.flatMap(([title, value]) =>
    value === null || value === undefined ? [] : [[title, String(value)] as const],
  )
}

export const keyLine = (alg: string, key: string, roles: readonly string[]): string =>
  `${alg} ${key} ${roles.join(', ')}`
export const commitmentLine = (role: string, field: string, commitment: string): string =>
  `${role} ${field} ${commitment}`
const signatures = (threshold: number, keys: number): string => `${threshold} of ${keys}`

export function holderFacts(answer: HolderAnswer): ObjectFacts {
  const { holder, policy, contacts } = answer
  return {
    rows: rows([
      ['Name', holder.name],
      ['Kind', KIND_OF_HOLDER[holder.kind]],
      ['Country', holder.country],
      ['Identity', answer.identity],
      ['Signatures needed', policy === null ? null : signatures(policy.threshold, policy.keys.length)],
      ['Locked until', answer.lockedUntil],
      ['Cooling, seconds', answer.coolingSeconds],
      ['Frozen until', answer.frozenUntil],
      ['Transferable from', answer.transferableFrom],
      ['Dissolved, as notified', answer.dissolved],
      ['Confirmed', answer.confirmed],
      ['Procedure', answer.procedure],
      ['Since entry', answer.since],
    ]),
    lines: [
      ...(policy?.keys ?? []).map(({ alg, key, roles }) => keyLine(alg, key, roles)),
      ...contacts.flatMap(({ role, fields }) =>
        fields.map(({ field, commitment }) => commitmentLine(role, field, commitment)),
      ),
    ],
  }
}

export function applicationFacts(answer: ApplicationAnswer): ObjectFacts {
  return {
    rows: rows([
      ['Procedure', answer.procedure],
      ['State', answer.state],
      ['Due', answer.due],
      ['Reason', answer.reason?.code],
      ['Since entry', answer.since],
    ]),
    lines: answer.consents.map((handle) => `consent of ${handle}`),
  }
}

export function poolFacts(answer: PoolAnswer): ObjectFacts {
  return {
    rows: rows([
      ['Range', answer.range],
      ['Chosen by', answer.open ? 'the applicant' : 'the queue'],
      ['Since entry', answer.since],
    ]),
    lines: [],
  }
}

/** The same from an object's JSON, by the type in its key; null where this page shows no such type. */
export function objectFactsOfRecord(key: string, json: unknown): ObjectFacts | null {
  if (!isRecord(json)) return null
  if (key.startsWith('obj/holder/')) return holderFactsOf(json)
  if (key.startsWith('obj/application/')) return applicationFactsOf(json)
  return key.startsWith('obj/pool/') ? poolFactsOf(json) : publicFacts(key, json)
}

type JsonObject = { readonly [member: string]: unknown }

function member(json: JsonObject, name: string): Member {
  const value = json[name]
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function holderFactsOf(json: JsonObject): ObjectFacts {
  const policy = isRecord(json['policy']) ? json['policy'] : null
  const keys = objects(policy?.['keys'])
  const of = (name: string): Member => member(json, name)
  return {
    rows: rows([
      ['Name', of('name')],
      ['Kind', KIND_OF_HOLDER[String(json['kind'])]],
      ['Country', of('country')],
      ['Identity', of('identity')],
      ['Signatures needed', policy === null ? null : signatures(Number(policy['m']), keys.length)],
      ['Locked until', of('lockedUntil')],
      ['Cooling, seconds', of('coolingSeconds')],
      ['Frozen until', of('frozenUntil')],
      ['Transferable from', of('transferableFrom')],
      ['Dissolved, as notified', isRecord(json['dissolved']) ? member(json['dissolved'], 'at') : null],
      ['Confirmed', of('confirmed')],
      ['Procedure', of('procedure')],
      ['Since entry', of('since')],
    ]),
    lines: [
      ...keys.map(({ alg, key, roles }) => keyLine(String(alg), String(key), strings(roles))),
      ...objects(json['contacts']).flatMap(({ role, fields }) =>
        Object.entries(isRecord(fields) ? fields : {}).map(([field, commitment]) =>
          commitmentLine(String(role), field, String(commitment)),
        ),
      ),
    ],
  }
}

function applicationFactsOf(json: JsonObject): ObjectFacts {
  const of = (name: string): Member => member(json, name)
  return {
    rows: rows([
      ['Procedure', of('procedure')],
      ['State', of('state')],
      ['Due', of('due')],
      ['Reason', of('reason')],
      ['Since entry', of('since')],
    ]),
    lines: strings(json['consents']).map((handle) => `consent of ${handle}`),
  }
}

function poolFactsOf(json: JsonObject): ObjectFacts {
  const prefix = json['space'] === 'asn' ? 'AS' : ''
  const [first, last] = [`${prefix}${json['first']}`, `${prefix}${json['last']}`]
  return {
    rows: rows([
      ['Range', prefix !== '' && first === last ? first : `${first} - ${last}`],
      ['Chosen by', json['open'] === true ? 'the applicant' : 'the queue'],
      ['Since entry', member(json, 'since')],
    ]),
    lines: [],
  }
}
