// Each checker of an invariant can fail: a procedure that is broken on purpose is caught by the observer that is meant
// for it, within a few histories.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Basis, Signatures, Verified } from '@cadastre/evidence'
import * as evidence from '@cadastre/evidence'
import { blockKey, parseBlockKey } from '@cadastre/numbers'
import {
  type Act,
  type Decision,
  type Effect,
  type Executed,
  type Inputs,
  PROCEDURES,
  type Procedure,
  WEEKDAYS,
} from '@cadastre/procedures'
import {
  type Application,
  addBusinessDays,
  addSeconds,
  type Cell,
  type Holder,
  type Instant,
  type Json,
  type JsonObject,
  type Profile,
  type RecordKey,
  type Registration,
} from '@cadastre/records'
import { type Observer, Violation, Workload } from '@cadastre/simulator'
import {
  blindDecision,
  hostileRefused,
  Projection,
  pinnedVersion,
  pureDecision,
  truthfulBasis,
} from './check-decisions.ts'
import { actsBlocked, consentsRecorded, controlLost, numbersLost, servicesLost } from './check-losses.ts'
import { noneLost, onePlace, poolGrowth } from './check-numbers.ts'
import { functionOfRecord } from './check-services.ts'
import { Windows } from './check-windows.ts'

const HISTORIES = 24
const STEPS = 250

type Breaking = {
  readonly broken?: readonly Procedure[]
  readonly tamper?: (executed: Executed) => Executed
  readonly profile?: Profile
}

/** The first violation that this observer alone finds. */
function found(observer: () => Observer, { profile = 'community', ...breaking }: Breaking): Violation | null {
  for (let seed = 1; seed <= HISTORIES; seed++)
    try {
      new Workload(seed, { profile, observers: [observer()], ...breaking }).run(STEPS)
    } catch (error) {
      if (error instanceof Violation) return error
      throw error
    }
  return null
}

function catches(name: string, observer: () => Observer, breaking: Breaking): void {
  test(`${name}: caught by “${observer().name}”`, (t) => {
    const violation = found(observer, breaking)
    assert.ok(violation, 'not found in any history')
    t.diagnostic(violation.message.slice(0, 160))
  })
}

function real(id: string): Procedure {
  const procedure = PROCEDURES[id]
  assert.ok(procedure, id)
  return procedure
}
/** The procedure with what it decides changed. */
function changed(
  id: string,
  change: (decision: Decision, act: Act, inputs: Inputs, at: Instant) => Decision,
): Procedure {
  const procedure = real(id)
  return {
    ...procedure,
    decide: (act, inputs, at) => change(procedure.decide(act, inputs, at), act, inputs, at),
  }
}
/** The procedure with some effects of what it accepts changed; null drops one. */
function otherwise(id: string, change: (effect: Effect, act: Act) => Effect | null): Procedure {
  return changed(id, (decision, act) =>
    decision.accepted
      ? {
          accepted: true,
          effects: decision.effects.map((effect) => change(effect, act)).filter((effect) => effect !== null),
        }
      : decision,
  )
}
/** With registrations in the cells that it writes changed. */
function registering(
  id: string,
  change: (registration: Registration, act: Act) => Registration | null,
): Procedure {
  return otherwise(id, (effect, act) => {
    if (effect.key.startsWith('obj/') || effect.next === null) return effect
    const cell = cellIn(effect)
    const registrations = cell.registrations.map((one) => change(one, act)).filter((one) => one !== null)
    return next(effect, { ...cell, registrations })
  })
}

const cellIn = (effect: Effect): Cell => {
  const record: unknown = effect.next
  return record as Cell
}
const jsonOf = (record: object): Json => record as Json
const next = (effect: Effect, record: object): Effect => ({ ...effect, next: jsonOf(record) })
const holderIn = (inputs: Inputs, handle: string): Holder | null => {
  const key = `obj/holder/${handle}` as RecordKey
  return inputs.has({ key, q: 'record' }) ? (inputs.record(key) as Holder | null) : null
}
/** A basis that nobody gave. */
const forged = (holder: string): Basis => ({ kind: 'consent', holder, by: 'signature' }) as Basis

const PARTIES = ['from', 'to', 'holder', 'parent', 'child', 'by']
/** Takes every party's signature for granted. */
function ignoringSignatures(id: string): Procedure {
  const procedure = real(id)
  return {
    ...procedure,
    decide(act, inputs, at) {
      if (act.kind !== 'request') return procedure.decide(act, inputs, at)
      const { body } = act.request
      const handles = PARTIES.map((name) => body[name]).filter((name) => typeof name === 'string')
      const all: Signatures = { keys: handles.flatMap((name) => holderIn(inputs, name)?.policy?.keys ?? []) }
      return procedure.decide({ ...act, signatures: all as Verified<Signatures> }, inputs, at)
    },
  }
}

/** Accepts what was refused with this code, with the effects given. */
function insteadOf(
  id: string,
  code: string,
  effects: (body: JsonObject, inputs: Inputs) => readonly Effect[],
): Procedure {
  return changed(id, (decision, act, inputs) => {
    if (decision.accepted || act.kind !== 'request') return decision
    if (!decision.refusals.some((one) => one === code)) return decision
    const made = effects(act.request.body, inputs)
    return made.length === 0 ? decision : { accepted: true, effects: made }
  })
}

/** Ends a protected child on its parent's word. */
const endsProtected = insteadOf('delegate/1', 'protected-child', (body, inputs) => {
  const { key, id } = body['registration'] as { readonly key: RecordKey; readonly id: string }
  const block = parseBlockKey(key)
  const here = block.ok ? inputs.chain(block.value).at(-1) : undefined
  const child = here?.cell.registrations.find((one) => one.id === id)
  if (here === undefined || child?.holder == null) return []
  const registrations = here.cell.registrations.filter((one) => one !== child)
  return [{ key, next: jsonOf({ ...here.cell, registrations }), basis: [forged(child.holder)] }]
})

/** Changes keys at once that should have waited. */
const guardless = changed('rotate-keys/1', (decision, act, inputs) => {
  if (!decision.accepted || act.kind !== 'request' || act.request.body['step'] !== 'rotate') return decision
  const handle = String(act.request.body['holder'])
  const record = { ...holderIn(inputs, handle), policy: act.request.body['policy'] }
  return {
    accepted: true,
    effects: [{ key: `obj/holder/${handle}` as RecordKey, next: record as Json, basis: [forged(handle)] }],
  }
})

catches('transfer without signatures', () => numbersLost, { broken: [ignoringSignatures('transfer/1')] })
catches('a protected child ended by its parent', () => numbersLost, { broken: [endsProtected] })
catches('more moves than was signed away', () => numbersLost, {
  broken: [
    registering('transfer/1', (one) => (one.kind === 'holding' ? { ...one, holder: 'H-5' } : one)),
  ].map(withConsents),
})
catches('keys changed without signatures', () => controlLost, {
  broken: [ignoringSignatures('rotate-keys/1')],
})
catches('keys changed without the guard', () => controlLost, { broken: [guardless] })
catches('services declared without signatures', () => servicesLost, {
  broken: [ignoringSignatures('declare-service/1')],
})
catches('a consent recorded that nobody gave', () => consentsRecorded, {
  broken: [ignoringSignatures('return/1')],
})
catches('a holding blocked by a stranger’s offer', () => actsBlocked, {
  broken: [ignoringSignatures('return/1')],
})
catches('what is hostile accepted', () => hostileRefused, { broken: [ignoringSignatures('allocate/1')] })

/** The same procedure, basing everything on these. */
function basedOn(procedure: Procedure, basis: readonly Basis[]): Procedure {
  return {
    ...procedure,
    decide(act, inputs, at) {
      const decision = procedure.decide(act, inputs, at)
      if (!decision.accepted) return decision
      return { accepted: true, effects: decision.effects.map((effect) => ({ ...effect, basis })) }
    },
  }
}
/** Everybody has agreed, whoever that is. */
function withConsents(procedure: Procedure): Procedure {
  const everybody = Array.from({ length: STEPS }, (_, index) => forged(`H-${index}`))
  return basedOn(procedure, everybody)
}
test('an invented order: prevented, an act on it is not written at all', () => {
  const scope = [{ key: 'ip4/198.51.100.0/24', id: 'R-0', range: '0.0.0.0/0' }]
  const order: unknown = { kind: 'order', order: 'O-1', effect: 'transferTo', holder: null, scope }
  const broken = [basedOn(real('transfer/1'), [order as Basis])]
  assert.throws(() => found(() => truthfulBasis, { broken }), /R-|O-1/)
})
catches('a consent that was not given', () => truthfulBasis, {
  broken: [
    otherwise('declare-service/1', (effect) => ({ ...effect, basis: [...effect.basis, forged('H-5')] })),
  ],
})

catches('a child recorded as a second holding', () => onePlace, {
  broken: [
    registering('delegate/1', (one) => (one.kind === 'sub' ? { ...one, kind: 'holding' } : one)),
    withConsents(real('return/1')),
  ],
})
catches('a registration that says more than it has', () => onePlace, {
  broken: [registering('allocate/1', (one) => (one.holder !== null ? { ...one, last: one.first } : one))],
})
catches('a pool that vanishes', () => noneLost, {
  broken: [
    withConsents(
      changed('declare-service/1', (decision) =>
        decision.accepted
          ? {
              accepted: true,
              effects: [{ key: 'ip4/198.51.100.128/26' as RecordKey, next: null, basis: [] }],
            }
          : decision,
      ),
    ),
  ],
})
catches('numbers free without a quarantine', () => poolGrowth, {
  broken: [registering('return/1', (one) => (one.kind === 'quarantined' ? null : one))],
})
/** A member that a record has not: what a switch for one holder would need. */
catches('a switch in a cell', () => functionOfRecord, {
  broken: [otherwise('declare-service/1', (effect) => next(effect, { ...cellIn(effect), off: false }))],
})
catches('a standing of a holder', () => functionOfRecord, {
  broken: [
    otherwise('update-holder/1', (effect) =>
      effect.key.startsWith('obj/holder/')
        ? next(effect, { ...(effect.next as JsonObject), standing: 'good' })
        : effect,
    ),
  ],
})
catches('services that end with somebody’s other service', () => functionOfRecord, {
  broken: [
    changed('declare-service/1', (decision, act, inputs) => {
      if (!decision.accepted || act.kind !== 'request') return decision
      const block = parseBlockKey(String(act.request.body['at']))
      const around = block.ok ? inputs.chain(block.value).slice(0, -1) : []
      const served = around.find(({ cell }) => cell.routes.length + cell.roas.length > 0)
      if (served === undefined) return decision
      const silent = { ...served.cell, routes: [], roas: [], rdns: null }
      const key = blockKey(served.block) as RecordKey
      return {
        accepted: true,
        effects: [...decision.effects, { key, next: jsonOf(silent), basis: [] }],
      }
    }),
  ],
})

let turns = 0
catches('a decision by turns', () => pureDecision, {
  broken: [
    changed('allocate/1', (decision) =>
      turns++ % 3 === 0 ? { accepted: false, refusals: ['block-taken'] } : decision,
    ),
  ],
})
catches('a decision that writes to its inputs', () => pureDecision, {
  broken: [
    changed('allocate/1', (decision, act, inputs) => {
      const holder = act.kind === 'request' ? holderIn(inputs, String(act.request.body['holder'])) : null
      if (holder !== null) Object.assign(holder, { confirmed: null })
      return decision
    }),
  ],
})
const refusingIf = (id: string, wrong: (holder: Holder) => boolean): Procedure =>
  changed(id, (decision, act, inputs) => {
    const { body } = act.kind === 'request' ? act.request : { body: {} as JsonObject }
    const holder = holderIn(inputs, String(body['from'] ?? body['holder'] ?? body['parent']))
    return holder !== null && wrong(holder) ? { accepted: false, refusals: ['locked'] } : decision
  })
catches('a transfer refused for the seller’s country', () => blindDecision, {
  broken: [refusingIf('transfer/1', ({ country }) => country === 'BR')],
})
catches('an allocation refused for a name', () => blindDecision, {
  broken: [refusingIf('allocate/1', ({ name }) => name?.includes('holder 1') === true)],
})
catches('a grant refused for the age of the parent’s registration', () => blindDecision, {
  broken: [
    changed('delegate/1', (decision, act, inputs) => {
      const named = act.kind === 'request' ? act.request.body['registration'] : undefined
      const block = parseBlockKey(String((named as JsonObject | undefined)?.['key']))
      if (!decision.accepted || !block.ok || act.kind !== 'request') return decision
      const parent = inputs.chain(block.value).at(-1)?.cell.registrations.at(-1)
      return parent?.registered?.endsWith('-01-01') === true
        ? decision
        : { accepted: false, refusals: ['act-pending'] }
    }),
  ],
})

catches('another version’s name in a record', () => pinnedVersion, {
  broken: [registering('transfer/1', (one) => (one.since < 0 ? { ...one, procedure: 'transfer/2' } : one))],
})
catches('a version in force that is not looked at', () => pinnedVersion, {
  broken: [{ ...real('delegate/1'), needs: () => [], decide: () => ({ accepted: true, effects: [] }) }],
})
catches('an effect that the log does not tell', () => new Projection(), {
  tamper: (executed) =>
    executed.outcome.accepted && executed.outcome.effects.length > 2
      ? { ...executed, outcome: { ...executed.outcome, effects: executed.outcome.effects.slice(0, -1) } }
      : executed,
})

/** Lets the window begin whatever was attempted. */
const ANY_ATTEMPT = changed('record-notice/1', (decision, act, inputs, at) => {
  if (!decision.accepted || act.kind !== 'request' || decision.effects.length > 0) return decision
  const attempts = act.request.body['attempts'] as readonly JsonObject[]
  const key = `obj/application/${attempts[0]?.['application']}` as RecordKey
  const application = inputs.record(key) as Application | null
  if (application?.state !== 'to-notify' || application.notice === null) return decision
  const { notice } = application
  const ends = notice.windowDays.map(({ days }) => addBusinessDays(WEEKDAYS, at, days, 'longest'))
  const due = [addSeconds(at, notice.windowSeconds), ...ends].sort().at(-1) ?? at
  const begun = {
    ...application,
    state: 'noticed',
    due,
    opened: at,
    notice: { ...notice, attempted: notice.to },
  }
  return { accepted: true, effects: [{ key, next: jsonOf(begun), basis: [] }] }
})
catches('a window that begins with an attempt to tell somebody else', () => new Windows(), {
  broken: [ANY_ATTEMPT],
})
catches('a mark that another procedure sets', () => new Windows(), {
  broken: [
    otherwise('confirm/1', (effect) =>
      effect.key.startsWith('obj/holder/') && effect.next !== null
        ? next(effect, {
            ...(effect.next as JsonObject),
            dissolved: { notice: '', at: '2030-01-01T00:00:00Z' },
          })
        : effect,
    ),
  ],
})

/** Members by which a body could single out a holder or numbers. */
const SINGLES_OUT = [
  'holder',
  'registration',
  'range',
  'from',
  'to',
  'parent',
  'child',
  'at',
  'application',
  'block',
]

/** Every member that a JSON schema speaks of, at any depth. */
function membersOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const own =
    'properties' in schema && typeof schema.properties === 'object'
      ? Object.keys(schema.properties ?? {})
      : []
  return [...own, ...Object.values(schema).flatMap(membersOf)]
}

test('I6: an act of emergency names no holder and no numbers, so that it can only concern everybody', () => {
  const emergencies = Object.values(PROCEDURES).filter(({ id }) => /^(pause|emergency|continue)/.test(id))
  for (const { id, body } of emergencies) {
    const members = membersOf(body.json)
    assert.deepEqual(
      members.filter((name) => SINGLES_OUT.includes(name)),
      [],
      id,
    )
  }
  assert.ok(membersOf(real('transfer/1').body.json).includes('registration'), 'the test sees members')
})

test('I8: an order is minted where its record is looked at, and nowhere else', () => {
  assert.deepEqual(
    Object.keys(evidence).filter((name) => /order/i.test(name)),
    ['endOfOrder', 'orderOf'],
  )
})
