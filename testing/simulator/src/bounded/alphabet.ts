/** All that can be asked of the registry in a state, by families of procedures; and when to ask it. */

import {
  type Application,
  addSeconds,
  canFallDue,
  dueOf,
  type Instant,
  type RecordKey,
} from '@cadastre/records'
import * as holders from './acts-holders.ts'
import * as law from './acts-law.ts'
import type { Offered } from './acts-numbers.ts'
import * as numbers from './acts-numbers.ts'
import * as registry from './acts-registry.ts'
import type { SmallState } from './small-state.ts'
import { attestation, hashOf, keyOf, OPERATOR_KEYS, type Wish } from './small-world.ts'
import { signings, type View } from './view.ts'

export type Offers = (view: View) => readonly Offered[]

export type Family =
  | 'allocate'
  | 'transfer'
  | 'return'
  | 'delegate'
  | 'services'
  | 'moves'
  | 'peers'
  | 'holders'
  | 'keys'
  | 'dissolve'
  | 'succeed'
  | 'claims'
  | 'corrections'
  | 'holds'
  | 'takings'
  | 'contests'
  | 'authorities'
  | 'disputes'
  | 'sanctions'
  | 'pause'
  | 'adoption'
  | 'staff'
  | 'witnesses'
  | 'succession'

/** What belongs together; every procedure is in one of them. */
const FAMILIES: { readonly [F in Family]: readonly Offers[] } = {
  allocate: [numbers.allocations],
  transfer: [numbers.transfers],
  return: [numbers.returns],
  delegate: [numbers.delegations],
  services: [numbers.services],
  moves: [numbers.movesOut, numbers.movesIn],
  peers: [registry.peerChanges],
  holders: [
    holders.identifications,
    holders.confirmations,
    holders.updates,
    holders.erasures,
    holders.extracts,
  ],
  keys: [holders.rotations, holders.recoveries, holders.locks],
  dissolve: [holders.dissolutions],
  succeed: [holders.successions],
  claims: [holders.claims],
  corrections: [holders.corrections],
  holds: [law.holds],
  takings: [law.takings],
  contests: [law.contests],
  authorities: [law.authorities],
  disputes: [law.annotations, registry.complaints],
  sanctions: [law.sanctions],
  pause: [registry.pauses, registry.incidents],
  adoption: [registry.adoptions],
  staff: [registry.staffChanges],
  witnesses: [registry.witnessChanges],
  succession: [registry.handOvers, registry.foundings],
}
export const ALL_FAMILIES: readonly Family[] = Object.keys(FAMILIES) as Family[]

/** Whatever was begun goes on, whichever family it is of. */
const ALWAYS: readonly Offers[] = [
  law.publications,

  registry.attestations,
  registry.notices,
  registry.endings,
  registry.staffEndings,
]

/** What these families offer, each apart. */
export function generatorsOf(families: readonly Family[]): readonly Offers[] {
  return [...families.flatMap((family): readonly Offers[] => FAMILIES[family]), ...ALWAYS]
}

export function offersIn(view: View, families: readonly Family[]): readonly Offered[] {
  return generatorsOf(families).flatMap((offers) => offers(view))
}

/** The same wish for another registry, after its expiry, or on something that no longer stands: never to be accepted. */
export function hostile({ wish }: Offered): readonly Wish[] {
  const replaces = (wish.replaces ?? []).map((one) => ({ ...one, hash: hashOf('something else') }))
  const stale = replaces.length === 0 ? [] : [{ ...wish, replaces }]
  return [{ ...wish, origin: 'other.example/log' }, { ...wish, expired: true }, ...stale]
}

/** The same wish with signatures that must not be enough. */
export function wronglySigned(view: View, { wish, whose }: Offered): readonly Wish[] {
  return signings(view, wish, whose, OPERATOR_KEYS).slice(1)
}

/** Applications that nobody has committed himself to yet. */
export function openExaminations(view: View): readonly Application[] {
  return view.applications.filter(
    ({ state, examination }) =>
      state === 'examining' && examination?.calls.every(({ commitment }) => commitment === null) === true,
  )
}

/** Both attestors answer every question with yes: they commit themselves, then reveal. */
export function attested(view: View, { handle, examination }: Application): readonly Wish[] {
  const { questions = [], calls = [] } = examination ?? {}
  const words = calls.map(({ staff }) => ({ staff, said: attestation(handle, staff, questions, 'yes') }))
  const procedure = 'attest/1'
  return [
    ...words.map(({ staff, said }) => {
      const commitment = view.memberHash(said)
      return {
        procedure,
        body: { step: 'commit', application: handle, staff, commitment },
        by: [keyOf(staff)],
      }
    }),
    ...words.map(({ staff, said }) => ({ procedure, body: { step: 'reveal', ...said }, by: [keyOf(staff)] })),
  ]
}

export type DueAct = { readonly procedure: string; readonly subject: RecordKey }

/** What waits for its time, due or not. */
export function dueActs(state: SmallState): readonly DueAct[] {
  const found: DueAct[] = []
  for (const [key, { value }] of state.entries()) {
    if (!canFallDue(key)) continue
    const due = dueOf(key, value)
    if (due !== null) found.push({ procedure: due.procedure, subject: key })
    // Whoever writes the log may say of anything that it has fallen due.
    if (!key.startsWith('obj/application/')) continue
    const record: unknown = value
    const { procedure } = record as Application
    if (due?.procedure !== procedure) found.push({ procedure, subject: key })
  }
  return found
}

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g
/** Later than this nothing new happens in a history of a few acts. */
const HORIZON_SECONDS = 250 * 86400

/**
 * When something may become possible: every instant that a record which this history has written names, just before the
 * first of them, and a long time later.
 */
export function momentsIn(state: SmallState, at: Instant, most: number): readonly Instant[] {
  const named = new Set<Instant>()
  for (const [, { text }] of state.written())
    for (const [found] of text.matchAll(INSTANT)) if (found > at) named.add(found as Instant)
  const moments = [...named].sort().slice(0, most)
  const horizon = addSeconds(at, HORIZON_SECONDS)
  const [first] = moments
  const before = first === undefined ? null : addSeconds(first, -1)
  return [
    ...(before !== null && before > at ? [before] : []),
    ...moments.filter((moment) => moment < horizon),
    horizon,
  ]
}
