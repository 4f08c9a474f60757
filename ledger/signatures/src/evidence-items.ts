/** Reading the evidence list of a request: closed shape, bounded, before anything is verified. */

import { err, ok, type Result } from '@cadastre/numbers'
import {
  array,
  base64,
  type EvidenceItem,
  isObject,
  type Json,
  object,
  oneOf,
  recordKey,
  type Schema,
  type SchemaError,
  text,
} from '@cadastre/records'

export type EvidenceFault = SchemaError

const plain: Schema<EvidenceItem> = object({
  alg: oneOf(['ed25519', 'es256', 'sshsig', 'openpgp']),
  key: base64,
  sig: base64,
})
const webauthn: Schema<EvidenceItem> = object({
  alg: oneOf(['webauthn']),
  key: base64,
  sig: base64,
  authenticatorData: base64,
  clientDataJSON: base64,
})
/** Signed notes and proof documents are lines of text; the longest are proofs, of some 8 KiB. */
const lines = (maxLength: number): Schema<string> =>
  text({ expected: 'lines of printable text', maxLength, pattern: '^(?:[^\\p{Cc}\\p{Cs}]*\\n)+$' })
const peerProof: Schema<EvidenceItem> = object({
  alg: oneOf(['peer-proof']),
  key: lines(2000),
  sig: lines(12000),
  subject: recordKey,
})
const feeNote: Schema<EvidenceItem> = object({
  alg: oneOf(['fee-note']),
  key: text({ expected: 'a verifier key', maxLength: 400, pattern: '^[\\x21-\\x7e]+$' }),
  sig: lines(2000),
  subject: recordKey,
})
const ITEMS: { readonly [alg: string]: Schema<EvidenceItem> } = {
  webauthn,
  'peer-proof': peerProof,
  'fee-note': feeNote,
}
const item: Schema<EvidenceItem> = {
  json: { oneOf: [plain.json, webauthn.json, peerProof.json, feeNote.json] },
  fits: (value) => itemSchema(value).fits?.(value) === true,
  read: (value, pointer) => itemSchema(value).read(value, pointer),
}

function itemSchema(value: Json | undefined): Schema<EvidenceItem> {
  const alg = isObject(value) ? value['alg'] : undefined
  const known = typeof alg === 'string' && Object.hasOwn(ITEMS, alg) ? ITEMS[alg] : undefined
  return known ?? plain
}
/** At most 32 signatures a request: two parties with full policies of 16 keys. */
const items: Schema<readonly EvidenceItem[]> = array(item, 32, 1)

/** The items of an evidence list; an error names the member that does not fit, or a key that signs twice. */
export function readEvidence(value: Json): Result<readonly EvidenceItem[], EvidenceFault> {
  const read = items.read(value, '')
  if (!read.ok) return read
  const twice = signingTwice(read.value)
  if (twice < 0) return ok(read.value)
  const key = read.value[twice]?.key ?? ''
  return err({ pointer: `/${twice}/key`, value: key, expected: 'each key at most once' })
}

/** Whether {@link readEvidence} gives this value itself. */
export function isEvidence(value: Json | undefined): value is Json & readonly EvidenceItem[] {
  return fitsItems(value) && signingTwice(value) < 0
}

function fitsItems(value: Json | undefined): value is Json & readonly EvidenceItem[] {
  return items.fits?.(value) === true
}

/** Where the first key stands that an earlier item has already; below 0 where there is none. */
function signingTwice(given: readonly EvidenceItem[]): number {
  if (given.length === 1) return -1
  const seen = new Set<string>()
  return given.findIndex(({ alg, key }) => seen.size === seen.add(`${alg} ${key}`).size)
}
