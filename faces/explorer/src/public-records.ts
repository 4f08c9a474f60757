/** The pages of a move between registries, an incident, a complaint, and a registration looked up by its id. */

import { html } from 'hono/html'
import { kindWords } from './facts.ts'
import { otherForms, subject } from './numbers.ts'
import { factList } from './objects.ts'
import { part } from './page.ts'
import { proofPanel, provable } from './proof-panel.ts'
import { publicFacts } from './public-facts.ts'
import { timeline } from './timeline.ts'
import type { ComplaintAnswer, History, IncidentAnswer, RegistrationAnswer, TransitAnswer } from './types.ts'
import { type Markup, search, when } from './words.ts'

type PublicAnswer = TransitAnswer | IncidentAnswer | ComplaintAnswer

function recordPage(
  answer: PublicAnswer,
  history: History | null,
  words: { readonly word: string; readonly sentence: Markup; readonly more?: Markup },
): Markup {
  const { kind, handle, query, links } = answer
  const key = `obj/${kind}/${handle}`
  const facts = publicFacts(key, answer)
  if (facts === null) throw new TypeError(`no facts of a ${kind}`)
  return html`${subject({ ...query, canonical: handle }, words.word, 'held', html`<p class="statement">${words.sentence}</p>`)}
${proofPanel(provable(key, links), query)}
${words.more ?? ''}
${part('record', 'Record', 'Covered by the proof.', factList(key, facts))}
${timeline(history, query.text)}
${otherForms(links)}`
}

const STATES: { readonly [S in TransitAnswer['state']]: string } = {
  sourceInitialized: 'The holder has asked for the move. The numbers are still held here.',
  sourceFinalized: 'The move is final here: the numbers are held in the other registry.',
  sourceCancelled: 'The move was cancelled. The numbers stay here.',
  recipientAccepted:
    'It is accepted here. Until it is final there, the numbers are held in the other registry.',
  recipientCompleted: 'The move is complete: the numbers are held here.',
  recipientCancelled: 'The move was cancelled. The numbers stay in the other registry.',
}
/** The steps of a move, as each side counts them. */
const STEPS: { readonly [D in TransitAnswer['direction']]: readonly TransitAnswer['state'][] } = {
  out: ['sourceInitialized', 'sourceFinalized'],
  in: ['recipientAccepted', 'recipientCompleted'],
}

export function transitPage(answer: TransitAnswer, history: History | null): Markup {
  const { direction, state, source, recipient, range, otherRdap } = answer
  const other = direction === 'out' ? recipient.origin : source.origin
  const way = direction === 'out' ? html`from here to ${other}` : html`to here from ${other}`
  const cancelled = state.endsWith('Cancelled')
  const steps = cancelled ? [state] : STEPS[direction]
  const here = steps.indexOf(state)
  const list = html`<ol class="steps">${steps.map(
    (step, index) =>
      html`<li class="step"${index === here ? html` aria-current="step"` : ''}><strong>${index <= here ? 'done' : 'to come'}</strong> ${STATES[step]} <code>${step}</code></li>`,
  )}</ol>
<p>A move has a record in each registry. The other one’s state is there${otherRdap === null ? '' : html`: <a href="${otherRdap}help">its RDAP service</a>`}. Neither side can hold the numbers twice or lose them: only the source decides, once.</p>`
  const sentence = html`<a href="${search(range)}">${range}</a> on the way ${way}. ${STATES[state]}`
  return recordPage(answer, history, {
    word: cancelled ? 'Cancelled' : here === steps.length - 1 ? 'Done' : 'On the way',
    sentence,
    more: part('steps', 'Where it stands', '', list),
  })
}

const INCIDENTS: { readonly [kind: string]: string } = {
  'service-differs': 'A public service showed something else than the log.',
  'wrong-entry': 'An entry did not say what its instrument says.',
  'insider-act': 'Somebody of the registry did what they should not.',
  'key-compromise': 'A key of the registry was compromised.',
  corruption: 'Data were damaged.',
  disclosure: 'Personal data were disclosed.',
  'missed-deadline': 'A deadline of the registry passed without a decision.',
}

export function incidentWords(kind: string): string {
  return INCIDENTS[kind] ?? kind
}

export function incidentPage(answer: IncidentAnswer, history: History | null): Markup {
  const { about, affected, at, deadline, query } = answer
  const late = at > deadline
  const sentence = html`${incidentWords(about)} The registry published it itself ${when(at, query.at)}, ${late ? html`<strong>later</strong> than its limit of ${when(deadline, query.at)}` : 'in time'}. It affects ${affected} record${affected === 1 ? '' : 's'}. <a href="/procedures/report-incident">What follows</a>`
  return recordPage(answer, history, { word: late ? 'Incident, told late' : 'Incident', sentence })
}

const ANSWERS = {
  issued: 'The issuing office says that it issued the instrument.',
  'not-issued': 'The issuing office says that it did not issue the instrument.',
  'no-answer': 'The issuing office did not answer.',
} as const

export function complaintPage(answer: ComplaintAnswer, history: History | null): Markup {
  const { about, seat, answer: said } = answer
  const what = about === 'conduct' ? 'about conduct' : 'that an instrument is forged'
  const sentence = html`A complaint ${what}. Nothing follows from it for any record: conduct is for the courts and authorities of ${seat}, and of the holder’s country. ${said === null ? '' : ANSWERS[said.says]} <a href="/procedures/complain">Whom to turn to</a>`
  return recordPage(answer, history, { word: 'Complaint', sentence })
}

export function registrationPage({ query, id, entry, entryAt, pieces, was }: RegistrationAnswer): Markup {
  const ended = pieces.length === 0
  const recorded = html`Recorded by <a href="/why/${entry}">entry ${entry}</a>${entryAt === null ? '' : html`, ${when(entryAt, query.at)}`}.`
  const sentence = ended
    ? html`<p class="statement">This registration has ended. ${recorded}</p>`
    : html`<p class="statement">${pieces.length === 1 ? 'A registration' : `A registration in ${pieces.length} pieces`}. ${recorded} Look at its numbers for who holds them, and the proof.</p>`
  const list = ended
    ? html`<p>Who holds its numbers now:</p><ul class="inside">${was.slice(0, 50).map((block) => html`<li class="depth-0"><a class="block" href="${search(block)}">${block}</a></li>`)}</ul>`
    : html`<ul class="inside">${pieces.map(
        ({ block, registration }) =>
          html`<li class="depth-0"><a class="block" href="${search(block)}">${block}</a> <span class="kind">${kindWords(registration.kind)}</span>${registration.holder === null ? '' : html` <a class="handle" href="${search(registration.holder.handle)}">${registration.holder.handle}</a>`}</li>`,
      )}</ul>`
  return html`${subject({ ...query, canonical: id }, ended ? 'Ended' : 'Registration', ended ? 'free' : 'held', sentence)}
${part('pieces', ended ? 'Its numbers' : 'What is in force', html`<strong class="unproved">Not yet proved.</strong> Each block has a proof of its own.`, list)}`
}
