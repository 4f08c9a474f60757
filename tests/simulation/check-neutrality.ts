// Section E of the catalogue: who asks changes nothing. Two metamorphic relations beside `blindDecision`: two holders
// change places in the whole state and in the request, names, countries, keys and portfolios with them; and holders
// have more besides what the decision is about. Whatever is decided is the same, byte for byte.

import { createHash } from 'node:crypto'
import { type Act, execute } from '@cadastre/procedures'
import {
  type Cell,
  canonicalJson,
  type Holder,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  type RecordKey,
  type Registration,
} from '@cadastre/records'
import { MemoryState, type Observer, type Records, type Step } from '@cadastre/simulator'
import { objects } from './agreement.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

/** What was decided, as it is stored; of a refusal its codes. */
function decisionOf({ outcome }: Step['executed'], change: (value: Json) => Json = (value) => value): string {
  if (!outcome.accepted) return outcome.refusals.join()
  return canonicalJson(
    outcome.stamped.map(({ key, next }) => ({ key: change(key), next: change(next) })) as Json,
  )
}

/** Where two decisions begin to differ. */
function difference(right: string, said: string): string {
  let at = 0
  while (right[at] === said[at]) at++
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 60)
  return `…${around(right)}… became …${around(said)}…`
}

/** Every text changed, in members' names too. */
function mapped(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (isArray(value)) return value.map((item) => mapped(item, change))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [change(name), mapped(member, change)]),
  )
}

/** The two that change places: another pair at each step. */
function pairOf(before: Records, index: number): readonly [string, string] | null {
  const handles = objects<Holder>(before, 'holder').flatMap(({ handle }) =>
    /^H-\d+$/.test(handle) ? [handle] : [],
  )
  const one = handles[index % handles.length]
  const other = handles[(index * 7 + 1) % handles.length]
  return one === undefined || other === undefined || one === other ? null : [one, other]
}

const HANDLE = /\bH-\d+\b/g

function exchange([one, other]: readonly [string, string]): (text: string) => string {
  return (text) =>
    text.replaceAll(HANDLE, (handle) => (handle === one ? other : handle === other ? one : handle))
}

/** Hashes of members as requests name them, to those of the changed members. */
function memberHashes(
  before: Records,
  state: MemoryState,
  change: (value: Json) => Json,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const add = (member: Json): void =>
    void found.set(state.memberHash(member), state.memberHash(change(member)))
  for (const [key, record] of before) {
    for (const member of Object.values(record as JsonObject)) add(member)
    if (key.startsWith('obj/')) continue
    const { registrations } = record as { readonly registrations: readonly Json[] }
    for (const registration of registrations) add(registration)
  }
  return found
}

function changedAct(act: Act, change: (text: string) => string): Act {
  if (act.kind === 'due') return { ...act, subject: change(act.subject) as RecordKey }
  const { request } = act
  const replaces = mapped(request.replaces as Json, change) as typeof request.replaces & Json
  return { ...act, request: { ...request, body: mapped(request.body, change) as JsonObject, replaces } }
}

export const sameForAnyone: Observer = {
  name: 'E: two holders that change places are decided on alike',
  decided(step: Step): string | null {
    const { act, before, executed, index } = step
    const pair = index % 4 === 1 ? pairOf(before, index) : null
    if (pair === null) return null
    const names = exchange(pair)
    const state = new MemoryState(sha256)
    // Records and requests name members by their hashes: these change with them.
    const hashes = memberHashes(before, state, (value) => mapped(value, names))
    const back = new Map([...hashes].map(([one, other]) => [other, one]))
    const there = (text: string): string => hashes.get(text) ?? names(text)
    for (const [key, record] of before) state.set(names(key) as RecordKey, mapped(record, there))
    const other = execute(step.procedure, changedAct(act, there), state, step.at, index)
    const said = decisionOf(other, (value) => mapped(value, (text) => back.get(text) ?? names(text)))
    const right = decisionOf(executed)
    return said === right ? null : `${pair.join(' and ')} exchanged: ${difference(right, said)}`
  },
}

/** A holding outside every pool, which no decision about others can be about. */
function besides(handle: string, position: number): readonly [RecordKey, Json] {
  const first = `192.0.2.${192 + (position % 64)}`
  const registration: Registration = {
    id: `R-9000000-${position + 1}`,
    kind: 'holding',
    first,
    last: first,
    holder: handle,
    status: 'assigned',
    country: null,
    registered: null,
    until: null,
    protected: false,
    provenance: null,
    procedure: 'import/1',
    since: 0,
  }
  const cell: Cell = { v: 1, registrations: [registration], rdns: null, routes: [], roas: [] }
  return [`ip4/${first}/32` as RecordKey, JSON.parse(JSON.stringify(cell)) as Json]
}

export const blindToPortfolio: Observer = {
  name: 'E: what else a holder has changes no decision',
  decided(step: Step): string | null {
    const { act, before, executed, index } = step
    if (index % 4 !== 3) return null
    const state = new MemoryState(sha256)
    for (const [key, record] of before) state.set(key, record)
    for (const [position, { handle }] of objects<Holder>(before, 'holder').entries()) {
      const [key, cell] = besides(handle, position)
      if (!before.has(key)) state.set(key, cell)
    }
    const said = decisionOf(execute(step.procedure, act, state, step.at, index))
    const right = decisionOf(executed)
    return said === right ? null : `with other holdings besides: ${difference(right, said)}`
  },
}

/** Every commitment to a contact another one: name, address, language, mail address of whoever it is. */
function otherContacts(value: Json, commitment: (text: string) => string): Json {
  if (isArray(value)) return value.map((item) => otherContacts(item, commitment))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'fields'
        ? mapped(member, (text) => commitmentOr(text, commitment))
        : otherContacts(member, commitment),
    ]),
  )
}

/** Names of fields stay; only what is 32 bytes in base64 is a commitment. */
function commitmentOr(text: string, commitment: (text: string) => string): string {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? commitment(text) : text
}

const anotherPerson = (text: string): string => createHash('sha256').update(text).digest('base64')

export const blindToContacts: Observer = {
  name: 'E: who can be reached, and in which language, changes no decision',
  decided(step: Step): string | null {
    const { act, before, executed, index } = step
    if (act.kind === 'due' || (index % 4 !== 2 && act.request.body['contacts'] === undefined)) return null
    const other = (value: Json): Json => otherContacts(value, anotherPerson)
    const state = new MemoryState(sha256)
    for (const [key, record] of before) state.set(key, other(record))
    const hashes = memberHashes(before, state, other)
    const { request } = act
    const replaces = request.replaces.map(({ member, hash }) => ({
      member,
      hash: hash === null ? null : (hashes.get(hash) ?? hash),
    }))
    const disguised: Act = {
      ...act,
      request: { ...request, body: other(request.body) as JsonObject, replaces },
    }
    const none = (value: Json): Json => otherContacts(value, () => '')
    const said = decisionOf(execute(step.procedure, disguised, state, step.at, index), none)
    const right = decisionOf(executed, none)
    return said === right ? null : `with other contacts: ${difference(right, said)}`
  },
}
