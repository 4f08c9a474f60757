/** How a move between registries, an incident, a complaint, an order or an authority reads on its page, for both sides; see facts.ts. */

import type { ObjectFacts } from './object-facts.ts'

type JsonObject = { readonly [member: string]: unknown }
/** Title, and the members of the record that its text is made of. */
type Row = readonly [title: string, text: (record: JsonObject) => string | null]

function text(name: string): (record: JsonObject) => string | null {
  return (record) => {
    const value = record[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  }
}
function within(name: string, member: string): (record: JsonObject) => string | null {
  return (record) => {
    const value = record[name]
    return typeof value === 'object' && value !== null ? text(member)(value as JsonObject) : null
  }
}

const TRANSIT: readonly Row[] = [
  ['State', text('state')],
  ['Numbers', text('range')],
  ['From registry', within('source', 'origin')],
  ['Its holder', within('source', 'holder')],
  ['To registry', within('recipient', 'origin')],
  ['Holder there', within('recipient', 'holder')],
  ['Status', text('status')],
  ['Country', text('country')],
  ['First registered', text('registered')],
  ['Registration', within('registration', 'id')],
  ['Begun', text('opened')],
  ['Not final before', text('notBefore')],
  ['Cancelled unless final by', text('due')],
  ['Rests on the other registry’s word', text('statement')],
  ['Since entry', text('since')],
]
const INCIDENT: readonly Row[] = [
  ['Records affected', text('affected')],
  ['Discovered', text('discovered')],
  ['To be published by', text('deadline')],
  ['Published', text('at')],
  ['Published by', text('by')],
  ['Hash of the report', text('report')],
  ['Since entry', text('since')],
]
const COMPLAINT: readonly Row[] = [
  ['Competent authorities of', text('seat')],
  ['Hash of its text', text('complaint')],
  ['Hash of the instrument', text('instrument')],
  ['Issuing office to be asked by', text('answerBy')],
  ['The office says', within('answer', 'says')],
  ['Hash of its answer', within('answer', 'evidence')],
  ['Recorded by', within('answer', 'staff')],
  ['Answered', within('answer', 'at')],
  ['Since entry', text('since')],
]

/** An answer tells the effect apart; a record has it in its detail. */
const effectOf = (record: JsonObject): string | null => within('detail', 'effect')(record)
/** The handle: an answer says more of a holder and an authority. */
function handleOf(name: string): (record: JsonObject) => string | null {
  return (record) => text(name)(record) ?? within(name, 'handle')(record)
}
function list(of: string, member: string): (record: JsonObject) => string | null {
  return (record) => {
    const value = record[of]
    if (!Array.isArray(value) || value.length === 0) return null
    return value
      .map((one: unknown) =>
        typeof one === 'object' && one !== null ? text(member)(one as JsonObject) : String(one),
      )
      .join(', ')
  }
}
/** Terms of an authority stand in its record under a name of their own. */
const term =
  (read: (record: JsonObject) => string | null) =>
  (record: JsonObject): string | null => {
    const { terms } = record
    return read(typeof terms === 'object' && terms !== null ? (terms as JsonObject) : record)
  }

const ORDER: readonly Row[] = [
  ['Effect', effectOf],
  ['State', text('state')],
  ['Authority', handleOf('authority')],
  ['Reference', text('reference')],
  ['Hash of the document', text('document')],
  ['Date', text('date')],
  ['Holder', handleOf('holder')],
  ['Numbers', list('scope', 'range')],
  ['Until', text('until')],
  ['To be executed from', text('executeFrom')],
  ['Sealed until', within('seal', 'until')],
  ['Commitment of the seal', within('seal', 'commitment')],
  ['Reverses', text('reverses')],
  ['Served', text('served')],
  ['Received', text('received')],
  ['Verified', text('verified')],
  ['Notified', text('notified')],
  ['Hash of the public text', within('published', 'text')],
  ['Window ends', text('windowEnd')],
  ['Executed', text('executed')],
  ['Ended', text('ended')],
  ['Examination', text('application')],
  ['Since entry', text('since')],
]
const AUTHORITY: readonly Row[] = [
  ['Name', term(text('name'))],
  ['Country', term(text('country'))],
  ['Legal basis', term(text('legalBasis'))],
  ['May order', term(list('effectsAllowed', ''))],
  ['Channels', term(list('channels', ''))],
  ['Seal certificates', term(list('sealCerts', ''))],
  ['Hierarchy', term(text('hierarchy'))],
  ['Rank', term(text('rank'))],
  ['In full from', text('noticedUntil')],
  ['Hash of the gazette', text('gazette')],
  ['Examination', text('application')],
  ['Ended', text('ended')],
  ['Since entry', text('since')],
]
const KINDS: { readonly [type: string]: readonly Row[] } = {
  transit: TRANSIT,
  incident: INCIDENT,
  complaint: COMPLAINT,
  order: ORDER,
  authority: AUTHORITY,
}

/** From a record, or from an answer, whose members have the same names. Null for other types. */
export function publicFacts(key: string, record: JsonObject): ObjectFacts | null {
  const [space, type = ''] = key.split('/')
  const rows = space === 'obj' && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined
  if (rows === undefined) return null
  return {
    rows: rows.flatMap(([title, read]) => {
      const value = read(record)
      return value === null ? [] : [[title, value] as const]
    }),
    lines: [],
  }
}
