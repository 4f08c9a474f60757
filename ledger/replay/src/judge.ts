/** Deciding again what an op says was decided, on the state before it. Nothing here changes the state. */

import type { Crypto } from '@cadastre/crypto'
import type { Signatures, Verified } from '@cadastre/evidence'
import {
  type Act,
  ALREADY_ACCEPTED,
  type Executed,
  execute,
  HANDED_OVER,
  PROCEDURE_FAULT,
  PROCEDURE_UNKNOWN,
  procedureById,
  REGISTRY_KEY,
  SIGNATURE_INVALID,
  type StateSource,
  takeOver,
} from '@cadastre/procedures'
import {
  asRecordKey,
  canonicalJson,
  dueOf,
  type EvidenceItem,
  isArray,
  type Json,
  NotCanonicalError,
  type OpEntry,
  type Registry,
  type Request,
} from '@cadastre/records'
import { type Check, isDocument, verifiedBy, verifyEvidence } from '@cadastre/signatures'
import type { Finding } from './judgement.ts'

/** Whether all signatures of an op hold, as another thread found with {@link relyingPartyText} of that time. */
export type CheckedSignatures = { readonly valid: boolean; readonly relyingParty: string }

/** What should stand in place of an op. */
export type Judged = {
  /** Null where that cannot be said. */
  readonly executed: Executed | null
  /** What is wrong with the op whatever was decided. */
  readonly found: readonly Finding[]
  /** Canonical text of the request; null where there is none. */
  readonly request: string | null
  /** The request is no canonical JSON of the ledger. */
  readonly deep: boolean
}

export class Judge {
  readonly #state: StateSource
  readonly #crypto: Crypto
  /** Whether an earlier entry accepted the request, given its canonical text too. */
  readonly #accepted: (request: Request, text: string) => boolean

  constructor(state: StateSource, crypto: Crypto, accepted: (request: Request, text: string) => boolean) {
    this.#state = state
    this.#crypto = crypto
    this.#accepted = accepted
  }

  /** The registry's record; null before genesis. */
  get registry(): Registry | null {
    return this.#state.record(REGISTRY_KEY).value as Registry | null
  }

  get handedOver(): boolean {
    return this.registry?.state === 'handed-over'
  }

  /** What should stand in place of the op at this index. */
  judge(entry: OpEntry, index: number, checked: CheckedSignatures | null): Judged {
    return entry.request === null
      ? this.#due(entry, index)
      : this.#request(entry, entry.request, index, checked)
  }

  #due(entry: OpEntry, index: number): Judged {
    const found: Finding[] = [...malformations(entry)]
    let executed: Executed | null = null
    try {
      executed = this.#executeDue(entry, index, found)
    } catch (error) {
      // Procedures are total on records that procedures wrote; a forged record may make them throw.
      if (!(error instanceof Error)) throw error
      found.push({ code: 'decision-impossible', detail: error.message })
    }
    return { executed, found, request: null, deep: false }
  }

  #executeDue(entry: OpEntry, index: number, found: Finding[]): Executed | null {
    const key = asRecordKey(entry.inputs[0]?.key ?? '')
    if (key === null) {
      found.push({ code: 'not-due', detail: 'The op names no record that fell due as its first input.' })
      return null
    }
    if (this.handedOver)
      found.push({
        code: 'not-due',
        detail: 'The registry was handed over: nothing falls due in its log any more.',
      })
    const due = dueOf(key, this.#state.record(key).value)
    if (due === null || due.at > entry.at || due.procedure !== entry.procedure) {
      const right = due === null ? 'nothing falls due there' : `${due.procedure} falls due there at ${due.at}`
      found.push({ code: 'not-due', detail: `${entry.procedure} on ${key} at ${entry.at}; ${right}.` })
    }
    const procedure = procedureById(entry.procedure)
    if (procedure === null) throw new Error(`no such procedure: ${entry.procedure}`)
    return execute(procedure, { kind: 'due', subject: key }, this.#state, entry.at, index)
  }

  #request(entry: OpEntry, request: Request, index: number, checked: CheckedSignatures | null): Judged {
    const found: Finding[] = [...malformations(entry)]
    const text = requestText(request)
    if (text === null) {
      found.push({ code: 'entry-not-canonical', detail: 'The request is no canonical JSON.' })
      return { executed: null, found, request: null, deep: true }
    }
    // An expired one is refused as such, so that nobody need remember requests for ever.
    const received = entry.received?.at ?? entry.at
    if (received <= request.expires && this.#accepted(request, text))
      return { executed: ALREADY_ACCEPTED, found, request: text, deep: false }
    try {
      const executed = this.#decide(entry, request, index, this.#signatures(text, entry.evidence, checked))
      return { executed, found, request: text, deep: false }
    } catch (error) {
      // The registrar refuses what its own code fails on, and the same code fails here.
      if (!(error instanceof Error)) throw error
      return { executed: PROCEDURE_FAULT, found, request: text, deep: false }
    }
  }

  #decide(
    entry: OpEntry,
    request: Request,
    index: number,
    signatures: Verified<Signatures> | null,
  ): Executed {
    if (signatures === null) return SIGNATURE_INVALID
    if (this.handedOver && request.procedure !== takeOver.id) return HANDED_OVER
    const procedure = procedureById(request.procedure)
    if (procedure === null) return PROCEDURE_UNKNOWN
    const act: Act = { kind: 'request', request, signatures, received: entry.received?.at ?? entry.at }
    return execute(procedure, act, this.#state, entry.at, index)
  }

  #signatures(
    text: string,
    evidence: readonly EvidenceItem[],
    checked: CheckedSignatures | null,
  ): Verified<Signatures> | null {
    const bound = evidence.some(({ alg }) => alg === 'webauthn')
    const party = bound ? (this.registry?.relyingParty ?? null) : null
    if (checked !== null && (!bound || checked.relyingParty === relyingPartyText(party)))
      return takenAs(checked.valid, evidence, this.#crypto)
    return verifyEvidence(text, evidence, party, this.#crypto)
  }
}

/** What is wrong with the parts of an op, whatever was decided. */
export function malformations({ request, evidence, received, procedure }: OpEntry): readonly Finding[] {
  const found: string[] = []
  if (request === null && (received !== null || evidence.length > 0))
    found.push('An op without a request has a receipt or evidence; neither would be right.')
  if (request !== null && evidence.length === 0)
    found.push('A request stands without evidence; at least one signature would be right.')
  if (request !== null && procedure !== request.procedure)
    found.push(`The entry says ${procedure}; ${request.procedure}, as requested, would be right.`)
  return found.map((detail) => ({ code: 'op-malformed', detail }))
}

/** The relying party as text, by which results of other threads say what they were computed with. */
export function relyingPartyText(party: Registry['relyingParty'] | null): string {
  return party === null ? '' : canonicalJson({ id: party.id, origins: party.origins })
}

/** The canonical text of a request; null where it is no JSON of the ledger, or nested deeper than that allows. */
function requestText(request: Request): string | null {
  if (isDeep(request.body, MAX_BODY_DEPTH)) return null
  try {
    return canonicalJson(request)
  } catch (error) {
    if (!(error instanceof NotCanonicalError)) throw error
    return null
  }
}

/** Canonical JSON of the ledger nests 32 deep; a body stands two deep in its entry. */
const MAX_BODY_DEPTH = 30

function isDeep(value: Json, left: number): boolean {
  if (left < 0) return true
  if (typeof value !== 'object' || value === null) return false
  if (isArray(value)) return value.some((item) => isDeep(item, left - 1))
  for (const name of Object.keys(value)) if (isDeep(value[name] ?? null, left - 1)) return true
  return false
}

/** The signatures as another thread, or an audit before, found them; what other registries say is verified here. */
export function takenAs(
  valid: boolean,
  evidence: readonly EvidenceItem[],
  crypto: Crypto,
): Verified<Signatures> | null {
  const checks = evidence.filter((item) => !isDocument(item)).map(placeholder)
  return verifiedBy(evidence, checks, () => valid, crypto)
}

/** Stands for a check whose result is known. */
function placeholder(): Check {
  return { algorithm: 'ed25519', key: NOTHING, message: NOTHING, signature: NOTHING }
}
const NOTHING: Uint8Array = new Uint8Array(0)
