/**
 * P16, the fee of an allocation, where the profile asks for one: the only thing in this registry that may wait for money.
 * The request is the offer of payment. With the receipt it is decided at once; without, the application waits for what the
 * fees' key says about exactly this request, and where nothing is said in time it counts as paid.
 */

import { feeNotesOf, type SignedFeeNote } from '@cadastre/evidence'
import {
  type Application,
  type ApplicationFee,
  addSeconds,
  canonicalJson,
  DAY_SECONDS,
  type Instant,
  type ProcedureRecord,
  type Request,
} from '@cadastre/records'
import { ALLOCATE_ID, type AllocateWish } from './allocate-wish.ts'
import { endApplication, newApplication } from './applications.ts'
import { base64OfHex } from './base64.ts'
import { deadlineOf } from './business-days.ts'
import { type Asked, applicationKey, booleanParameter, poolOf } from './common.ts'
import { put } from './effects.ts'
import { queueOf } from './pool-queues.ts'
import type { Effect, Inputs, Need } from './procedure.ts'
import { staffNeeds, staffOf } from './staff.ts'

/** The longest that the fees' key may take, whatever the parameters say. */
const MAX_FEE_SECONDS = 14 * DAY_SECONDS

/** Whether these terms ask for a fee. */
export function feeAsked(terms: ProcedureRecord | null): boolean {
  return terms !== null && booleanParameter(terms, 'actFee')
}

/** The records of the members of staff whose keys the notes are said to be of. */
export function feeNeeds({ signatures }: Asked<unknown>): readonly Need[] {
  return staffNeeds(feeNotesOf(signatures).map(({ staff }) => staff))
}

export function requestHash(request: Request, inputs: Pick<Inputs, 'digest'>): string {
  return base64OfHex(inputs.digest(canonicalJson(request)))
}

/** What the fees' key says of this request of this holder, if it comes along; null where it does not. */
export function feeWord(
  { request: { origin }, signatures }: Asked<unknown>,
  { holder }: AllocateWish,
  request: string,
  inputs: Inputs,
): SignedFeeNote | null {
  const isOurs = ({ signer, staff }: SignedFeeNote): boolean => {
    const cashier = staffOf(inputs, staff)
    const inOffice = cashier?.role === 'cashier' && cashier.alg === 'ed25519'
    return inOffice && cashier.key === signer.key && signer.name === `${origin}/fees`
  }
  const said = feeNotesOf(signatures).filter(
    (note) => note.origin === origin && note.holder === holder && note.request === request,
  )
  return said.find(isOurs) ?? null
}

/**
 * The application that waits for the fee. Its handle carries the place that it takes when the fee is settled; `next`
 * says behind whom that is, where somebody waits already.
 */
export function awaitFee(
  { request }: Asked<unknown>,
  { holder, pool: name, length, block }: AllocateWish,
  terms: ProcedureRecord,
  inputs: Inputs,
  at: Instant,
): Effect {
  const due = [addSeconds(at, MAX_FEE_SECONDS), deadlineOf(terms, 'feeDays', inputs, at)].sort()[0] ?? at
  const application = newApplication(ALLOCATE_ID, request.body, [holder], 'fee-due', due, at)
  const fee: ApplicationFee = { request: requestHash(request, inputs), settled: null }
  const pool = block === null ? poolOf(inputs, name) : null
  const next = pool === null ? null : (queueOf(pool, length)?.tail ?? null)
  return put(applicationKey('A-#'), { ...application, fee, next })
}

export function withFee(
  application: Application,
  settled: NonNullable<ApplicationFee['settled']>,
): Application {
  return application.fee === null ? application : { ...application, fee: { ...application.fee, settled } }
}

/** What was offered is refused: the application ends, and a new one may come with a new offer. */
export function feeRefused(application: Application): Effect {
  return endApplication(withFee(application, 'refused'), 'failed', 'fee-refused')
}
