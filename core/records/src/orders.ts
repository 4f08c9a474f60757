/**
 * Orders of authorities, and the register of those who may give them (procedures.md section D). An authority is a
 * sovereign institution: the kinds have no word for a private body.
 */

import type { JsonObject } from './json.ts'
import type { EnrolledKey, KeyPolicy } from './objects.ts'
import { DAY_SECONDS, type Instant } from './time.ts'

export const AUTHORITY_KINDS = [
  'court',
  'regulator',
  'prosecutor',
  'legislature',
  'insolvencyOffice',
  'enforcementOfficer',
] as const
export type AuthorityKind = (typeof AUTHORITY_KINDS)[number]

/** All that can be ordered here; anything else goes back with this list. */
export const ORDER_EFFECTS = [
  'disclose',
  'annotate',
  'hold',
  'correct',
  'transferTo',
  'appointRepresentative',
  'cancelToPool',
  'withdrawNamedService',
  'vary',
  'stay',
  'lift',
] as const
export type OrderEffect = (typeof ORDER_EFFECTS)[number]

/** What takes numbers, a service or the say over them away: never sealed, and never before a notice and a window. */
const WINDOW_EFFECTS: readonly string[] = [
  'transferTo',
  'cancelToPool',
  'withdrawNamedService',
  'appointRepresentative',
]
export function waitsForWindow(effect: OrderEffect | 'outside'): boolean {
  return WINDOW_EFFECTS.includes(effect)
}

/** What goes on for as long as it is ordered; everything else is done once. */
const LASTING_EFFECTS: readonly string[] = ['annotate', 'hold', 'appointRepresentative']
export function isLasting(effect: OrderEffect | 'outside'): boolean {
  return LASTING_EFFECTS.includes(effect)
}

/** Ten business days: the least window, and for how long a text without a rooted seal is public first. */
export const ORDER_WINDOW_SECONDS: number = 14 * DAY_SECONDS
/** The full public notice of a new authority. */
export const AUTHORITY_NOTICE_SECONDS: number = 90 * DAY_SECONDS
/** How long a hold of an authority that is no court lasts, unless the law that it is registered with says otherwise. */
export const ADMINISTRATIVE_HOLD_SECONDS: number = 30 * DAY_SECONDS
/** The longest seal without renewal, a leap year. */
export const MAX_SEAL_SECONDS: number = 366 * DAY_SECONDS

/** The ten items of the checklist, which two attestors answer blind to each other. Facts; merits are never an item. */
export const CHECKLIST = [
  'authority-registered',
  'effect-allowed',
  'in-force-at-seat',
  'served-authentic',
  'binds-registry',
  'lists-numbers',
  'effect-in-vocabulary',
  'duration-stated',
  'notice-stated',
  'not-superseded',
] as const
/** Asked besides, where the authority is no court: an order in favour of the operator, its owner or funder needs one. */
export const NOT_FOR_OPERATOR = 'not-for-operator'

export type AuthorityTerms = {
  readonly kind: AuthorityKind
  readonly name: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** The law that gives it its power. */
  readonly legalBasis: string
  readonly effectsAllowed: readonly OrderEffect[]
  /** Where it serves and is called back, as gazetted. */
  readonly channels: readonly string[]
  /** SHA-256 of its seal certificates (DER), standard base64. */
  readonly sealCerts: readonly string[]
  /** Which courts or offices are above and below each other: rank counts only within one hierarchy of one country. */
  readonly hierarchy: string
  /** A higher number prevails. */
  readonly rank: number
  /** Whether an appeal that was filed stays its orders by law. */
  readonly appealStays: boolean
  /** How long its holds last by law, seconds; null: 30 days where it is no court. */
  readonly holdSeconds: number | null
}

/** `obj/authority/<handle>` */
export type Authority = {
  readonly v: 1
  readonly handle: string
  readonly terms: AuthorityTerms
  /** Until then it may only `hold` and `annotate`. */
  readonly noticedUntil: Instant
  /** Hash of the gazette that was examined last. */
  readonly gazette: string
  readonly ended: Instant | null
  /** The application in which it was examined last. */
  readonly application: string
  readonly since: number
}

/** Root of trust: a certificate to which seals chain, fixed at genesis for good. */
export type SealRoot = { readonly name: string; readonly certificate: string }

/** `obj/desk/ORDERS`: the roots, and how many orders there are, sealed ones too. */
export type Desk = {
  readonly v: 1
  readonly roots: readonly SealRoot[]
  /** Orders served so far. */
  readonly served: number
  /** Of them, those under a seal now. */
  readonly sealed: number
  readonly since: number
}

/** `obj/document/<handle of its hash>`: the order that was served with this document, so that none is served twice. */
export type ServedDocument = { readonly v: 1; readonly order: string; readonly since: number }

/** Exactly these numbers of exactly this registration. */
export type ScopeItem = {
  /** Key of a cell that holds the registration, or that it covers. */
  readonly key: string
  readonly id: string
  readonly range: string
}

/** How it is known that the document is the authority's. `report`: hash of the machine's report on its signature. */
export type Authenticity =
  | {
      readonly means: 'seal'
      readonly certificate: string
      readonly root: string
      readonly report: string
    }
  | {
      readonly means: 'bailiff' | 'certified-copy'
      /** Hash of the record of service, or of the certification. */
      readonly record: string
      /** Hash of the note of the call to the gazetted number. */
      readonly callBack: string
    }

export type CorrectedField = 'country' | 'registered' | 'status' | 'name'

/** What is ordered, and all that this effect needs to know. */
export type OrderDetail =
  | {
      readonly effect: 'disclose'
      /** Commitments to what is to be opened to the authority; none while that is sealed. */
      readonly commitments: readonly string[]
    }
  | { readonly effect: 'annotate' | 'hold' | 'cancelToPool' }
  | { readonly effect: 'correct'; readonly field: CorrectedField; readonly value: string | null }
  | { readonly effect: 'transferTo'; readonly receiver: string }
  | {
      readonly effect: 'appointRepresentative'
      readonly m: number
      readonly keys: readonly EnrolledKey[]
    }
  | {
      readonly effect: 'withdrawNamedService'
      /** Key of the cell, and the service exactly as it is declared there. */
      readonly services: readonly { readonly at: string; readonly service: JsonObject }[]
    }
  | {
      readonly effect: 'vary'
      readonly order: string
      /** The new end; null: open-ended. */
      readonly until: Instant | null
      /** The new end of its seal; null: the seal stays as it is. */
      readonly sealUntil: Instant | null
    }
  | { readonly effect: 'stay'; readonly order: string }
  /** `stay`: what stays the order is lifted, and it goes on. */
  | { readonly effect: 'lift'; readonly order: string; readonly what: 'order' | 'stay' }
  /** Not in the vocabulary; `described`: hash of what was ordered. It goes back with the list. */
  | { readonly effect: 'outside'; readonly described: string }

export const ORDER_STATES = [
  'received',
  'returned',
  'verified',
  'noticed',
  'window',
  'executed',
  'stayed',
  'conflict',
  'expired',
  'lifted',
  'varied',
  'reversed',
] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** What keeps the text from the public for a while. */
export type OrderSeal = {
  readonly until: Instant
  /** Hash of {@link SealOpening}, as of a member of a record. */
  readonly commitment: string
  readonly opened: Instant | null
  /** It has ended, and the opening is missing. */
  readonly overdue: boolean
}
/** What the end of a seal shows. The nonce is 32 random bytes. */
export type SealOpening = {
  readonly document: string
  readonly reference: string
  readonly holder: string | null
  readonly commitments: readonly string[]
  readonly nonce: string
}

/** `obj/order/O-41`; its examination is the application `A-41` of the same entry. */
export type OrderRecord = {
  readonly v: 1
  readonly handle: string
  readonly authority: string
  /** The authority's own reference; null while sealed. */
  readonly reference: string | null
  /** SHA-256 of the document; null while sealed. */
  readonly document: string | null
  /** Date of the order, RFC 3339 full-date. */
  readonly date: string
  readonly authenticity: Authenticity
  /** Whether its seal chains to a root named at genesis. */
  readonly rooted: boolean
  readonly detail: OrderDetail
  readonly scope: readonly ScopeItem[]
  /** Whom it names. */
  readonly holder: string | null
  /** End of what lasts; null: open-ended, or done once. */
  readonly until: Instant | null
  /** Execution as the order fixes it: it prevails over the window. */
  readonly executeFrom: Instant | null
  readonly seal: OrderSeal | null
  /** The order that this one reverses on appeal. */
  readonly reverses: string | null
  readonly state: OrderState
  /** Why it was returned: a refusal code. */
  readonly reason: string | null
  readonly application: string
  /** The answers that count, by question; null before. */
  readonly checklist: { readonly [question: string]: 'yes' | 'no' } | null
  /** When it came to the desk, as the clerk says, and when that was recorded. */
  readonly served: Instant
  readonly received: Instant
  readonly verified: Instant | null
  /** An attempt to notify the holder was logged. */
  readonly notified: Instant | null
  /** The text, redacted as ordered: its hash, and since when it is public. */
  readonly published: { readonly text: string; readonly at: Instant } | null
  /** When the window ends, a conflict is looked at again, or the rest of what has ended is released. */
  readonly windowEnd: Instant | null
  /** When the window began, and how many seconds of pause its end already makes up for. */
  readonly opened: Instant
  readonly pausedSeconds: number
  readonly executed: Instant | null
  readonly ended: Instant | null
  /** `by`: the order that stays it; null: an appeal, by law. */
  readonly stayed: {
    readonly by: string | null
    readonly from: OrderState
    readonly until: Instant | null
  } | null
  /** Orders that contradict it, none of which prevails; each of them names it too, while it stands. */
  readonly conflicts: readonly string[]
  readonly variedBy: string | null
  /** The one objection to its facts: its application, and how it ended. */
  readonly objection: {
    readonly application: string
    readonly upheld: boolean | null
  } | null
  /** When the authority was last asked whether an open-ended order still stands, and when it is asked next. */
  readonly asked: Instant | null
  readonly askAgain: Instant | null
  readonly due: Instant | null
  readonly since: number
}

/** An order that is to be executed or a hold in force, on the notes of a registration that it names. */
export type NotedOrder = {
  readonly order: string
  readonly effect: OrderEffect
  readonly range: string
  /** Whether it stops transfers now; a pending order does not. */
  readonly holds: boolean
  readonly until: Instant | null
}

/** A representative that acts for a holder, and the keys that come back when that ends. */
export type Representative = { readonly order: string; readonly restores: KeyPolicy | null }

/** Whether the order can still have or lose an effect. */
export function isLive({ state, detail }: OrderRecord): boolean {
  switch (state) {
    case 'returned':
    case 'expired':
    case 'lifted':
    case 'reversed':
      return false
    case 'executed':
    case 'varied':
      return isLasting(detail.effect)
    default:
      return true
  }
}

/** The next instant at which something happens to the order by itself; null where nothing does. */
export function nextDue(order: OrderRecord): Instant | null {
  const { state, seal, stayed, until, windowEnd, askAgain } = order
  const times: (Instant | null)[] = []
  if (seal !== null && seal.opened === null && !seal.overdue) times.push(seal.until)
  if (!isLive(order) || state === 'stayed') times.push(windowEnd)
  if (state !== 'received' && isLive(order)) {
    if (isLasting(order.detail.effect)) times.push(until)
    if (state === 'window' || state === 'conflict') times.push(windowEnd)
    if (state === 'executed' || state === 'varied') times.push(askAgain)
    if (state === 'stayed') times.push(stayed?.until ?? null)
  }
  return times.filter((time) => time !== null).sort()[0] ?? null
}
