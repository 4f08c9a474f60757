/** `report-incident/1`, `complain/1` and `certified-extract/1`: what is put on record and changes nothing else. */

import type { Complaint, Incident, Instant, Json } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { after } from './business-days.ts'
import { cellJson } from './compare.ts'
import { staffFault } from './desk.ts'
import {
  type Asked,
  firstOf,
  later,
  openAndRunning,
  opening,
  parameters,
  type Rule,
  refuse,
  textOf,
  type Verdict,
} from './verdict.ts'
import { memberHash } from './world.ts'

export const reportIncident: Rule = {
  shape: 'staff:handle kind report:hash affected discovered:instant',
  request(asked) {
    const { world, body } = asked
    const code = firstOf(
      opening(asked),
      staffFault(asked, [textOf(body, 'staff')], ['operator', 'auditor']),
      textOf(body, 'discovered') > world.at && 'instant-in-future',
    )
    if (code !== null) return refuse(code)
    return {
      accept() {
        const { disclosureSeconds = 0 } = parameters(world, 'report-incident/1', asked.received)
        const { kind, report, affected, discovered } = asRead<Incident>(body)
        const handle = `I-${world.index}`
        const deadline = later(discovered, disclosureSeconds) as Instant
        const known = { kind, report, affected, discovered, deadline, at: world.at as Instant }
        world.put('incident', handle, {
          v: 1,
          handle,
          ...known,
          by: textOf(body, 'staff'),
          since: world.index,
        })
      },
    }
  },
}

export const complain: Rule = {
  by: 'step',
  shape: { complain: 'complaint:hash instrument:hash?', answer: 'complaint staff:handle says evidence:hash' },
  request: (asked) => (asked.body['step'] === 'complain' ? filed(asked) : answered(asked)),
}
function filed(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  return {
    accept() {
      const terms = parameters(world, 'complain/1', asked.received)
      const handle = `C-${world.index}`
      const instrument = body['instrument'] as string | null
      const known: Omit<Complaint, 'v' | 'handle' | 'since'> = {
        kind: instrument === null ? 'conduct' : 'instrument',
        complaint: textOf(body, 'complaint'),
        instrument,
        seat: world.registry()?.seat ?? '',
        answerBy: instrument === null ? null : (after(world, world.at, terms, 'answer') as Instant),
        answer: null,
      }
      world.put('complaint', handle, { v: 1, handle, ...known, since: world.index })
    },
  }
}
function answered(asked: Asked): Verdict {
  const { world, body } = asked
  const complaint = world.get('complaint', body['complaint'])
  const code = firstOf(
    opening(asked),
    staffFault(asked, [textOf(body, 'staff')], ['clerk']),
    complaint?.instrument == null && 'complaint-unknown',
    complaint !== null &&
      complaint.answer !== null &&
      complaint.answer.says !== 'no-answer' &&
      'nothing-changed',
  )
  if (code !== null || complaint === null) return refuse(code ?? '')
  return {
    accept() {
      const { says, evidence, staff } = asRead<NonNullable<Complaint['answer']>>(body)
      const answer = { says, evidence, staff, at: world.at as Instant }
      world.put('complaint', complaint.handle, { ...complaint, answer })
    },
  }
}

export const certifiedExtract: Rule = {
  shape: 'key:key record:hash? extract:hash',
  request(asked) {
    const { world, body } = asked
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const key = textOf(body, 'key')
    const record = key.startsWith('obj/') ? ((world.objects.get(key) ?? null) as Json) : cellJson(world, key)
    const hash = record === null ? null : memberHash(world, record)
    if (hash === body['record']) return { accept: nothing }
    return keptWhole(key) ? refuse('member-changed') : { accept: nothing, unless: ['member-changed'] }
  },
}
/** Records that the model keeps in every member, so that it can name their hash. */
const keptWhole = (key: string): boolean => WHOLE.some((type) => key.startsWith(`obj/${type}/`))
const WHOLE: readonly string[] = [
  'holder',
  'identity',
  'registry',
  'staff',
  'procedure',
  'authority',
  'notes',
  'roster',
]
function nothing(): void {
  // The entry itself is the effect.
}
