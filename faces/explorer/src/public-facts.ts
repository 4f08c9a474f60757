/** How a move between registries, an incident or a complaint reads on its page, for both sides; see facts.ts. */

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

/** From a record, or from an answer, whose members have the same names. Null for other types. */
export function publicFacts(key: string, record: JsonObject): ObjectFacts | null {
  const rows = key.startsWith('obj/transit/')
    ? TRANSIT
    : key.startsWith('obj/incident/')
      ? INCIDENT
      : key.startsWith('obj/complaint/')
        ? COMPLAINT
        : null
  if (rows === null) return null
  return {
    rows: rows.flatMap(([title, read]) => {
      const value = read(record)
      return value === null ? [] : [[title, value] as const]
    }),
    lines: [],
  }
}
