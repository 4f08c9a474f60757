/** The op entry of an act: which outcome fits it, so that writer and auditor agree to the byte. */

import { encodeUtf8 } from '@cadastre/crypto'
import { type Executed, outcomeJson, type StampedEffect, tooLarge } from '@cadastre/procedures'
import {
  canonicalJson,
  type Json,
  type LoggedEffect,
  type LoggedInput,
  MAX_ENTRY_BYTES,
  type OpEntry,
} from '@cadastre/records'

/** What an op entry says beside what was executed. */
export type OpHead = Pick<OpEntry, 'at' | 'received' | 'procedure' | 'request' | 'evidence'>

/**
 * The text of an op entry, put together from canonical parts: RFC 8785 sorts members by name. `request` is the
 * canonical text of the request; null where there is none.
 */
export function opEntryText(head: OpHead, request: string | null, { inputs, outcome }: Executed): string {
  const { at, received, procedure, evidence } = head
  const result = outcome.accepted
    ? `{"accepted":true,"effects":[${outcome.effects.map((effect, index) => effectText(effect, outcome.stamped[index])).join()}]}`
    : `{"accepted":false,"refusals":${canonicalJson(outcome.refusals)}}`
  const parts = [
    `{"at":"${at}","evidence":${canonicalJson(evidence as readonly Json[])},"inputs":[${inputs.map(inputText).join()}]`,
    `"outcome":${result},"procedure":${canonicalJson(procedure)},"received":${canonicalJson(received)}`,
    `"request":${request ?? 'null'},"t":"op","v":1}`,
  ]
  return parts.join()
}

function inputText({ key, q, hash }: LoggedInput): string {
  return `{"hash":${hash === null ? 'null' : canonicalJson(hash)},"key":${canonicalJson(key)},"q":"${q}"}`
}

function effectText({ key, prev }: LoggedEffect, stamped: StampedEffect | undefined): string {
  if (stamped?.key !== key) throw new Error('effects as logged and as stored differ')
  return `{"key":${canonicalJson(key)},"next":${stamped.text ?? 'null'},"prev":${canonicalJson(prev)}}`
}

/** The bytes of an op entry. */
export function opEntryBytes(head: OpHead, executed: Executed): Uint8Array {
  const { at, received, procedure, request, evidence } = head
  const entry: Json = {
    t: 'op',
    v: 1,
    at,
    received,
    procedure,
    request,
    evidence: evidence as readonly Json[],
    inputs: executed.inputs,
    outcome: outcomeJson(executed),
  }
  return encodeUtf8(canonicalJson(entry))
}

/**
 * The first of these whose entry has at most 32 KiB: what was executed; a refusal with the inputs looked at; a refusal
 * without them. Requests are bounded before their receipt, so that the last always fits. `requestText`: the request's
 * canonical text, where it is at hand.
 */
export function fitting(
  head: OpHead,
  executed: Executed,
  requestText: string | null = head.request === null ? null : canonicalJson(head.request as Json),
): { readonly executed: Executed; readonly bytes: Uint8Array } {
  const refusal = tooLarge(executed)
  for (const candidate of [executed, refusal, { ...refusal, inputs: [] }]) {
    const bytes = encodeUtf8(opEntryText(head, requestText, candidate))
    if (bytes.length <= MAX_ENTRY_BYTES) return { executed: candidate, bytes }
  }
  throw new Error('a refusal does not fit an entry')
}
