/**
 * Why a holding may change. There are three reasons and no fourth constructor: the holder's consent, a sovereign
 * order that names the resource, a public instrument of succession (procedures.md section 0).
 *
 * `Verified<…>` values are minted only in `ledger/signatures`, so `decide` cannot be called with an unchecked
 * signature. `Recorded<…>` values restate what an earlier entry already verified and the state proves.
 */

import {
  type Application,
  addSeconds,
  CHECKLIST,
  type Examination,
  type FeeNote,
  type Holder,
  type Instant,
  isLasting,
  type Json,
  type KeyRole,
  ORDER_WINDOW_SECONDS,
  type OrderEffect,
  type OrderRecord,
  type Registration,
  type ScopeItem,
  type SignatureAlgorithmName,
  type Staff,
  type Transit,
  waitsForWindow,
} from '@cadastre/records'

declare const verifiedBrand: unique symbol
export type Verified<T> = T & { readonly [verifiedBrand]: true }

/** Keys that validly signed one request. An empty list is possible: an op without a request. */
export type Signatures = {
  readonly keys: readonly { readonly alg: SignatureAlgorithmName; readonly key: string }[]
  /** Other registries' statements that came along with the request, each verified by the policy that it names. */
  readonly statements?: readonly PeerStatement[]
  /** Words of the fees' key. Only {@link feeNotesOf} reads them, and only `allocate` calls it (`tests/walls`). */
  readonly [feeNotes]?: readonly SignedFeeNote[]
}

/** Not exported: nobody reads the member by its name. */
const feeNotes: unique symbol = Symbol('fee notes')

/** What the fees' key says of one act's fee, with the key that signed. */
export type SignedFeeNote = FeeNote & {
  /** Name and Ed25519 key, standard base64, by which it was verified. */
  readonly signer: { readonly name: string; readonly key: string }
  /** Handle of the member of staff whose key it is said to be; whether it is, is for the procedure to ask. */
  readonly staff: string
}

export function withFeeNotes(signatures: Signatures, notes: readonly SignedFeeNote[]): Signatures {
  return { ...signatures, [feeNotes]: notes }
}

/** The words of the fees' key that came along. For `allocate` alone: nothing else may wait for a fee. */
export function feeNotesOf(signatures: Verified<Signatures>): readonly SignedFeeNote[] {
  return signatures[feeNotes] ?? []
}

/** What another registry's public log, or its signed statement, says of one of its records. */
export type PeerStatement = {
  readonly origin: string
  /** The policy by which it was verified; whether that is the one to trust is for the procedure to say. */
  readonly policy: string
  readonly at: Instant
  /** `obj/transit/T-41` */
  readonly key: string
  /** Null: there is no such record. */
  readonly record: Json
  /** SHA-256 of the document, standard base64. */
  readonly hash: string
  /** The checkpoint that proves it, root in standard base64; null for a signed note. */
  readonly checkpoint: { readonly size: number; readonly root: string } | null
}

/** Whether this Ed25519 key, in standard base64, signed. */
export function keySigned(key: string, signatures: Verified<Signatures>): boolean {
  return signatures.keys.some((signed) => signed.alg === 'ed25519' && signed.key === key)
}

declare const basisBrand: unique symbol

/** The holder agreed: by signatures on this request, or by an earlier one that the state records. */
export type Consent = {
  readonly kind: 'consent'
  readonly holder: string
  readonly by: 'signature' | 'application' | 'guardians' | 'term'
  readonly [basisBrand]: true
}
declare const scopedBrand: unique symbol
/** An item of the scope of an order that is a basis now: there is no other way to come by one. */
export type Scoped = ScopeItem & { readonly [scopedBrand]: true }

/** A judgment, regulatory order or legal act of the seat, naming the resource: what it says, and nothing beside it. */
export type Order = {
  readonly kind: 'order'
  /** Handle of the order's record. */
  readonly order: string
  readonly effect: OrderEffect
  /** Whom it names. */
  readonly holder: string | null
  /** The only numbers and registrations that may change on this basis. */
  readonly scope: readonly Scoped[]
  readonly [basisBrand]: true
}
/** Company register, probate, liquidator: succession, after a window that no living key vetoed. */
export type PublicInstrument = {
  readonly kind: 'public-instrument'
  /** The holder to whom it applies. */
  readonly holder: string
  /** The application in which attestors examined it. */
  readonly application: string
  readonly [basisBrand]: true
}
export type Basis = Consent | Order | PublicInstrument

/**
 * The holder's consent, or null where the signatures do not meet its key policy: `m` distinct keys with role
 * `full`, or one key of the narrower role that the act asks for.
 */
export function consentOf(holder: Holder, signatures: Verified<Signatures>, role: KeyRole): Consent | null {
  if (holder.policy === null) return null
  let full = 0
  let narrow = 0
  for (const enrolled of holder.policy.keys) {
    if (!signatures.keys.some((signed) => signed.alg === enrolled.alg && signed.key === enrolled.key))
      continue
    if (enrolled.roles.includes('full')) full += 1
    if (role !== 'full' && (enrolled.roles.includes(role) || enrolled.roles.includes('full'))) narrow += 1
  }
  if (full >= holder.policy.m || narrow >= 1) return mintConsent(holder.handle, 'signature')
  return null
}

/** The consent that an application recorded when it was received; null where this handle did not give one. */
export function consentInApplication(application: Application, holder: string): Consent | null {
  return application.consents.includes(holder) ? mintConsent(holder, 'application') : null
}

/** The consent that was verified when numbers began to move out; null where this handle did not give one. */
export function consentInTransit(transit: Transit, holder: string): Consent | null {
  return transit.consents.includes(holder) ? mintConsent(holder, 'application') : null
}

/** The consent to the end of a term, given when the registration was recorded with its `until`. */
export function consentToTerm(registration: Registration): Consent | null {
  return registration.until === null ? null : mintConsent(registration.holder ?? '', 'term')
}

/** Whether these are enough of the holder's guardians: as many as it preset, or more than half of them. */
export function enoughGuardians(holder: Holder, signed: readonly string[]): boolean {
  const guardians = new Set(holder.policy?.guardians ?? [])
  const agreed = [...guardians].filter((guardian) => signed.includes(guardian)).length
  const half = Math.floor(guardians.size / 2) + 1
  return agreed > 0 && agreed >= Math.min(holder.guardianThreshold ?? half, guardians.size)
}

/**
 * The consent to new keys that a holder gave in advance by naming guardians: enough of them signed the application, as
 * it recorded. Null where they are not enough.
 */
export function consentOfGuardians(holder: Holder, application: Application): Consent | null {
  const { procedure, body, consents } = application
  const asked = procedure === 'recover-keys/1' && body['holder'] === holder.handle
  return asked && enoughGuardians(holder, consents) ? mintConsent(holder.handle, 'guardians') : null
}

/** How the attestors answered: `null` while it is open, or where they disagree and no third has answered yet. */
export function answersOf(examination: Examination): 'positive' | 'negative' | null {
  const { questions, calls } = examination
  const given = calls.filter(({ missed }) => !missed)
  if (given.length < 2 || given.some(({ answers }) => answers === null)) return null
  if (!given.some(({ outside }) => outside)) return null
  const yes = questions.map((question) => given.filter(({ answers }) => answers?.[question] === 'yes').length)
  if (given.length === 2 && yes.some((count) => count === 1)) return null
  return yes.every((count) => 2 * count > given.length) ? 'positive' : 'negative'
}

/**
 * The public instrument that an application rests on, against this holder: attestors found it authentic, an attempt to
 * tell everybody affected was logged, and the window that began with it passed without a veto of any living key. Null
 * where one of these is missing.
 */
export function instrumentOf(application: Application, holder: string, at: Instant): PublicInstrument | null {
  const { state, due, examination, notice } = application
  if (examination === null || !examination.affected.includes(holder)) return null
  if (!examination.affected.every((one) => notice?.attempted.includes(one) === true)) return null
  const passed = state === 'noticed' && due !== null && due <= at
  if (!passed || answersOf(examination) !== 'positive') return null
  return mint({ kind: 'public-instrument', holder, application: application.handle })
}

/**
 * What an order is a basis for now: attestors answered the whole checklist with yes, and, where it takes something
 * away, its holder was notified, its window has passed, it is not sealed, and either its seal chains to a root of the
 * genesis or its text has been public for ten business days. Null where one of these is missing.
 */
export function orderOf(order: OrderRecord, application: Application, at: Instant): Order | null {
  const { detail, handle, holder, scope, verified } = order
  if (detail.effect === 'outside' || verified === null || !isChecked(order, application)) return null
  if (waitsForWindow(detail.effect) && !windowHasPassed(order, at)) return null
  const scoped = scope.map((item) => mint<Scoped>(item))
  return mint<Order>({ kind: 'order', order: handle, effect: detail.effect, holder, scope: scoped })
}

/** The end of what an order began and that lasted: the basis on which what it took is given back. Null before. */
export function endOfOrder(order: OrderRecord): Order | null {
  const { detail, handle, holder, executed } = order
  if (executed === null || !isLasting(detail.effect) || detail.effect === 'outside') return null
  return mint<Order>({ kind: 'order', order: handle, effect: detail.effect, holder, scope: [] })
}

function isChecked(order: OrderRecord, application: Application): boolean {
  const { examination } = application
  if (application.handle !== order.application || examination === null) return false
  return (
    CHECKLIST.every((item) => examination.questions.includes(item)) && answersOf(examination) === 'positive'
  )
}

function windowHasPassed(order: OrderRecord, at: Instant): boolean {
  const { state, windowEnd, notified, published, rooted, executeFrom, seal } = order
  if (state !== 'window' && state !== 'conflict') return false
  if (seal !== null || notified === null || windowEnd === null || windowEnd > at) return false
  const noticed = executeFrom === null ? addSeconds(notified, ORDER_WINDOW_SECONDS) : executeFrom
  if (noticed > at) return false
  return rooted || (published !== null && addSeconds(published.at, ORDER_WINDOW_SECONDS) <= at)
}

/** Whether any one living key of the holder, whatever its role, signed: enough for a veto. */
export function vetoed(holder: Holder, signatures: Verified<Signatures>): boolean {
  return (holder.policy?.keys ?? []).some((key) =>
    signatures.keys.some((by) => by.alg === key.alg && by.key === key.key),
  )
}

/** Whether this staff member signed. */
export function staffSigned(staff: Staff, signatures: Verified<Signatures>): boolean {
  return signatures.keys.some((signed) => signed.alg === staff.alg && signed.key === staff.key)
}

function mintConsent(holder: string, by: Consent['by']): Consent {
  return mint({ kind: 'consent', holder, by })
}

function mint<B extends Basis | Scoped>(checked: Omit<B, typeof basisBrand | typeof scopedBrand>): B {
  return checked as B
}
