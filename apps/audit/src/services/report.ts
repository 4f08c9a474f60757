/** What a comparison of services found, as data; `render.ts` puts it into words. */

import type { ServiceName } from './questions.ts'

/** What can be wrong with services, each with the rule that it breaks. */
export const SERVICE_FAULTS = {
  'answer-differs': 'Services follow the record: every fact of it is in the answer, and nothing else.',
  'answer-unreadable': 'An answer has the form of its protocol and names its log position.',
  'position-unpublished': 'An answer is of one published log position.',
  'answer-stale': 'Every answer is of the newest published position, whoever and whatever is asked for.',
  'askers-differ': 'At one log position everybody is given the same answer.',
  refused:
    'Every question is answered; limits are published, the same for everyone, and recover by themselves.',
  'limits-differ': 'Limits are the same for every source address.',
  slower: 'No question is answered more slowly than others like it.',
  'proof-wrong': 'A proof holds, and proves what the record says.',
  'file-missing': 'Every file that a checkpoint covers is served, to everyone (C2SP tlog-tiles).',
  'file-differs': 'The files of a log are the same for everyone, and hold its entries and hashes.',
  fork: 'There is one log: every checkpoint signs its entries.',
} as const

export type ServiceFaultCode = keyof typeof SERVICE_FAULTS

export type ServiceFinding = {
  readonly code: ServiceFaultCode
  readonly service: ServiceName | 'log'
  /** The question, or the file. */
  readonly question: string
  /** Source addresses that were served this. */
  readonly from: readonly string[]
  /** Source addresses that were served what is right. */
  readonly others: readonly string[]
  /** Log size that was named; null where none was. */
  readonly size: number | null
  /** A sentence each. */
  readonly details: readonly string[]
  /** A file from which anybody can see it again, offline; null where there is none, and `noEvidence` says why. */
  readonly evidence: string | null
  readonly noEvidence: string | null
}

export type AskerReport = {
  readonly from: string
  readonly answers: number
  /** How often it was told to come back later. */
  readonly limited: number
}

export type ServicesReport = {
  readonly url: string
  readonly origin: string
  /** Log size at the start and at the end. */
  readonly sizes: readonly [number, number]
  readonly at: string
  /** Null: everything was asked for. */
  readonly sample: { readonly questions: number; readonly seed: number } | null
  readonly questions: { readonly [S in ServiceName]: number }
  readonly files: number
  readonly askers: readonly AskerReport[]
  /** Values that the record only commits to: whether they are there was compared, not what they say. */
  readonly unopened: number
  readonly findingCount: number
  readonly findings: readonly ServiceFinding[]
  readonly seconds: number
}
