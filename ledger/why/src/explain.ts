/** A verified decision in plain words. English; nothing is said that was not proved, and what was not is named. */

import { procedureById, REFUSALS } from '@cadastre/procedures'
import {
  addSeconds,
  type CalendarRecord,
  type Cell,
  type CoveringCell,
  type EvidenceItem,
  type Holder,
  isObject,
  type Json,
  type LoggedEffect,
  type ProcedureRecord,
  parseKey,
  type Registration,
  type Staff,
} from '@cadastre/records'
import { calendarWords, dateWords } from './date-words.ts'
import { readPage } from './published-page.ts'
import type { ProvedInput, VerifiedWhy } from './verify-why.ts'

export type Precondition = {
  readonly code: string
  /** When it fails, in the words of the published page where there is one. */
  readonly when: string
  /** `met`: it did not stand in the way. `failed`: it is why. `unreached`: an earlier one had failed. */
  readonly result: 'met' | 'failed' | 'unreached'
}

export type Explanation = {
  readonly index: number
  readonly origin: string
  readonly size: number
  readonly at: string
  readonly procedure: string
  /** Title of the published page, or the procedure's id. */
  readonly title: string
  readonly seq: number | null
  readonly received: string | null
  /** When the decision was due; null for what was not asked for. */
  readonly deadline: string | null
  /** Who signed, and as whom the proved inputs know the key. */
  readonly askedBy: readonly { readonly key: string; readonly party: string | null }[]
  readonly outcome: 'accepted' | 'refused'
  readonly summary: string
  readonly preconditions: readonly Precondition[]
  readonly inputs: readonly { readonly key: string; readonly q: string; readonly words: string }[]
  readonly effects: readonly { readonly key: string; readonly words: string }[]
  /** Whether the decision was made again from its inputs alone, and is this one. */
  readonly verified: boolean
  /** What was checked, a sentence each. */
  readonly checked: readonly string[]
  /** What was not, and who can. */
  readonly unchecked: readonly string[]
}

export function explain(why: VerifiedWhy): Explanation {
  const { entry, index, origin, size, page } = why
  const published = page === null ? null : readPage(page)
  const { outcome, received, procedure } = entry
  const deadline = procedureById(procedure)?.deadlineSeconds ?? null
  return {
    index,
    origin,
    size,
    at: entry.at,
    procedure,
    title: published === null || published.title === '' ? procedure : published.title.replaceAll('`', ''),
    seq: received?.seq ?? null,
    received: received?.at ?? null,
    deadline: received === null || deadline === null ? null : addSeconds(received.at, deadline),
    askedBy: entry.evidence.map((item) => ({
      key: item.key,
      party: partyOf(item, [...why.inputs, ...writtenBy(entry)]) ?? namedIn(entry, item),
    })),
    outcome: outcome.accepted ? 'accepted' : 'refused',
    summary: summaryOf(why),
    preconditions: preconditionsOf(why, published?.refusals ?? new Map()),
    inputs: why.inputs.map((input) => ({ key: input.key, q: input.q, words: inputWords(input) })),
    effects: outcome.accepted
      ? outcome.effects.map((effect) => ({ key: effect.key, words: effectWords(effect, why) }))
      : [],
    verified: why.unchecked.length === 0,
    checked: checkedSentences(why),
    unchecked: uncheckedSentences(why),
  }
}

function summaryOf({ entry }: VerifiedWhy): string {
  const { procedure, outcome, request, inputs } = entry
  const what = request === null ? `${procedure} fell due on ${inputs[0]?.key}` : `A request for ${procedure}`
  if (outcome.accepted) {
    const count = outcome.effects.length
    return `${what} ${request === null ? 'and was done' : 'was accepted'}; ${count} record${count === 1 ? '' : 's'} changed.`
  }
  return `${what} was refused: ${outcome.refusals.map(refusalText).join(' ')}`
}

function refusalText(code: string): string {
  return Object.hasOwn(REFUSALS, code) ? REFUSALS[code as keyof typeof REFUSALS] : code
}

/** All preconditions of the procedure in order of precedence, up to the one that failed. */
function preconditionsOf(
  { entry: { outcome, procedure } }: VerifiedWhy,
  rows: ReadonlyMap<string, string>,
): readonly Precondition[] {
  const listed = procedureById(procedure)?.refusals ?? []
  const failed: readonly string[] = outcome.accepted ? [] : outcome.refusals
  // Signatures and repetition are looked at before any procedure.
  const codes: readonly string[] = [
    ...failed.filter((code) => !listed.some((one) => one === code)),
    ...listed,
  ]
  const first = codes.findIndex((code) => failed.includes(code))
  return codes.map((code, at) => {
    const result = failed.includes(code) ? 'failed' : first >= 0 && at > first ? 'unreached' : 'met'
    return { code, when: rows.get(code) ?? refusalText(code), result }
  })
}

/** What an accepted decision itself records: whoever becomes a holder is no input yet. */
function writtenBy({ outcome }: VerifiedWhy['entry']): readonly Pick<ProvedInput, 'key' | 'value'>[] {
  return outcome.accepted ? outcome.effects.map(({ key, next }) => ({ key, value: next })) : []
}

/** As whom the proved inputs know a key that signed. */
function partyOf(
  { alg, key }: EvidenceItem,
  inputs: readonly Pick<ProvedInput, 'key' | 'value'>[],
): string | null {
  for (const { key: at, value } of inputs) {
    if (value === null) continue
    if (at.startsWith('obj/holder/')) {
      const { policy, handle, name } = value as Holder
      if (policy?.keys.some((one) => one.alg === alg && one.key === key)) return named(handle, name)
    }
    if (at.startsWith('obj/staff/')) {
      const staff = value as Staff
      if (staff.alg === alg && staff.key === key) return `${staff.handle}, ${staff.role} of the registry`
    }
  }
  return null
}

/** A key that is to be enrolled signs too, and where the request is refused no record knows it. */
function namedIn({ request }: VerifiedWhy['entry'], { key }: EvidenceItem): string | null {
  const said = request === null ? '' : JSON.stringify(request.body)
  return said.includes(JSON.stringify(key)) ? `a key that the request itself names, ${key}` : null
}

function named(handle: string, name: string | null): string {
  return name === null ? handle : `${handle} (${name})`
}

function inputWords({ key, q, value }: ProvedInput): string {
  if (q === 'chain') {
    const cells = (value ?? []) as readonly CoveringCell[]
    const all = cells.flatMap(({ cell }) => cell.registrations.map(registrationWords))
    return all.length === 0 ? `nothing covers ${key}` : `what covers ${key}: ${all.join('; ')}`
  }
  if (q === 'subtree') {
    if (value === null) return `more records inside ${key} than can be shown`
    const count = (value as readonly CoveringCell[]).length
    return count === 0
      ? `nothing lies inside ${key}`
      : `${count} record${count === 1 ? '' : 's'} inside ${key}`
  }
  return value === null ? `there is no ${key}` : recordWords(key, value)
}

function recordWords(key: string, value: unknown): string {
  const parsed = parseKey(key)
  if (parsed?.kind !== 'object') return `the record at ${key}`
  const { type, handle } = parsed
  if (type === 'registry') return 'the registry’s own record'
  if (type === 'holder') return `holder ${named(handle, (value as Holder).name)}`
  if (type === 'calendar') return `calendar ${calendarWords((value as CalendarRecord).calendar)}`
  if (type === 'procedure')
    return `procedure ${(value as ProcedureRecord).id} as recorded: its text’s hash and its parameters`
  return `${type} ${handle}`
}

function registrationWords({ id, kind, first, last, holder }: Registration): string {
  const range = first === last ? first : `${first} - ${last}`
  return `${id}, a ${kind} of ${holder ?? 'nobody'} over ${range}`
}

function effectWords(effect: LoggedEffect, why: VerifiedWhy): string {
  const words = changeWords(effect)
  return [words, ...dateWords(effect, why)].join('; ')
}

function changeWords({ key, prev, next }: LoggedEffect): string {
  if (next === null) return `${key} is removed`
  const verb = prev === null ? 'is recorded' : 'is changed'
  const cell = key.startsWith('obj/') ? [] : (asCell(next)?.registrations ?? [])
  return cell.length === 0 ? `${key} ${verb}` : `${key} ${verb}: ${cell.map(registrationWords).join('; ')}`
}

function asCell(next: Json): Cell | null {
  const cell: unknown = next
  return isObject(next) && Array.isArray(next['registrations']) ? (cell as Cell) : null
}

function checkedSentences({
  origin,
  size,
  index,
  entry,
  before,
  batch,
  inputs,
  unchecked,
  page,
  earlier,
}: VerifiedWhy): readonly string[] {
  const state =
    before === null
      ? 'It is of the first batch: the state before is the empty one.'
      : `The state before it is that of entry ${before.index}, ${before.at}.`
  const between =
    batch === 0
      ? 'No act stands between that state and it.'
      : `${batch} act${batch === 1 ? '' : 's'} of the same batch stand before it; what they changed is taken in.`
  const sentences = [
    `The log ${origin} signed a tree of ${size} entries, and this decision is entry ${index} of it.`,
    `${state} ${between}`,
    `Each of the ${inputs.length} inputs that the entry names is proved under that state.`,
  ]
  if (entry.evidence.length > 0 && unchecked.length === 0)
    sentences.push('The signatures were checked again.')
  if (earlier !== null) sentences.push(`Entry ${earlier} had accepted the same request.`)
  if (unchecked.length === 0)
    sentences.push('The procedure was executed again on these inputs alone: it decides exactly this.')
  if (page !== null) sentences.push('The published text is the one whose hash the procedure’s record holds.')
  return sentences
}

function uncheckedSentences({ unchecked, entry, page }: VerifiedWhy): readonly string[] {
  const sentences = unchecked.map(
    (key) =>
      `More than 256 records lie inside ${key}: this input cannot be checked alone, so the decision was not made again. "cadastre audit" does.`,
  )
  if (entry.request !== null && entry.outcome.accepted)
    sentences.push('That no earlier entry accepted the same request is checked by "cadastre audit".')
  if (page === null) sentences.push('The published text of the procedure is not part of the document.')
  return sentences
}

/** The explanation as lines of text. */
export function explanationText(told: Explanation): string {
  const lines = [`Entry ${told.index}, ${told.at}: ${told.title}`, told.summary]
  if (told.received !== null)
    lines.push(`Request ${told.seq} was received ${told.received}, to be decided by ${told.deadline}.`)
  for (const { key, party } of told.askedBy)
    lines.push(`Signed by ${party ?? `a key that no input knows, ${key}`}.`)
  const failed = told.preconditions.filter(({ result }) => result === 'failed')
  const met = told.preconditions.filter(({ result }) => result === 'met')
  for (const { code, when } of failed) lines.push(`Failed: ${code}: ${when}`)
  if (met.length > 0)
    lines.push(`Not in the way, or of another step: ${met.map(({ code }) => code).join(', ')}.`)
  lines.push('', 'What it looked at:', ...told.inputs.map(({ words }) => `  ${words}`))
  if (told.effects.length > 0)
    lines.push('', 'What it wrote:', ...told.effects.map(({ words }) => `  ${words}`))
  lines.push('', told.verified ? 'Verified:' : 'Checked:', ...told.checked.map((sentence) => `  ${sentence}`))
  if (told.unchecked.length > 0)
    lines.push('', 'Not checked here:', ...told.unchecked.map((one) => `  ${one}`))
  return lines.join('\n')
}
