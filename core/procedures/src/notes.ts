/** Notes beside a registration or a holder: what several procedures read and write there, in one place. */

import type { Annotation, BlockableAct, HolderNotes, Instant, Notes, RecordKey } from '@cadastre/records'
import { notesKey } from './common.ts'
import { DRAFT_SINCE } from './effects.ts'
import type { Inputs } from './procedure.ts'

/** Annotations on one registration; strangers may make fewer, so that a court's claim always has room. */
export const MAX_ANNOTATIONS = 8
/** So many facts are remembered. */
const MAX_PAST_FACTS = 16

export function emptyNotes(registration: string): Notes {
  return {
    v: 1,
    registration,
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [],
    since: DRAFT_SINCE,
  }
}

/** The notes as a record: null where nothing is noted. */
export function notesRecord(notes: Notes): Notes | null {
  const { pending, heldUntil, annotations, delayedUntil, pastFacts, orders } = notes
  const empty = pending === null && heldUntil === null && delayedUntil === null
  return empty && annotations.length + pastFacts.length + orders.length === 0 ? null : notes
}

/** The notes with one more annotation, its facts remembered. */
export function withAnnotation(notes: Notes, annotation: Annotation): Notes {
  return {
    ...notes,
    annotations: [...notes.annotations, annotation],
    pastFacts: [...notes.pastFacts.filter((facts) => facts !== annotation.facts), annotation.facts].slice(
      -MAX_PAST_FACTS,
    ),
  }
}

/** What a whole registration's notes leave to the registration that takes its place: claims stay on the numbers. */
export function carriedNotes(notes: Notes | null, registration: string): Notes | null {
  if (notes === null) return null
  const { annotations, delayedUntil, pastFacts, claims } = notes
  // An order names a registration of its holder; it pursues nobody to whom the numbers have gone.
  const kept = annotations.filter(({ kind }) => kind !== 'order')
  const recent = claims === undefined ? {} : { claims }
  return notesRecord({ ...emptyNotes(registration), annotations: kept, delayedUntil, pastFacts, ...recent })
}

/** When the one delay of transfers ends; null where none is in force. */
export function delayEnd(notes: Notes | null, at: Instant): Instant | null {
  const end = notes?.delayedUntil ?? null
  return end !== null && end > at ? end : null
}

/** Notes on a holder: `obj/notes/H-7`. */
export function holderNotesOf(inputs: Inputs, holder: string): HolderNotes | null {
  return holderNotesAt(holderNotesKey(holder), inputs)
}
export function holderNotesAt(key: RecordKey, inputs: Inputs): HolderNotes | null {
  return inputs.record(key) as HolderNotes | null
}
export function holderNotesKey(holder: string): RecordKey {
  return notesKey(holder)
}

/** Whether a legal act forbids this act kind to the holder now; a delay on a name alone ends by itself. */
export function isBlocked(notes: HolderNotes | null, kind: BlockableAct, at: Instant): boolean {
  return (notes?.blocked ?? []).some(
    ({ kinds, until }) => kinds.includes(kind) && (until === null || until > at),
  )
}

/** When what delays this act kind on a name alone ends; null where nothing does, or an exact match blocks it. */
export function partialDelayEnd(notes: HolderNotes | null, kind: BlockableAct, at: Instant): Instant | null {
  const live = (notes?.blocked ?? []).filter(
    ({ kinds, until }) => kinds.includes(kind) && (until === null || until > at),
  )
  const ends = live.flatMap(({ until }) => (until === null ? [] : [until])).sort()
  return ends.length === live.length ? (ends.at(-1) ?? null) : null
}

export function emptyHolderNotes(holder: string): HolderNotes {
  return { v: 1, holder, blocked: [], delayed: null, representative: null, since: DRAFT_SINCE }
}
/** The notes as a record: null where nothing is noted. */
export function holderNotesRecord(notes: HolderNotes): HolderNotes | null {
  const { blocked, delayed, representative, dissolution, filed } = notes
  const empty = blocked.length === 0 && delayed === null && representative === null
  return empty && dissolution === undefined && filed === undefined ? null : notes
}
