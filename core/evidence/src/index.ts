/**
 * Why a holding may change. There are three reasons and no fourth constructor: the holder's consent, a sovereign
 * order that names the resource, a public instrument of succession (procedures.md section 0).
 *
 * `Verified<…>` values are minted only in `ledger/signatures`, so `decide` cannot be called with an unchecked
 * signature. `Recorded<…>` values restate what an earlier entry already verified and the state proves.
 */

import type {
  Application,
  Holder,
  KeyRole,
  Registration,
  SignatureAlgorithmName,
  Staff,
} from '@cadastre/records'

declare const verifiedBrand: unique symbol
export type Verified<T> = T & { readonly [verifiedBrand]: true }

/** Keys that validly signed one request. An empty list is possible: an op without a request. */
export type Signatures = {
  readonly keys: readonly { readonly alg: SignatureAlgorithmName; readonly key: string }[]
}

declare const basisBrand: unique symbol

/** The holder agreed: by signatures on this request, or by an earlier one that the state records. */
export type Consent = {
  readonly kind: 'consent'
  readonly holder: string
  readonly by: 'signature' | 'application' | 'term'
  readonly [basisBrand]: true
}
/** A judgment, regulatory order or legal act of the seat, naming the resource. */
export type Order = {
  readonly kind: 'order'
  readonly order: string
  readonly [basisBrand]: true
}
/** Company register, probate, liquidator: succession, after a window that no living key vetoed. */
export type PublicInstrument = {
  readonly kind: 'public-instrument'
  readonly instrument: string
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

/** The consent to the end of a term, given when the registration was recorded with its `until`. */
export function consentToTerm(registration: Registration): Consent | null {
  return registration.until === null ? null : mintConsent(registration.holder ?? '', 'term')
}

/** Whether this staff member signed. */
export function staffSigned(staff: Staff, signatures: Verified<Signatures>): boolean {
  return signatures.keys.some((signed) => signed.alg === staff.alg && signed.key === staff.key)
}

function mintConsent(holder: string, by: Consent['by']): Consent {
  return { kind: 'consent', holder, by } as Consent
}
