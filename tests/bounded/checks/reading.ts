// A second, plain reading of records and requests, which shares no code with the procedures: who signed, what was asked
// for and when, whose an application is. What an earlier act gave is read from that act, not from what was recorded of it.

import type { Application, Holder, Instant, JsonObject, RecordKey, Staff } from '@cadastre/records'
import type { SmallState, Taken } from '@cadastre/simulator/bounded'

export function valueAt<T>(state: SmallState, key: string): T | null {
  const value: unknown = state.get(key as RecordKey)?.value ?? null
  return value as T | null
}

export const bodyOf = ({ act }: Taken): JsonObject => (act.kind === 'request' ? act.request.body : {})
export const stepOf = (taken: Taken): string => {
  const body = bodyOf(taken)
  return String(body['step'] ?? body['change'] ?? '')
}
export const textAt = (body: JsonObject, name: string): string => {
  const value = body[name]
  return typeof value === 'string' ? value : ''
}

/** All acts up to this one, the latest first. */
export function* pastOf(taken: Taken): Generator<Taken> {
  for (let one: Taken | null = taken; one !== null; one = one.earlier) yield one
}

/** The act that wrote this entry; null where it was before the history. */
function entry(taken: Taken, index: number): Taken | null {
  for (const one of pastOf(taken)) if (one.index === index) return one
  return null
}
/** The act that opened an application, a move or an order: their handles name its entry. */
export function opening(taken: Taken, handle: string): Taken | null {
  const index = /^[A-Z]-(\d+)$/.exec(handle)?.[1]
  return index === undefined ? null : entry(taken, Number(index))
}

function signedBy(taken: Taken, { alg, key }: { readonly alg: string; readonly key: string }): boolean {
  const { act } = taken
  return act.kind === 'request' && act.signatures.keys.some((one) => one.alg === alg && one.key === key)
}
export const keySigned = (taken: Taken, key: string): boolean =>
  taken.act.kind === 'request' && taken.act.signatures.keys.some((one) => one.key === key)

type Role = 'full' | 'routing' | 'technical'

/** Whether enough of the holder's keys signed this act, by its policy before the act. */
export function holderSigned(taken: Taken, handle: string, role: Role = 'full'): boolean {
  const policy = valueAt<Holder>(taken.before, `obj/holder/${handle}`)?.policy
  if (policy == null) return false
  const signing = policy.keys.filter((key) => signedBy(taken, key))
  const full = signing.filter(({ roles }) => roles.includes('full')).length
  return (
    full >= policy.m ||
    (role !== 'full' && signing.some(({ roles }) => roles.includes(role) || roles.includes('full')))
  )
}

/** Whether any key of the holder signed: one that lives, or one that was removed lately. */
export function anyKeySigned(taken: Taken, handle: string): boolean {
  const holder = valueAt<Holder>(taken.before, `obj/holder/${handle}`)
  const former = (holder?.formerKeys ?? []).filter(({ until }) => until > taken.at)
  return [...(holder?.policy?.keys ?? []), ...former].some((key) => signedBy(taken, key))
}

export function staffSigned(taken: Taken, handle: unknown, roles: readonly string[]): boolean {
  const member = typeof handle === 'string' ? valueAt<Staff>(taken.before, `obj/staff/${handle}`) : null
  return member !== null && member.until === null && roles.includes(member.role) && signedBy(taken, member)
}

/** Whether two different clerks signed, one of them outside the operator. */
export function clerksSigned(taken: Taken, handles: unknown): boolean {
  if (!Array.isArray(handles) || new Set(handles).size < 2) return false
  const outside = handles.some(
    (handle) => valueAt<Staff>(taken.before, `obj/staff/${handle}`)?.outside === true,
  )
  return outside && handles.every((handle) => staffSigned(taken, handle, ['clerk']))
}

export function applicationBefore({ before }: Taken, handle: string): Application | null {
  return valueAt(before, `obj/application/${handle}`)
}

export const SECONDS = (instant: Instant): number => Date.parse(instant) / 1000
export const DAY = 86400

export function changedRecords<T>(
  taken: Taken,
  start: string,
): readonly { key: string; was: T | null; is: T | null }[] {
  return taken.effects
    .filter(({ key }) => key.startsWith(start))
    .map(({ key }) => ({ key, was: valueAt<T>(taken.before, key), is: valueAt<T>(taken.after, key) }))
}
