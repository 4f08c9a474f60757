/**
 * Evidence of kind `decision`: an entry whose outcome is not what its procedure makes of its proved inputs. Inside is the
 * document by which any decision is explained and checked alone (docs/ledger.md, "One decision").
 */

import type { Crypto } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import { ALREADY_ACCEPTED } from '@cadastre/procedures'
import { isObject, type JsonObject } from '@cadastre/records'
import { agrees, type FaultCode } from '@cadastre/replay'
import { type JudgedWhy, judgeWhy, makeWhy, type Question } from '@cadastre/why'
import type { Conviction } from './conviction.ts'
import { type Evidence, formatEvidence } from './document.ts'
import { logAlone } from './proved-entries.ts'
import { type Checked, refuse } from './refusals.ts'
import { NoEvidenceError, type Sources } from './sources.ts'

/** Questions that one decision may ask beside those that its entry names. */
const QUESTIONS_MAX = 512

export function verifyDecision(
  crypto: Crypto,
  trust: Policy,
  { rule, members }: Evidence,
): Checked<Conviction> {
  const { document } = members
  if (!isObject(document)) return refuse('malformed-document', 'document is no object.')
  const judged = judgeWhy(crypto, logAlone(trust), null, JSON.stringify(document))
  if (!judged.ok) return judged
  const { origin, size, index, entry, wrong, unchecked, earlier } = judged.value
  if (unchecked.length > 0)
    return refuse('nothing-shown', `The document leaves out what lies inside ${unchecked.join(', ')}.`)
  if (earlier === null && agrees(entry, ALREADY_ACCEPTED))
    return refuse('nothing-shown', 'That no earlier entry accepted the request takes the whole log.')
  const found = wrong.filter(({ code }) => code === rule)
  if (found.length === 0) return refuse('nothing-shown', `The decision does not show ${rule}.`)
  const says = [decided(judged.value), ...found.map(({ detail }) => detail)]
  return { ok: true, value: { kind: 'decision', rule, basis: 'signed', origin, size, index, says } }
}

function decided({ entry, index, before, batch }: JudgedWhy): string {
  const state = before === null ? 'the empty state' : `the state of entry ${before.index}`
  const others = batch === 0 ? '' : ` and the ${batch} ops before it in its batch`
  return `Entry ${index} of ${entry.at} (${entry.procedure}) was decided again from ${state}${others}, as signed.`
}

/** Evidence about the decision at `index`. Rejects with {@link NoEvidenceError} where the document does not show it. */
export async function makeDecision(sources: Sources, rule: FaultCode, index: number): Promise<string> {
  const alone = await proved(sources, index, false)
  if (shows(alone.judged, rule)) return formatEvidence('decision', rule, { document: alone.document })
  const searched = await proved(sources, index, true)
  if (shows(searched.judged, rule)) return formatEvidence('decision', rule, { document: searched.document })
  throw new NoEvidenceError(
    `The inputs of entry ${index} alone do not show ${rule}: ${whyNot(searched.judged)}`,
  )
}

type Proved = { readonly document: JsonObject; readonly judged: ReturnType<typeof judgeWhy> }

function shows(judged: Proved['judged'], rule: FaultCode): boolean {
  if (!judged.ok || !judged.value.wrong.some(({ code }) => code === rule)) return false
  return judged.value.earlier !== null || !agrees(judged.value.entry, ALREADY_ACCEPTED)
}

function whyNot(judged: Proved['judged']): string {
  if (!judged.ok) return judged.error.detail
  const { unchecked } = judged.value
  return unchecked.length > 0
    ? `more lies inside ${unchecked.join(', ')} than a document holds.`
    : 'they give what the entry says.'
}

/** The document, made larger until it answers every question that the procedure asks. */
async function proved(sources: Sources, index: number, searchEarlier: boolean): Promise<Proved> {
  const also: Question[] = []
  for (;;) {
    const text = await makeWhy({ ...sources, page: () => null, searchEarlier }, index, also)
    const judged = judgeWhy(sources.crypto, logAlone(sources.trust), index, text)
    const missing = judged.ok ? [] : (judged.error.missing ?? [])
    if (missing.length === 0 || also.length > QUESTIONS_MAX)
      return { document: JSON.parse(text) as JsonObject, judged }
    also.push(...missing)
  }
}
