/** What each procedure's notice says: what happened, and what its reader can do until when. Plain words, no names. */

/** What a template may use: public facts of the entry. */
type TemplateFacts = {
  /** The application's state, and the instant at which it takes effect; null where there is none. */
  readonly state: string | null
  readonly until: string | null
}

export type Template = {
  readonly happened: (facts: TemplateFacts) => string
  readonly possible: (facts: TemplateFacts) => string
}

const untilText = ({ until }: TemplateFacts): string => (until === null ? '' : ` until ${until}`)

/** An act that takes time: asked for, withdrawn, vetoed, failed or in effect. */
function timed(what: string, stopping: string): Template {
  return {
    happened: ({ state }) => {
      switch (state) {
        case 'withdrawn':
          return `${what} was withdrawn; nothing has changed.`
        case 'vetoed':
          return `${what} was vetoed; nothing has changed.`
        case 'failed':
          return `${what} did not take effect; the entry says why.`
        case 'effected':
        case null:
          return `${what} took effect.`
        default:
          return `${what} was asked for. It has not taken effect yet (state: ${state}).`
      }
    },
    possible: (facts) =>
      facts.state !== null && facts.until !== null
        ? `${stopping}${untilText(facts)}.`
        : 'Compare the record with what you signed, and keep this notice.',
  }
}

function done(happened: string, possible: string): Template {
  return { happened: () => happened, possible: () => possible }
}

const NOT_YOU =
  'If no key of yours signed this, freeze transfers with any enrolled key now, and ask the registry for an incident report.'
const NOTHING_NEEDED = 'Nothing is required of you. Holdings and services stand as the record says.'

const TEMPLATES: { readonly [kind: string]: Template } = {
  allocate: timed('An allocation from a pool', 'The applicant may withdraw it'),
  'annotate-dispute': done(
    'A public note that somebody disputes something was set or ended. It says that somebody claims it, never that it is so.',
    'The holder may serve a lapsing notice; a note blocks no service.',
  ),
  'apply-sanctions-act': done(
    'What a legal act of the seat forbids, or no longer forbids, was noted. Records, services and contacts are as before.',
    'The holder may ask the registry for the act and its evidence; the page of the procedure says how a note on a name alone ends.',
  ),
  attest: done(
    'An attestor answered, or was called, in the examination of an application.',
    'Parties can follow the application; deadlines that pass are public.',
  ),
  confirm: done('The holder confirmed its data.', NOTHING_NEEDED),
  'declare-service': done(
    'Reverse DNS, a route or a route origin authorisation was declared or ended.',
    NOT_YOU,
  ),
  delegate: done(
    'A delegation or a lease was granted or ended.',
    'A protected child ends early only by its own signature or an order.',
  ),
  erase: done(
    'Personal data was erased; the record keeps only what can no longer be opened.',
    NOTHING_NEEDED,
  ),
  'identify-holder': done('A holder was identified, or its identity changed.', NOT_YOU),
  'move-in': done('Numbers are on their way here from another registry, or arrived.', NOTHING_NEEDED),
  'move-out': timed('The move of numbers to another registry', 'The holder may cancel it'),
  pause: done(
    'The registry paused, or a pause ended. Every window of a holder is longer by the pause.',
    NOTHING_NEEDED,
  ),
  return: timed('The return of numbers', 'The holder may withdraw it'),
  succeed: timed(
    'The passing of numbers to a successor',
    'Any one living key of an affected holder may veto it',
  ),
  transfer: timed('A transfer of numbers', 'Either party may withdraw it'),
  'update-holder': timed("A change of the holder's record", 'Any key with a veto may stop it'),
  'rotate-keys': timed(
    "A change of the holder's keys",
    'Any living key, and any removed within 14 days, may veto it',
  ),
  'recover-keys': timed("A recovery of the holder's keys", 'Any living key of the holder may veto it'),
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

/** The kind of `transfer/1` is `transfer`. */
export function kindOf(procedure: string): string {
  return procedure.split('/', 1)[0] ?? procedure
}

export function isSilent(procedure: string): boolean {
  return SILENT.has(kindOf(procedure))
}

/** The template of a procedure; one that says only that an act was recorded, where it has none of its own. */
export function templateOf(procedure: string): Template {
  const kind = kindOf(procedure)
  return (
    (Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined) ??
    timed(`An act of the procedure ${procedure}`, 'Its page says who may stop it')
  )
}
