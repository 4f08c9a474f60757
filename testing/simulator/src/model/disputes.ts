/** `annotate-dispute/1`: a claim is noted; one before a court delays transfers once. */

import type { Annotation, Instant, Notes, StrangersClaim } from '@cadastre/records'
import { after } from './business-days.ts'
import { staffFault, twoClerks } from './desk.ts'
import { saveNotes } from './handing.ts'
import { pseudonym } from './identify.ts'
import { fullSigned, signedBy } from './keys.ts'
import { named } from './transfer.ts'
import {
  type Asked,
  firstOf,
  later,
  openAndRunning,
  parameters,
  type Rule,
  refuse,
  textOf,
  type Verdict,
} from './verdict.ts'
import type { Parcel } from './world.ts'

const MOST_NOTES = 8
const MOST_CLAIMS = 4
const FACTS_REMEMBERED = 16

export const annotateDispute: Rule = {
  by: 'step',
  shape: {
    claim: 'registration:named key facts:hash evidence:hash?',
    court: 'registration:named key facts:hash evidence:hash staff leave:hash?',
    lapse: 'registration:named annotation',
    withdraw: 'registration:named annotation key',
    end: 'registration:named annotation staff evidence:hash',
  },
  request(asked) {
    const { world, body } = asked
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const parcel = named(world, body)
    if (parcel === undefined) return refuse('registration-unknown')
    if (parcel.entry.kind !== 'holding' || parcel.entry.holder === null) return refuse('not-a-holding')
    const notes = world.notes(parcel.entry.id)
    switch (body['step']) {
      case 'claim':
      case 'court':
        return claimed(asked, parcel, notes)
      default:
        return ending(asked, parcel, notes)
    }
  },
  due({ world, subject }) {
    const id = subject.split('/')[2] ?? ''
    const notes = world.notes(id)
    const left = notes.annotations.filter(({ until }) => until === null || until > world.at)
    if (left.length === notes.annotations.length) return refuse('not-due')
    return { accept: () => saveNotes(world, { ...notes, annotations: left }) }
  },
}

/** Claims of strangers that still count against the limit. */
function claimsLately({ claims = [] }: Notes, at: string, periodSeconds: number): readonly StrangersClaim[] {
  return claims.filter((one) => later(one.at, periodSeconds) > at)
}

function claimed(asked: Asked, parcel: Parcel, notes: Notes): Verdict {
  const { world, body } = asked
  const isCourt = body['step'] === 'court'
  const terms = parameters(world, 'annotate-dispute/1', asked.received)
  const by = pseudonym(world, textOf(body, 'key'))
  const facts = textOf(body, 'facts')
  const lately = claimsLately(notes, world.at, terms['periodSeconds'] ?? 0)
  const standing = notes.annotations.filter(({ until }) => until === null || until > world.at)
  const strangers = standing.filter(({ kind }) => kind === 'dispute')
  const holderSigned = fullSigned(asked, world.holder(parcel.entry.holder))
  const staff = (body['staff'] ?? []) as readonly string[]
  const code = firstOf(
    !signedBy(asked, { alg: 'ed25519', key: textOf(body, 'key') }) && 'claimant-signature-missing',
    isCourt && staffFault(asked, staff, ['clerk']),
    isCourt && !twoClerks(asked, staff) && 'attestations-missing',
    notes.pastFacts.includes(facts) && !holderSigned && (body['leave'] ?? null) === null && 'facts-repeated',
    !isCourt && lately.some((one) => one.by === by) && 'claimed-recently',
    (standing.length >= MOST_NOTES ||
      (!isCourt && Math.max(strangers.length, lately.length) >= MOST_CLAIMS)) &&
      'notes-full',
  )
  if (code !== null) return refuse(code)
  return {
    accept() {
      const annotation: Annotation = {
        id: `N-${world.index}`,
        kind: isCourt ? 'court-claim' : 'dispute',
        by,
        facts,
        evidence: body['evidence'] as string | null,
        until: isCourt ? null : (later(world.at, terms['lapseSeconds'] ?? 0) as Instant),
        since: world.index,
      }
      const delayedUntil =
        isCourt && notes.delayedUntil === null
          ? (after(world, world.at, terms, 'delay') as Instant)
          : notes.delayedUntil
      const claims = isCourt ? notes.claims : [...lately, { by, at: world.at as Instant }]
      const pastFacts = [...notes.pastFacts.filter((one) => one !== facts), facts].slice(-FACTS_REMEMBERED)
      const annotations = [...notes.annotations, annotation]
      const known = { ...notes, annotations, delayedUntil, pastFacts }
      saveNotes(world, claims === undefined ? known : { ...known, claims })
    },
    // What has lapsed takes its place until the registrar has written so.
    unless: notes.annotations.some(({ until }) => until !== null && until <= world.at) ? ['notes-full'] : [],
  }
}

function ending(asked: Asked, parcel: Parcel, notes: Notes): Verdict {
  const { world, body } = asked
  const terms = parameters(world, 'annotate-dispute/1', asked.received)
  const one = notes.annotations.find(({ id, kind }) => id === body['annotation'] && kind !== 'order')
  if (one === undefined) return refuse('annotation-unknown')
  const ends = later(world.at, terms['noticeSeconds'] ?? 0) as Instant
  const staff = (body['staff'] ?? []) as readonly string[]
  const isOwn = body['step'] !== 'withdraw' || one.by === pseudonym(world, textOf(body, 'key'))
  const signed = body['step'] !== 'withdraw' || signedBy(asked, { alg: 'ed25519', key: textOf(body, 'key') })
  const code = firstOf(
    !(isOwn && signed) && 'claimant-signature-missing',
    body['step'] === 'end' && staffFault(asked, staff, ['clerk']),
    body['step'] === 'end' && !twoClerks(asked, staff) && 'attestations-missing',
    body['step'] === 'lapse' && !fullSigned(asked, world.holder(parcel.entry.holder)) && 'consent-missing',
    body['step'] === 'lapse' && one.until !== null && one.until <= ends && 'nothing-changed',
  )
  if (code !== null) return refuse(code)
  return {
    accept() {
      const annotations =
        body['step'] === 'lapse'
          ? notes.annotations.map((other) => (other === one ? { ...one, until: ends } : other))
          : notes.annotations.filter((other) => other !== one)
      saveNotes(world, { ...notes, annotations })
    },
  }
}
