/** What the model says of an act, and the questions that every procedure's page asks first. */

import type { JsonObject, Replaced } from '@cadastre/records'
import type { FeeNote } from './fees.ts'
import { memberHash, memberName, type Parcel, registrationOf, type World } from './world.ts'

export type Key = { readonly alg: string; readonly key: string }

/** A request as it came. */
export type Asked = {
  readonly world: World
  readonly procedure: string
  readonly body: JsonObject
  readonly replaces: readonly Replaced[]
  readonly keys: readonly Key[]
  readonly statements: readonly Statement[]
  readonly feeNotes: readonly FeeNote[]
  readonly origin: string
  readonly expires: string
  readonly received: string
  /** Canonical text of the whole request. */
  readonly text: string
}
/** Another registry's word, as the registrar has verified it. */
export type Statement = {
  readonly origin: string
  readonly policy: string
  readonly at: string
  readonly key: string
  readonly record: unknown
  readonly hash: string
  readonly checkpoint: { readonly size: number; readonly root: string } | null
}
/** An act of the registrar. */
export type Fallen = { readonly world: World; readonly procedure: string; readonly subject: string }

/**
 * `accept` changes the picture. `unless`: codes of limits on sizes, which the model does not measure; where the registry
 * answers with one of them, the model takes its word.
 */
export type Verdict =
  | { readonly refuse: string; readonly or?: readonly string[] }
  | { readonly accept: () => void; readonly unless?: readonly string[] }

/** Two names for too much: which of them comes first depends on how entries are measured. */
const TOO_MUCH: readonly string[] = ['range-not-a-block', 'entry-too-large']
export const refuse = (code: string): Verdict =>
  code === 'range-not-a-block' ? { refuse: code, or: TOO_MUCH } : { refuse: code }
/** Limits on what one entry or one decision holds. */
export const SIZES: readonly string[] = ['entry-too-large', 'range-too-busy']

export type Rule = {
  /** Members of the body for each step: `name:kind`, see `shapes.ts`. */
  readonly shape: string | { readonly [step: string]: string }
  /** Name of the member that tells steps apart. */
  readonly by?: string
  request(asked: Asked): Verdict
  due?(fallen: Fallen): Verdict
}

export const textOf = (body: JsonObject, name: string): string => String(body[name])
export function later(instant: string, seconds: number): string {
  return `${new Date(Date.parse(instant) + seconds * 1000).toISOString().slice(0, 19)}Z`
}
export const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000

/** The first code of those that apply. */
export function firstOf(...codes: readonly (string | false | null | undefined)[]): string | null {
  for (const code of codes) if (typeof code === 'string') return code
  return null
}

/** The codes that stand on every page from `procedure-unknown` to `still-founding`. */
export function opening({ world, origin, expires, received, procedure }: Asked): string | null {
  const registry = world.registry()
  if (registry === null || world.procedure(procedure) === null) return 'procedure-unknown'
  return firstOf(
    registry.origin !== origin && 'wrong-origin',
    received > expires && 'request-expired',
    registry.state === 'founding' && 'still-founding',
  )
}
export function paused({ world, received }: Asked): string | null {
  const pause = world.registry()?.paused ?? null
  return pause !== null && pause.since <= received && received < pause.until ? 'paused' : null
}
export const openAndRunning = (asked: Asked): string | null => opening(asked) ?? paused(asked)

/** Whether a member that the request replaces is named as it stands. */
export function names({ world, replaces }: Asked, member: string, value: unknown): boolean {
  const named = replaces.find((one) => one.member === member)
  return named !== undefined && named.hash === (value === null ? null : memberHash(world, value))
}
export function namesParcel(asked: Asked, parcel: Parcel): boolean {
  return names(asked, memberName(parcel), registrationOf(parcel))
}

/** Parameters in force when it was received. */
export function parameters(world: World, id: string, received: string): { readonly [name: string]: number } {
  const record = world.procedure(id)
  if (record === null) throw new Error(`no procedure ${id}`)
  const terms = record.revisions.findLast(({ from }) => from <= received) ?? record
  return terms.parameters as { readonly [name: string]: number }
}
/** Each version of the parameters that was in force at some time since the entry. */
export function parametersSince(
  world: World,
  id: string,
  since: number,
  received: string,
): readonly { readonly [name: string]: number }[] {
  const record = world.procedure(id)
  if (record === null) throw new Error(`no procedure ${id}`)
  const all = [{ ...record, from: '' }, ...record.revisions].filter(({ from }) => from <= received)
  const before = all.findLastIndex((terms) => terms.since <= since)
  return all
    .slice(Math.max(before, 0))
    .map((terms) => terms.parameters as { readonly [name: string]: number })
}
