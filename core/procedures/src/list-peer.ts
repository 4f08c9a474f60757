/**
 * P6, the published list of peers: registries from which numbers may come and to which they may move, each with the
 * keys by which its statements count. New keys count after a notice, so that nobody is surprised under way.
 *
 * Refusals, in order: see `listPeer.refusals`; the page is `docs/procedures/list-peer.md`.
 */

import {
  addSeconds,
  canonicalJson,
  DAY_SECONDS,
  handle,
  type Instant,
  nullable,
  object,
  type Peer,
  type Schema,
  text,
} from '@cadastre/records'
import {
  type Asked,
  asked,
  baseNeeds,
  numberParameter,
  procedureOf,
  recordNeed,
  staffRefusal,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { originText, peerHandle, peerKey, peerOf } from './peers.ts'
import type { Inputs, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds } from './staff.ts'

export type ListPeerBody = {
  readonly staff: string
  readonly origin: string
  /** Text in the form of C2SP tlog-policy; of a registry without a log, its `log` line names the key of its statements. */
  readonly policy: string
  /** Base of its RDAP service. */
  readonly rdap: string | null
}

type Policies = Peer['policies']

const ID = 'list-peer/1'
const body: Schema<ListPeerBody> = object({
  staff: handle,
  origin: originText,
  policy: text({
    expected: 'a policy: lines of text, at most 2000 characters',
    maxLength: 2000,
    pattern: '^(?:[^\\p{Cc}\\p{Cs}]*\\n)+$',
  }),
  rdap: nullable(
    text({
      expected: 'the https address of an RDAP service, with a slash at its end',
      maxLength: 300,
      pattern: '^https://[\\x21-\\x7e]+/$',
    }),
  ),
})

/** So many policies of one peer are remembered. */
const MAX_POLICIES = 8
/** A policy is remembered for longer after its time than any move takes, so that what set out under it arrives. */
const KEPT_SECONDS = 400 * DAY_SECONDS

/** The policies with a new one; of those that bind nothing any more the oldest goes. Null where there is no room. */
function policiesAfter(before: Policies, next: Policies[number], at: Instant): Policies | null {
  if (before.at(-1)?.policy === next.policy) return before
  const all = [...before, next]
  if (all.length <= MAX_POLICIES) return all
  const [, second] = all
  const over = second !== undefined && addSeconds(second.from, KEPT_SECONDS) <= at
  return over ? all.slice(1) : null
}

function peerAfter(
  { origin, rdap }: ListPeerBody,
  old: Peer | null,
  policies: Policies,
  inputs: Inputs,
): Peer {
  const since = old?.since ?? DRAFT_SINCE
  return { v: 1, handle: peerHandle(origin, inputs), origin, rdap, policies, since }
}

function refusalOf(from: Asked<ListPeerBody>, inputs: Inputs): RefusalCode | null {
  const { staff, origin } = from.body
  return (
    staffRefusal(from, inputs, ID) ??
    signedByStaff(from, [staff], ['operator'], inputs) ??
    (origin === from.request.origin ? 'peer-is-self' : null)
  )
}

export const listPeer: Procedure<ListPeerBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'peer-is-self',
    'keys-recent',
    'nothing-changed',
  ],
  deadlineSeconds: 60,
  needs(act, known) {
    const from = asked(act, body)
    if (from === null) return []
    return [...baseNeeds(ID), ...staffNeeds([from.body.staff]), recordNeed(peerKey(from.body.origin, known))]
  },
  decide(act, inputs, at) {
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const refusal = refusalOf(from, inputs)
    if (refusal !== null) return refuse(refusal)
    const parameters = procedureOf(inputs, ID)
    if (parameters === null) throw new Error('checked by staffRefusal')
    const old = peerOf(from.body.origin, inputs)
    const counts = addSeconds(at, numberParameter(parameters, 'noticeSeconds'))
    const policies = policiesAfter(old?.policies ?? [], { policy: from.body.policy, from: counts }, at)
    if (policies === null) return refuse('keys-recent')
    const next = peerAfter(from.body, old, policies, inputs)
    if (canonicalJson(old) === canonicalJson(next)) return refuse('nothing-changed')
    return accept([put(peerKey(from.body.origin, inputs), next)])
  },
}
