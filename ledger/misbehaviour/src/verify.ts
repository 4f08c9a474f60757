/** The one verifier of evidence: offline, from its text and the keys that are trusted. */

import type { Crypto } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import { SILENCE_FORMAT, type VerifiedSilence, verifySilence } from '@cadastre/why'
import type { Conviction } from './conviction.ts'
import { verifyDecision } from './decision.ts'
import { MISBEHAVIOUR_FORMAT, readEvidence } from './document.ts'
import { verifyEntries } from './entries.ts'
import { verifyFork } from './fork.ts'
import { verifyReceipts } from './receipts.ts'
import { verifyRecord } from './record.ts'
import type { Checked } from './refusals.ts'
import { verifyRoots } from './roots.ts'
import { type ServiceJudges, verifyServed } from './served.ts'

export type VerifyOptions = {
  /** The registry's key of receipts, for evidence of them. */
  readonly receiptVkey?: string | null
  /** Judges of services' answers by the service's name. */
  readonly judges?: ServiceJudges
}

/** Whether a text looks like evidence of misbehaviour, silence included. */
export function isMisbehaviour(text: string): boolean {
  const head = text.slice(0, 80)
  return head.includes(`"${MISBEHAVIOUR_FORMAT}"`) || head.includes(`"${SILENCE_FORMAT}"`)
}

/** Total: any text gives a conviction, or one refusal. */
export function verifyMisbehaviour(
  crypto: Crypto,
  trust: Policy,
  text: string,
  { receiptVkey = null, judges = {} }: VerifyOptions = {},
): Checked<Conviction> {
  if (text.slice(0, 80).includes(`"${SILENCE_FORMAT}"`)) {
    const silence = verifySilence(crypto, trust, receiptVkey, text)
    return silence.ok ? { ok: true, value: convictionOf(silence.value) } : silence
  }
  const evidence = readEvidence(text)
  if (!evidence.ok) return evidence
  switch (evidence.value.kind) {
    case 'decision':
      return verifyDecision(crypto, trust, evidence.value)
    case 'entries':
      return verifyEntries(crypto, trust, evidence.value)
    case 'record':
      return verifyRecord(crypto, trust, evidence.value)
    case 'roots':
      return verifyRoots(crypto, trust, evidence.value)
    case 'fork':
      return verifyFork(crypto, trust, evidence.value)
    case 'receipts':
      return verifyReceipts(crypto, receiptVkey, evidence.value)
    case 'served':
      return verifyServed(crypto, trust, judges, evidence.value)
  }
}

function convictionOf({ kind, claim, size, index, first, last, asOf }: VerifiedSilence): Conviction {
  const { origin, seq, from, deadline, signedBy } = claim
  const debt =
    seq === null
      ? `${signedBy.join(', ')} signed that a request for ${origin} was handed in ${from}: it was due by ${deadline}.`
      : `${origin} signed receipt ${seq}, received ${from}: its decision was due by ${deadline}.`
  const what = {
    silent: `Entries ${first} to ${last} hold no decision on it, and the log had reached ${asOf}.`,
    late: `Entry ${index} decided it ${asOf}, too late.`,
    'other-request': `Entry ${index} uses its number for another request.`,
    'other-time': `Entry ${index} says that it came at another time.`,
  }[kind]
  const rule = kind === 'late' ? 'decision-late' : 'silence'
  return { kind: 'silence', rule, basis: 'signed', origin, size, index, says: [debt, what] }
}
