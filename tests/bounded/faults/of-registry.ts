// Faults of the procedures of law, and of those by which the registry examines, tells, pauses and changes itself.

import type { Effect, Inputs, Procedure } from '@cadastre/procedures'
import type { Json, JsonObject, RecordKey } from '@cadastre/records'
import { addSeconds, type Instant } from '@cadastre/records'
import {
  bodyOf,
  changed,
  early,
  forgettingEnds,
  Glasses,
  ignoringSignatures,
  insteadOf,
  real,
  registering,
  seeing,
  seeingAs,
  seeingFor,
  writing,
} from './breaking.ts'
import { type Fault, fault } from './fault.ts'

const DAYS = 86400
const FIVE = { depth: 5 } as const
const LONG_AGO = '2030-01-01T00:00:00Z'

export const OF_LAW: readonly Fault[] = [
  fault('signatures are taken for granted', ignoringSignatures('serve-order/1'), ['takings'], { depth: 6 }),
  fault('no window', early('serve-order/1', 15 * DAYS), ['takings'], { depth: 6 }),
  fault('the scope is widened', widened(), ['takings'], { depth: 6 }),
  fault(
    'another receiver',
    registering('serve-order/1', (one) =>
      one.since < 0 && one.kind === 'holding' ? { ...one, holder: 'H-14' } : one,
    ),
    ['takings'],
    { depth: 6 },
  ),
  fault('no notice', seeingAs('serve-order/1', 'order', { notified: LONG_AGO }), ['takings'], { depth: 6 }),
  fault(
    'the text need not be public',
    seeingAs('serve-order/1', 'order', { published: { text: '', at: LONG_AGO } }),
    ['takings'],
    { depth: 6 },
  ),
  fault('what takes something away may be sealed', sealed(), ['takings'], { depth: 6 }),
  fault(
    'the notice of an authority is not needed',
    seeingAs('serve-order/1', 'authority', { noticedUntil: LONG_AGO }),
    ['takings', 'authorities'],
  ),
  fault(
    'a document counts twice',
    seeing('serve-order/1', { record: (key, value) => (key.startsWith('obj/document/') ? null : value) }),
    ['takings'],
    { depth: 2 },
  ),
  fault('signatures are taken for granted', ignoringSignatures('contest-order/1'), ['holds', 'contests']),
  fault(
    'every appeal stays',
    seeing('contest-order/1', {
      record: (key, value) =>
        key.startsWith('obj/authority/')
          ? { ...value, terms: { ...(value['terms'] as JsonObject), appealStays: true } }
          : value,
    }),
    ['holds', 'contests'],
  ),
  fault(
    'a second objection',
    seeingAs('contest-order/1', 'order', { objection: null }),
    ['holds', 'contests'],
    FIVE,
  ),
  fault('signatures are taken for granted', ignoringSignatures('register-authority/1'), ['authorities']),
  fault(
    'an authority counts at once',
    writing('register-authority/1', 'authority', (_, __, at) => ({ noticedUntil: at })),
    ['authorities'],
  ),
  fault('signatures are taken for granted', ignoringSignatures('annotate-dispute/1'), ['disputes']),
  fault('a second delay', seeingAs('annotate-dispute/1', 'notes', { delayedUntil: null }), ['disputes']),
  fault(
    'the same facts again',
    seeingAs('annotate-dispute/1', 'notes', { pastFacts: [], annotations: [], claims: [] }),
    ['disputes'],
  ),
  fault(
    'a longer delay',
    writing('annotate-dispute/1', 'notes', ({ delayedUntil }, _, at) =>
      delayedUntil === null ? {} : { delayedUntil: addSeconds(at, 60 * DAYS) },
    ),
    ['disputes'],
  ),
  fault('signatures are taken for granted', ignoringSignatures('apply-sanctions-act/1'), ['sanctions']),
  fault(
    'a similar number is enough',
    insteadOf('apply-sanctions-act/1', 'register-mismatch', (body, _, at) => [blocked(body, at)]),
    ['sanctions'],
  ),
  fault(
    'a second delay on a name',
    seeingAs('apply-sanctions-act/1', 'notes', { delayed: null, blocked: [] }),
    ['sanctions'],
  ),
  fault(
    'more act kinds are blocked',
    writing('apply-sanctions-act/1', 'notes', ({ blocked: all }) => ({
      blocked: (all as readonly JsonObject[]).map((one) => ({ ...one, kinds: ['declare-service'] })),
    })),
    ['sanctions'],
  ),
  fault('signatures are taken for granted', ignoringSignatures('complain/1'), ['disputes']),
  fault('a complaint leaves a note on a holding', noting('complain/1'), ['disputes']),
]

export const OF_REGISTRY: readonly Fault[] = [
  fault('signatures are taken for granted', ignoringSignatures('attest/1'), ['dissolve']),
  fault('a no counts as a yes', noIsYes(), ['dissolve'], FIVE),
  fault('an attestor reveals before the other has committed itself', revealing(), ['dissolve']),
  fault('signatures are taken for granted', ignoringSignatures('record-notice/1'), ['dissolve']),
  fault('any attempt begins the window', anyAttempt(), ['dissolve']),
  fault(
    'the window is shorter',
    writing('record-notice/1', 'application', (record, _, at) =>
      record['state'] === 'noticed' ? { due: at } : {},
    ),
    ['dissolve'],
  ),
  fault('signatures are taken for granted', ignoringSignatures('pause/1'), ['pause']),
  fault('a pause of any length', longPause(), ['pause']),
  fault('all pauses together are not counted', seeingAs('pause/1', 'registry', { pauses: [] }), ['pause'], {
    depth: 6,
  }),
  fault('a pause freezes one holder', freezing(), ['pause']),
  fault('a pause does not stop this', seeingAs('transfer/1', 'registry', { paused: null }), [
    'pause',
    'transfer',
  ]),
  fault('signatures are taken for granted', ignoringSignatures('report-incident/1'), ['pause']),
  fault('a report writes more than itself', noting('report-incident/1'), ['pause']),
  fault('signatures are taken for granted', ignoringSignatures('adopt-procedure/1'), ['adoption']),
  fault('no notice', early('adopt-procedure/1', 91 * DAYS), ['adoption']),
  fault(
    'terms may fit one holder',
    insteadOf('adopt-procedure/1', 'fits-one-holder', () => []),
    ['adoption'],
  ),
  fault(
    'terms in force are rewritten',
    writing(
      'adopt-procedure/1',
      'procedure',
      ({ revisions }) => (revisions as readonly JsonObject[]).at(-1) ?? {},
    ),
    ['adoption'],
  ),
  fault(
    'terms bind what was asked for before',
    writing('adopt-procedure/1', 'procedure', ({ revisions }) => ({
      revisions: (revisions as readonly JsonObject[]).map((one) => ({ ...one, from: LONG_AGO })),
    })),
    ['adoption'],
  ),
  fault('a withdrawal is forgotten', forgettingEnds('adopt-procedure/1'), ['adoption']),
  fault('signatures are taken for granted', ignoringSignatures('change-staff/1'), ['staff']),
  fault('no notice', early('change-staff/1', 8 * DAYS), ['staff']),
  fault(
    'too few may remain',
    insteadOf('change-staff/1', 'too-few-staff', (_, inputs, at) => [leaving(inputs, at)]),
    ['staff'],
  ),
  fault('a withdrawal is forgotten', forgettingEnds('change-staff/1'), ['staff']),
  fault('signatures are taken for granted', ignoringSignatures('change-witnesses/1'), ['witnesses']),
  fault('the old quorum is not needed', unwitnessed(), ['witnesses']),
  fault(
    'no overlap',
    writing('change-witnesses/1', 'witnesses', () => ({ previous: null })),
    ['witnesses'],
  ),
  fault('signatures are taken for granted', ignoringSignatures('hand-over/1'), ['succession']),
  fault(
    'no notice of the hand-over',
    seeing('hand-over/1', {
      record: (_, value) =>
        value['handOver'] == null ? value : { ...value, handOver: { announced: LONG_AGO, from: LONG_AGO } },
    }),
    ['succession'],
  ),
  fault('signatures are taken for granted', ignoringSuccessor(), ['succession']),
  fault('taken over before it was handed over', takingEarly(), ['succession']),
  ...['open/1', 'import/1'].map((id) => fault('possible after the opening', reopened(id), ['succession'])),
  fault('possible after the opening', refounded(), ['succession']),
]

/** The whole registration, whatever the order lists. */
function widened(): Procedure {
  return seeing('serve-order/1', {
    record: (key, value) => {
      if (!key.startsWith('obj/order/')) return value
      const scope = (value['scope'] as readonly JsonObject[]).map((item) => ({
        ...item,
        range: '203.0.113.0 - 203.0.113.255',
      }))
      return { ...value, scope }
    },
  })
}

/** A sealed order of any effect is taken in, and executed as if it had no seal. */
function sealed(): Procedure {
  return changed('serve-order/1', (decision, act, inputs, at) => {
    if (act.kind !== 'request' || act.request.body['step'] !== 'serve' || act.request.body['seal'] === null)
      return decision
    const shown = { ...act.request.body, seal: null, reference: 'x', document: `${'A'.repeat(42)}A=` }
    return real('serve-order/1').decide({ ...act, request: { ...act.request, body: shown } }, inputs, at)
  })
}

function blocked(
  body: JsonObject,
  at: Instant,
): { readonly key: never; readonly next: Json; readonly basis: readonly [] } {
  const { holder, act, kinds, evidence } = body
  const block = { act, kinds, match: 'exact', evidence, until: null, since: -1 } as Json
  const next = { v: 1, holder, blocked: [block], delayed: null, representative: null, since: -1 } as Json
  return { key: `obj/notes/${String(holder)}` as never, next: at === '' ? null : next, basis: [] }
}

/** It also notes something on a registration. */
function noting(id: string): Procedure {
  return changed(id, (decision) => {
    if (!decision.accepted) return decision
    const next = {
      v: 1,
      registration: 'R-17',
      pending: 'A-1',
      heldUntil: null,
      annotations: [],
      delayedUntil: null,
      pastFacts: [],
      orders: [],
      since: -1,
    }
    return {
      accepted: true,
      effects: [...decision.effects, { key: 'obj/notes/R-17' as never, next, basis: [] }],
    }
  })
}

/** What ends because of a no goes on as if everything had been answered with yes. */
function noIsYes(): Procedure {
  return writing('attest/1', 'application', (record, _, at) => {
    if (record['reason'] !== 'examination-negative' && record['reason'] !== 'attestors-unavailable') return {}
    const { affected } = record['examination'] as { readonly affected: readonly string[] }
    const notice = {
      ...(record['notice'] as JsonObject | null),
      to: affected,
      attempted: [],
      windowSeconds: 0,
      windowDays: [],
      overdue: null,
      since: -1,
    }
    return { state: 'to-notify', reason: null, due: addSeconds(at, DAYS), notice }
  })
}

/** Whoever reveals is told that all have committed themselves. */
function revealing(): Procedure {
  const procedure = real('attest/1')
  return {
    ...procedure,
    decide(act, inputs, at) {
      if (act.kind !== 'request' || act.request.body['step'] !== 'reveal')
        return procedure.decide(act, inputs, at)
      const glasses = new Glasses(inputs, {
        record: (key, value) => {
          const examination = value['examination'] as
            | (JsonObject & { readonly calls: readonly JsonObject[] })
            | null
            | undefined
          if (!key.startsWith('obj/application/') || examination == null) return value
          const calls = examination.calls.map((call) => ({
            ...call,
            commitment: call['commitment'] ?? 'any',
          }))
          return { ...value, examination: { ...examination, calls } }
        },
      })
      return procedure.decide(act, glasses, at)
    },
  }
}

/** What was attempted is read as what should have been. */
function anyAttempt(): Procedure {
  const procedure = real('record-notice/1')
  return {
    ...procedure,
    decide(act, inputs, at) {
      if (act.kind !== 'request') return procedure.decide(act, inputs, at)
      const attempts = (act.request.body['attempts'] as readonly JsonObject[]).map((one) => {
        const application = inputs.record(
          `obj/application/${String(one['application'])}` as never,
        ) as JsonObject | null
        const notice = application?.['notice'] as JsonObject | null | undefined
        return {
          ...one,
          channel: 'public',
          to: null,
          reply: 'no-channel',
          entry: notice?.['since'] ?? one['entry'],
        } as JsonObject
      })
      const body = { ...act.request.body, attempts }
      return procedure.decide({ ...act, request: { ...act.request, body } }, inputs, at)
    },
  }
}

/** The clerk is gone at once. */
function leaving(inputs: Inputs, at: Instant): Effect {
  const key = 'obj/staff/CL-2' as RecordKey
  return { key, next: { ...(inputs.record(key) as JsonObject), until: at }, basis: [] }
}

/** One more part of the genesis, of a procedure that is there already. */
function refounded(): Procedure {
  return seeingFor('genesis/1', (act, inputs) => ({
    record: (key, value) => {
      if (key.startsWith('obj/procedure/')) return null
      const awaitedParts = [inputs.memberHash(bodyOf(act)['procedures'] ?? null)]
      return key.startsWith('obj/registry/') ? { ...value, awaitedParts, state: 'founding' } : value
    },
  }))
}

function longPause(): Procedure {
  return seeing('pause/1', {
    record: (key, value) =>
      key.startsWith('obj/procedure/')
        ? { ...value, parameters: { maxSeconds: 10 ** 7, maxTotalSeconds: 10 ** 8, periodSeconds: 1 } }
        : value,
  })
}

/** A pause that locks a holder too. */
function freezing(): Procedure {
  return changed('pause/1', (decision, act) => {
    if (!decision.accepted || act.kind === 'due') return decision
    const next = { v: 1, holder: 'H-15', blocked: [], delayed: null, representative: null, since: -1 }
    return {
      accepted: true,
      effects: [...decision.effects, { key: 'obj/notes/H-15' as never, next, basis: [] }],
    }
  })
}

function unwitnessed(): Procedure {
  const procedure = seeingAs('change-witnesses/1', 'witnesses', { policy: 'quorum none\n' })
  return { ...procedure }
}

/** The successor that was named is taken to have signed. */
function ignoringSuccessor(): Procedure {
  return ignoringSignatures('take-over/1')
}

function takingEarly(): Procedure {
  const procedure = real('take-over/1')
  return {
    ...procedure,
    decide(act, inputs, at) {
      const over = (value: JsonObject): JsonObject => ({ ...value, state: 'handed-over' })
      const glasses = new Glasses(inputs, {
        record: (key, value) => (key.startsWith('obj/registry/') ? over(value) : value),
      })
      if (act.kind !== 'request') return procedure.decide(act, glasses, at)
      const statements = (act.signatures.statements ?? []).map((one) => ({
        ...one,
        record: over(one.record as JsonObject),
      }))
      const signatures = { ...act.signatures, statements } as typeof act.signatures
      return procedure.decide({ ...act, signatures }, glasses, at)
    },
  }
}

function reopened(id: string): Procedure {
  return seeing(id, {
    record: (key, value) => {
      if (!key.startsWith('obj/registry/')) return value
      const awaited = id === 'genesis/1' ? { awaitedParts: ['any'] } : {}
      return { ...value, ...awaited, state: 'founding', importing: null, imported: null }
    },
  })
}
