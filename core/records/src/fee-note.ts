/**
 * What the fees' key says about the fee of one act: that it was paid, or that what was offered is refused, and for which
 * of three reasons. A note names one request, so it serves no other, and does not say what else anybody owes.
 *
 * It is the text of a signed note (C2SP signed-note): `cadastre-fee/v1`, the log's origin, the holder, the act, SHA-256 of
 * the request's canonical text, when; or `cadastre-fee-refusal/v1`, the same, and the reason before the time.
 */

import { handle, hash32 } from './fields.ts'
import { type Instant, parseInstant } from './time.ts'

/** Acts that may have a fee. Nothing else may wait for one (procedures.md section 0, Fees). */
export const FEE_ACTS = ['allocate'] as const
export type FeeAct = (typeof FEE_ACTS)[number]

/** Nothing arrived; another amount; the payer's bank took it back. */
export const FEE_REFUSALS = ['not-received', 'amount-differs', 'taken-back'] as const
export type FeeRefusal = (typeof FEE_REFUSALS)[number]

export type FeeNote = {
  readonly origin: string
  readonly holder: string
  readonly act: FeeAct
  /** SHA-256 of the request's canonical text, standard base64. */
  readonly request: string
  /** Null: the fee was paid. */
  readonly refusal: FeeRefusal | null
  /** When it was paid or refused. */
  readonly at: Instant
}

const PAID = 'cadastre-fee/v1'
const REFUSED = 'cadastre-fee-refusal/v1'

/** The text to be signed. Throws a RangeError on fields that the form does not hold. */
export function formatFeeNote({ origin, holder, act, request, refusal, at }: FeeNote): string {
  const named = [origin, holder, act, request]
  const lines = refusal === null ? [PAID, ...named, at] : [REFUSED, ...named, refusal, at]
  const text = `${lines.join('\n')}\n`
  if (parseFeeNote(text) === null) throw new RangeError('not a fee note')
  return text
}

/** Reads the text of a note; null where it is none. One spelling only. */
export function parseFeeNote(text: string): FeeNote | null {
  const lines = text.split('\n')
  const [header, origin = '', holder = '', actText, request = '', ...rest] = lines
  const [reason, time, end] = header === REFUSED ? rest : [null, ...rest]
  if ((header !== PAID && header !== REFUSED) || end !== '' || rest.length !== (reason === null ? 2 : 3))
    return null
  const act = FEE_ACTS.find((one) => one === actText)
  const refusal = FEE_REFUSALS.find((one) => one === reason) ?? null
  const at = parseInstant(time ?? '')
  const named =
    /^[\x21-\x7e]{1,255}$/.test(origin) && handle.read(holder, '').ok && hash32.read(request, '').ok
  if (!named || act === undefined || at === null || (reason !== null && refusal === null)) return null
  return { origin, holder, act, request, refusal, at }
}
