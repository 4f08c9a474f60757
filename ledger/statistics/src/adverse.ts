/**
 * Adverse acts: what accepted decisions took from holders, and on what basis (procedures.md, I1). The basis is no part
 * of an entry, so each such decision is made again, and asked for its own.
 */

import type { Crypto } from '@cadastre/crypto'
import {
  type Act,
  adverseWithoutBasis,
  type Decision,
  type Effect,
  gather,
  lossesOf,
  procedureById,
  REGISTRY_KEY,
  type StateSource,
} from '@cadastre/procedures'
import {
  asRecordKey,
  type CoveringCell,
  canonicalJson,
  type Json,
  type OpEntry,
  type RecordKey,
  type Registry,
} from '@cadastre/records'
import { verifyEvidence } from '@cadastre/signatures'

/** What one accepted op took, by the kind of its basis; `lacking` where there is none. Empty where it took nothing. */
export function lossBases(crypto: Crypto, entry: OpEntry, before: StateSource): readonly string[] {
  if (!entry.outcome.accepted) return []
  const read = (key: RecordKey): unknown => (key.endsWith('-#') ? null : before.record(key).value)
  const logged = lossesOf(
    entry.outcome.effects.map(({ key, next }): Effect => ({ key: key as RecordKey, next, basis: [] })),
    read,
  )
  if (logged.length === 0) return []
  const decision = decidedAgain(crypto, entry, before)
  if (decision === null || !decision.accepted) return logged.map(() => 'lacking')
  const grounded = lossesOf(decision.effects, read)
  const covering = (key: RecordKey): readonly CoveringCell[] => before.chain(key).cells
  const whole = adverseWithoutBasis(decision.effects, read, entry.at, covering) === null
  return logged.map(({ key, holder, what }) => {
    const same = grounded.find((one) => one.key === key && one.holder === holder && one.what === what)
    if (same === undefined) return 'lacking'
    const basis = same.basis.find((one) => one.kind === 'order' || one.holder === holder)
    return basis?.kind ?? (whole ? 'term' : 'lacking')
  })
}

/** The procedure's decision with its bases; null where it cannot be made. */
function decidedAgain(crypto: Crypto, entry: OpEntry, before: StateSource): Decision | null {
  const procedure = procedureById(entry.procedure)
  const act = actOf(crypto, entry, before)
  if (procedure === null || act === null) return null
  try {
    return procedure.decide(act, gather(procedure, act, before).inputs, entry.at)
  } catch (error) {
    // A forged log may hold records that no procedure wrote: then there is no decision, and no basis.
    if (!(error instanceof Error)) throw error
    return null
  }
}

function actOf(
  crypto: Crypto,
  { request, evidence, inputs, received, at }: OpEntry,
  before: StateSource,
): Act | null {
  if (request === null) {
    const subject = asRecordKey(inputs[0]?.key ?? '')
    return subject === null ? null : { kind: 'due', subject }
  }
  const registry = before.record(REGISTRY_KEY).value as Registry | null
  const text = canonicalJson(request as Json)
  const signatures = verifyEvidence(text, evidence, registry?.relyingParty ?? null, crypto)
  return signatures === null ? null : { kind: 'request', request, signatures, received: received?.at ?? at }
}
