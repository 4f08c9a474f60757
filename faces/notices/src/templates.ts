/** What each procedure's notice says: what happened, and what its reader can do until when. Plain words, no names. */

import type { AwaitedNotice, OpEntry } from '@cadastre/records'

/** What a template may use: public facts of the entry. */
type TemplateFacts = {
  /** The application's procedure and state, and the instant at which it takes effect; null where there is none. */
  readonly procedure: string | null
  readonly state: string | null
  readonly until: string | null
  /** How long the window lasts that begins with the logged attempt; null where none waits. */
  readonly window: Pick<AwaitedNotice, 'windowSeconds' | 'windowDays'> | null
  /** The registry's deadline that passed without an attempt. */
  readonly overdue: string | null
}

export type Template = {
  readonly happened: (facts: TemplateFacts) => string
  readonly possible: (facts: TemplateFacts) => string
}

const untilText = ({ until }: TemplateFacts): string => (until === null ? '' : ` until ${until}`)

const KEEP = 'Compare the record with what you signed, and keep this notice.'
const NOT_YOU =
  'If no key of yours signed this, freeze transfers with any enrolled key now, and ask the registry for an incident report.'
const NOTHING_NEEDED = 'Nothing is required of you. Holdings and services stand as the record says.'
const LIVING_KEY = 'Any one living key of an affected holder may veto it'

/** Acts that take time: what they are, and who may stop them. */
const TIMED: { readonly [kind: string]: readonly [what: string, stopping: string] } = {
  'adopt-procedure': ['A change of a procedure’s terms', 'What is recorded already keeps its own terms'],
  allocate: ['An allocation from a pool', 'The applicant may withdraw it'],
  claim: [
    'A claim of imported numbers, or of an imported holder',
    'The claimant may withdraw it; a key that the imported source lists may veto it',
  ],
  correct: ['A correction of what is declared', LIVING_KEY],
  delegate: [
    'The grant of a protected child, or the end of a child',
    'The holder may withdraw a grant that waits; a protected child ends early only by its own signature or an order',
  ],
  dissolve: [
    'A note that the holder has died or been dissolved',
    'Any one key of the holder may veto it, and lift it at any time; nothing is taken',
  ],
  lock: ['A lock, its release, or a freeze of transfers', 'Any key with a veto may stop a release'],
  'move-out': ['The move of numbers to another registry', 'The holder may cancel it'],
  'recover-keys': ["A recovery of the holder's keys", 'Any living key of the holder may veto it'],
  return: ['The return of numbers', 'The holder may withdraw it'],
  'rotate-keys': [
    "A change of the holder's keys",
    'Any living key, and any removed within 14 days, may veto it',
  ],
  succeed: ['The passing of numbers to a successor', LIVING_KEY],
  transfer: ['A transfer of numbers', 'Either party may withdraw it'],
  'update-holder': ["A change of the holder's record", 'Any key with a veto may stop it'],
}

function timedOf(procedure: string): readonly [what: string, stopping: string] {
  const kind = kindOf(procedure)
  const known = Object.hasOwn(TIMED, kind) ? TIMED[kind] : undefined
  return known ?? [`An act of the procedure ${procedure}`, 'Its page says who may stop it']
}

function windowText({ window, overdue }: TemplateFacts): string {
  const most = Math.max(0, ...(window?.windowDays ?? []).map((one) => one.days))
  const days =
    most > 0
      ? ` of ${most} business day${most === 1 ? '' : 's'}`
      : window === null
        ? ''
        : ` of ${window.windowSeconds / 86_400} days`
  const late = overdue === null ? '' : ` The registry was to try by ${overdue}, and was late.`
  return `Its window${days} has not begun: it begins with the entry that logs an attempt to tell whom it concerns, and this notice is one.${late}`
}

/** An act that takes time: asked for, to be notified, in its window, withdrawn, vetoed, failed or in effect. */
function timedText(what: string, facts: TemplateFacts): string {
  switch (facts.state) {
    case 'withdrawn':
      return `${what} was withdrawn; nothing has changed.`
    case 'vetoed':
      return `${what} was vetoed; nothing has changed.`
    case 'failed':
      return `${what} did not take effect; the entry says why.`
    case 'effected':
    case null:
      return `${what} took effect.`
    case 'to-notify':
      return `${what} is to take effect after a window. ${windowText(facts)}`
    case 'noticed':
      return `${what} is in its window, and takes effect when that has passed.`
    default:
      return `${what} was asked for. It has not taken effect yet (state: ${facts.state}).`
  }
}

function stoppingText(stopping: string, facts: TemplateFacts): string {
  if (facts.state === 'to-notify') return `${stopping}, now and until the window has passed.`
  return facts.state !== null && facts.until !== null ? `${stopping}${untilText(facts)}.` : KEEP
}

function timed([what, stopping]: readonly [what: string, stopping: string]): Template {
  return {
    happened: (facts) => timedText(what, facts),
    possible: (facts) => stoppingText(stopping, facts),
  }
}

function done(happened: string, possible: string): Template {
  return { happened: () => happened, possible: () => possible }
}

/** An act on an application of another procedure: where that stands says more than the act itself. */
function onApplication(happened: string): Template {
  return {
    happened: (facts) => {
      const tells = facts.state !== null && facts.state !== 'examining' && facts.procedure !== null
      return tells ? `${happened} ${timedText(timedOf(facts.procedure ?? '')[0], facts)}` : happened
    },
    possible: (facts) =>
      facts.state === 'to-notify' || facts.state === 'noticed'
        ? stoppingText(timedOf(facts.procedure ?? '')[1], facts)
        : 'Parties can follow the application, and withdraw or veto it; deadlines that pass are public.',
  }
}

const TEMPLATES: { readonly [kind: string]: Template } = {
  'annotate-dispute': done(
    'A public note that somebody disputes something was set or ended. It says that somebody claims it, never that it is so.',
    'The holder may serve a lapsing notice; a note blocks no service. Of claims and their withdrawals a holder gets at most one mail a day; all of them stand in the public log.',
  ),
  'apply-sanctions-act': done(
    'What a legal act of the seat forbids, or no longer forbids, was noted. Records, services and contacts are as before.',
    'The holder may ask the registry for the act and its evidence; the page of the procedure says how a note on a name alone ends.',
  ),
  attest: onApplication('An attestor answered, or was called, in the examination of an application.'),
  'change-staff': done(
    'Who works for the registry, or with which key, was changed. No key of staff can sign for a holder.',
    NOTHING_NEEDED,
  ),
  'change-witnesses': done(
    'Which witnesses must have seen the log changes, after an overlap in which the old ones still count.',
    'Whoever verifies answers by a saved policy fetches the new one before the overlap ends. Holdings and services stay.',
  ),
  confirm: done('The holder confirmed its data.', NOTHING_NEEDED),
  'contest-order': done(
    'An objection to a fact about an order, or an appeal against it, was recorded.',
    'A fact that is objected to is answered once more; whether the order is right is for its court to say.',
  ),
  'declare-service': done(
    'Reverse DNS, a route or a route origin authorisation was declared or ended.',
    NOT_YOU,
  ),
  erase: done(
    'Personal data was erased; the record keeps only what can no longer be opened.',
    NOTHING_NEEDED,
  ),
  'hand-over': done(
    'A successor of this registry was named, or the hand-over to it was announced, withdrawn or finished. Holdings, keys and services pass over bit for bit.',
    NOTHING_NEEDED,
  ),
  'identify-holder': done('A holder was identified, or its identity changed.', NOT_YOU),
  'move-in': done('Numbers are on their way here from another registry, or arrived.', NOTHING_NEEDED),
  pause: done(
    'The registry paused, or a pause ended. Every window of a holder is longer by the pause.',
    NOTHING_NEEDED,
  ),
  'record-notice': onApplication('The registry logged an attempt to tell whom an application concerns.'),
  'register-authority': done(
    'An authority was entered into, changed in or ended on the list of those whose orders can be served here.',
    'Its evidence and the notice that runs are on its record.',
  ),
  'report-incident': done(
    'The registry published an error of its own, with what it affects.',
    'Compare your record with what you signed; the report says what is repaired, and how.',
  ),
  'serve-order': done(
    'An order of a court or an authority was recorded, or went a step further. It can do what it says, and nothing else.',
    'The holder may object to a fact of the checklist, and appeal where the order says; merits are for its court.',
  ),
  'take-over': done(
    'This registry went on with the log of its predecessor: the same entries, the same state, under an origin and keys of its own.',
    'Sign requests for the new origin from now on. Nothing else changes.',
  ),
}

/** Founding acts, and acts about nobody: no notice. */
const SILENT: ReadonlySet<string> = new Set([
  'genesis',
  'import',
  'open',
  'complain',
  'list-peer',
  'certified-extract',
])

/** Acts that concern the registry as a whole: every holder is told. */
const FOR_ALL: ReadonlySet<string> = new Set([
  'adopt-procedure',
  'change-witnesses',
  'hand-over',
  'pause',
  'report-incident',
  'take-over',
])

/** The kind of `transfer/1` is `transfer`. */
export function kindOf(procedure: string): string {
  return procedure.split('/', 1)[0] ?? procedure
}

export function isSilent(procedure: string): boolean {
  return SILENT.has(kindOf(procedure))
}

/** Whether an accepted act changed something that every holder is told of. */
export function isForAll({ procedure, outcome }: OpEntry): boolean {
  return outcome.accepted && outcome.effects.length > 0 && FOR_ALL.has(kindOf(procedure))
}

/** The template of a procedure; one that says only that an act was recorded, where it has none of its own. */
export function templateOf(procedure: string): Template {
  const kind = kindOf(procedure)
  return (Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined) ?? timed(timedOf(procedure))
}

/** Whether the procedure has words of its own. */
export function hasTemplate(procedure: string): boolean {
  const kind = kindOf(procedure)
  return Object.hasOwn(TEMPLATES, kind) || Object.hasOwn(TIMED, kind)
}
