/**
 * P1 Identify holder. Any legal or natural person, anywhere, enrols keys and becomes a holder. In the `community`
 * profile identity is control of keys; in `national` two attestors, one outside the operator, sign the same request.
 *
 * Refusals, in order: see `identifyHolder.refusals`; the page is `docs/procedures/identify-holder.md`.
 */

import { staffSigned } from '@cadastre/evidence'
import {
  array,
  type Contact,
  canonicalJson,
  contact,
  country,
  type Holder,
  handle,
  hash32,
  type Identity,
  type KeyPolicy,
  keyPolicy,
  legalName,
  NEW_HOLDER,
  nullable,
  object,
  objectKey,
  oneOf,
  type RecordKey,
  type Schema,
  text,
} from '@cadastre/records'
import {
  type Asked,
  asked,
  baseNeeds,
  commonRefusal,
  holderKey,
  numberParameter,
  procedureOf,
  recordNeed,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { policyRefusal } from './key-policy.ts'
import type { Act, Inputs, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { staffNeeds, staffOf } from './staff.ts'

export type IdentifyHolderBody = {
  readonly kind: 'organisation' | 'person'
  readonly name: string | null
  readonly register: { readonly name: string; readonly number: string } | null
  /** Commitment to a natural person's identifier, which the attestors confirm. */
  readonly person: string | null
  readonly country: string | null
  readonly policy: KeyPolicy
  readonly contacts: readonly Contact[]
  readonly attestors: readonly string[]
}

const ID = 'identify-holder/1'
const registerText = text({
  expected: '1 to 80 printable ASCII characters',
  maxLength: 80,
  pattern: '^[\\x21-\\x7e](?:[\\x20-\\x7e]{0,78}[\\x21-\\x7e])?$',
})
const body: Schema<IdentifyHolderBody> = object({
  kind: oneOf(['organisation', 'person']),
  name: nullable(legalName),
  register: nullable(object({ name: registerText, number: registerText })),
  person: nullable(hash32),
  country: nullable(country),
  policy: keyPolicy,
  contacts: array(contact, 8),
  attestors: array(handle, 2),
})

/**
 * The request with its body read. What the schema does not say: a person's name or register entry never stands in the
 * clear. Null where the body does not fit.
 */
function askedFor(act: Act): Asked<IdentifyHolderBody> | null {
  const from = asked(act, body)
  const inTheClear = from?.body.kind === 'person' && (from.body.name !== null || from.body.register !== null)
  return inTheClear ? null : from
}

/** Handle of the identity object: the register entry, the person's commitment, or the first key. */
function identityKey(from: IdentifyHolderBody, attested: boolean, inputs: Inputs): RecordKey {
  const digest = (kind: string, value: string): RecordKey =>
    objectKey('identity', `${kind}-${inputs.digest(value).toUpperCase()}`)
  if (attested && from.register !== null) {
    const { name, number } = from.register
    return digest('ORG', canonicalJson({ name: name.toUpperCase(), number: number.toUpperCase() }))
  }
  if (attested && from.person !== null) return digest('PERSON', from.person)
  const first = from.policy.keys[0]
  if (first === undefined) throw new Error('the schema asks for at least one key')
  return digest('KEY', `${first.alg} ${first.key}`)
}

function attestationsOf(inputs: Inputs): number {
  const record = procedureOf(inputs, ID)
  return record === null ? 0 : numberParameter(record, 'attestations')
}

/** Two different attestors signed, both clerks, one of them outside the operator. */
function attested(from: Asked<IdentifyHolderBody>, needed: number, inputs: Inputs): boolean {
  const attestors = [...new Set(from.body.attestors)]
    .map((name) => staffOf(inputs, name))
    .filter((staff) => staff !== null && staff.role === 'clerk' && staffSigned(staff, from.signatures))
  return attestors.length >= needed && attestors.some((staff) => staff?.outside === true)
}

function refusalOf(from: Asked<IdentifyHolderBody>, inputs: Inputs): RefusalCode | null {
  const common = commonRefusal(from, inputs, ID)
  if (common !== null) return common
  const needed = attestationsOf(inputs)
  if (needed > 0) {
    if (from.body.kind === 'organisation' ? from.body.register === null : from.body.person === null)
      return 'register-missing'
    if (!attested(from, needed, inputs)) return 'attestations-missing'
  }
  const policy = policyRefusal(from.body.policy, from.body.policy.keys, from)
  if (policy !== null) return policy
  return inputs.record(identityKey(from.body, needed > 0, inputs)) === null ? null : 'identity-exists'
}

export const identifyHolder: Procedure<IdentifyHolderBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'register-missing',
    'attestations-missing',
    'key-repeated',
    'threshold-unreachable',
    'key-bound-to-site',
    'key-unsigned',
    'identity-exists',
  ],
  deadlineSeconds: 60,
  needs(act, known) {
    const from = askedFor(act)
    if (from === null) return []
    const base = baseNeeds(ID)
    if (!base.every((need) => known.has(need))) return base
    const key = identityKey(from.body, attestationsOf(known) > 0, known)
    return [recordNeed(key), ...staffNeeds(from.body.attestors)]
  },
  decide(act, inputs, at) {
    const from = askedFor(act)
    if (from === null) return refuse('body-malformed')
    const refusal = refusalOf(from, inputs)
    if (refusal !== null) return refuse(refusal)
    const key = identityKey(from.body, attestationsOf(inputs) > 0, inputs)
    const holder: Holder = {
      v: 1,
      handle: 'H-#',
      kind: from.body.kind,
      name: from.body.name,
      country: from.body.country,
      identity: key.slice('obj/identity/'.length),
      policy: from.body.policy,
      contacts: from.body.contacts,
      ...NEW_HOLDER,
      active: at,
      procedure: ID,
      since: DRAFT_SINCE,
    }
    const identity: Identity = {
      v: 1,
      holder: 'H-#',
      register: from.body.register,
      granted: { ip4: 0, ip6: 0, asn: 0 },
      since: DRAFT_SINCE,
    }
    return accept([put(holderKey('H-#'), holder), put(key, identity)])
  },
}
