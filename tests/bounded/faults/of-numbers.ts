// Faults of the procedures that move numbers.

import type { Basis } from '@cadastre/evidence'
import { parseBlockKey } from '@cadastre/numbers'
import type { Inputs, Procedure } from '@cadastre/procedures'
import type { Json, JsonObject, RecordKey } from '@cadastre/records'
import {
  bodyOf,
  changed,
  early,
  forgettingEnds,
  ignoringSignatures,
  insteadOf,
  otherwise,
  registering,
  seeing,
  seeingAs,
  writing,
} from './breaking.ts'
import { type Fault, fault } from './fault.ts'

const DAYS = 86400
const NATIONAL = { profile: 'national' } as const

/** Children that are told to be unprotected. */
const unprotected = (id: string): Procedure =>
  seeing(id, { registration: (one) => ({ ...one, protected: false }) })
/** Notes without holds of orders. */
const holdless = (id: string): Procedure => seeingAs(id, 'notes', { orders: [] })
const toSomebodyElse = (id: string, kind: string): Procedure =>
  registering(id, (one) =>
    one.since < 0 && one.kind === kind && one.holder !== null ? { ...one, holder: 'H-15' } : one,
  )

export const OF_NUMBERS: readonly Fault[] = [
  fault('signatures are taken for granted', ignoringSignatures('transfer/1'), ['transfer']),
  fault('the hold of an order is ignored', holdless('transfer/1'), ['transfer', 'holds']),
  fault('the holder’s lock is ignored', seeingAs('transfer/1', 'holder', { lockedUntil: null }), [
    'transfer',
    'keys',
  ]),
  fault('a freeze is ignored', seeingAs('transfer/1', 'holder', { frozenUntil: null }), ['transfer', 'keys']),
  fault('the delay of a court’s claim is ignored', seeingAs('transfer/1', 'notes', { delayedUntil: null }), [
    'transfer',
    'disputes',
  ]),
  fault('a sanctions act is ignored', seeingAs('transfer/1', 'notes', { blocked: [] }), [
    'transfer',
    'sanctions',
  ]),
  fault(
    'the hold after allocation is ignored',
    seeingAs('transfer/1', 'notes', { heldUntil: null }),
    ['transfer', 'allocate'],
    NATIONAL,
  ),
  fault(
    'another pending act is ignored',
    seeingAs('transfer/1', 'notes', { pending: null }),
    ['transfer', 'return'],
    NATIONAL,
  ),
  fault('no cooling', early('transfer/1', 100 * DAYS), ['transfer'], NATIONAL),
  fault('a withdrawal is forgotten', forgettingEnds('transfer/1'), ['transfer'], NATIONAL),
  fault('somebody else is credited', toSomebodyElse('transfer/1', 'holding'), ['transfer']),
  fault('the whole goes where a part was signed away', widened(), ['transfer']),
  fault('what changed since it was signed passes', unsigned('transfer/1'), ['transfer', 'delegate']),
  fault('a protected child does not pass along', childless(), ['transfer']),
  fault('signatures are taken for granted', ignoringSignatures('return/1'), ['return']),
  fault('the hold of an order is ignored', holdless('return/1'), ['return', 'holds']),
  fault('a protected child is ignored', unprotected('return/1'), ['return']),
  fault('no time to withdraw', early('return/1', 15 * DAYS), ['return']),
  fault('a withdrawal is forgotten', forgettingEnds('return/1'), ['return']),
  fault(
    'no quarantine',
    registering('return/1', (one) => (one.kind === 'quarantined' ? null : one)),
    ['return'],
  ),
  fault(
    'a short quarantine',
    registering('return/1', (one) =>
      one.kind === 'quarantined'
        ? { ...one, until: one.until?.replace('2031', '2030') as typeof one.until }
        : one,
    ),
    ['return'],
  ),
  fault('the quarantine ends early', early('return/1', 170 * DAYS), ['return']),
  fault(
    'terms of later on shorten the quarantine',
    seeing('return/1', { pin: null }),
    ['return', 'adoption'],
    { depth: 5 },
  ),
  fault('signatures are taken for granted', ignoringSignatures('allocate/1'), ['allocate']),
  fault('the quota is ignored', seeingAs('allocate/1', 'identity', { granted: { ip4: 0, ip6: 0, asn: 0 } }), [
    'allocate',
  ]),
  fault('the fee is ignored', unpaid(), ['allocate'], NATIONAL),
  fault(
    'numbers that are held are given',
    seeing('allocate/1', {
      record: (key, value) =>
        key.startsWith('obj/pool/') ? { ...value, cursors: {}, exhausted: [] } : value,
      registration: (one) => (one.kind === 'holding' ? null : one),
    }),
    ['allocate'],
  ),
  fault('another holder is given them', toSomebodyElse('allocate/1', 'holding'), ['allocate']),
  fault('signatures are taken for granted', ignoringSignatures('delegate/1'), ['delegate']),
  fault('a protected child is ended by its parent', endingProtected(), ['delegate']),
  fault('a term ends early', early('delegate/1', 390 * DAYS), ['delegate']),
  fault('a veto of a waiting grant is forgotten', forgettingEnds('delegate/1'), ['delegate']),
  fault(
    'a child becomes a second holding',
    registering('delegate/1', (one) => (one.kind === 'lease' ? { ...one, kind: 'holding' } : one)),
    ['delegate'],
  ),
  fault('signatures are taken for granted', ignoringSignatures('declare-service/1'), ['services']),
  fault('a declared service takes another’s with it', emptied(), ['services']),
  fault('signatures are taken for granted', ignoringSignatures('move-out/1'), ['moves']),
  fault('the hold of an order is ignored', holdless('move-out/1'), ['moves', 'holds']),
  fault('a protected child is ignored', unprotected('move-out/1'), ['moves']),
  fault('no time to cancel', seeingAs('move-out/1', 'transit', { notBefore: null }), ['moves'], NATIONAL),
  fault('the peer’s word is not needed', believingPeers('move-out/1'), ['moves']),
  fault('signatures are taken for granted', ignoringSignatures('move-in/1'), ['moves']),
  fault(
    'numbers that are here come in',
    seeing('move-in/1', { registration: (one) => (one.kind === 'moved-out' ? one : null) }),
    ['moves'],
  ),
  fault('the peer’s last word is not needed', believingPeers('move-in/1'), ['moves']),
  fault('somebody else is credited', toSomebodyElse('move-in/1', 'holding'), ['moves']),
  fault(
    'a peer’s keys count at once',
    writing('list-peer/1', 'peer', ({ policies }, _, at) => ({
      policies: (policies as readonly JsonObject[]).map((one) => ({ ...one, from: at })),
    })),
    ['peers'],
    NATIONAL,
  ),
  fault(
    'earlier keys of a peer are forgotten',
    writing('list-peer/1', 'peer', ({ policies }) => ({ policies: (policies as readonly Json[]).slice(-1) })),
    ['peers'],
  ),
  fault('signatures are taken for granted', ignoringSignatures('list-peer/1'), ['peers']),
]

/** The whole registration goes, whatever part was named. */
function widened(): Procedure {
  return otherwise('transfer/1', (effect) => {
    if (effect.key.startsWith('obj/') || effect.next === null) return effect
    const cell = effect.next as JsonObject & {
      readonly registrations: readonly (JsonObject & { readonly kind: string; readonly since: number })[]
    }
    const moved = cell.registrations.find(({ kind, since }) => kind === 'holding' && since < 0)
    if (moved !== undefined) return effect
    const registrations = cell.registrations.map((one) =>
      one.kind === 'holding' ? { ...one, holder: 'H-14' } : one,
    )
    return { ...effect, next: { ...cell, registrations } as Json }
  })
}

/** What the request says that it replaces is not compared. */
function unsigned(id: string): Procedure {
  const procedure = seeing(id, {})
  return {
    ...procedure,
    decide(act, inputs, at) {
      if (act.kind !== 'request') return procedure.decide(act, inputs, at)
      const { key, id: name } = (act.request.body['registration'] ?? {}) as {
        readonly key?: string
        readonly id?: string
      }
      const cell = inputs.has({ key: key as RecordKey, q: 'chain' }) ? inputs : null
      const member = `${key}#${name}`
      const hashes = cell === null ? [] : current(act.request.body, inputs, member)
      return procedure.decide(
        { ...act, request: { ...act.request, replaces: [...act.request.replaces, ...hashes] } },
        inputs,
        at,
      )
    },
  }
}
function current(
  body: JsonObject,
  inputs: Inputs,
  member: string,
): readonly { member: string; hash: string }[] {
  const { key, id } = body['registration'] as { readonly key: string; readonly id: string }
  const [space = 'ip4', address = '', length = ''] = key.split('/')
  const first = address.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
  const block = { space, first, length: Number(length) } as Parameters<typeof inputs.chain>[0]
  const found = inputs
    .chain(block)
    .flatMap(({ cell }) => cell.registrations)
    .find((one) => one.id === id)
  const record: unknown = found
  return found === undefined ? [] : [{ member, hash: inputs.memberHash(record as Json) }]
}

/** As if the terms asked for no fee. */
function unpaid(): Procedure {
  return seeing('allocate/1', {
    record: (key, value) =>
      key === 'obj/procedure/ALLOCATE-1'
        ? { ...value, parameters: { ...(value['parameters'] as JsonObject), actFee: false } }
        : value,
  })
}

/** Whoever declares a service below another’s ends that one. */
function emptied(): Procedure {
  return changed('declare-service/1', (decision, act, inputs) => {
    const at = String(bodyOf(act)['at'])
    const block = parseBlockKey(at)
    const outer = block.ok ? inputs.chain(block.value).at(0) : undefined
    if (!decision.accepted || outer === undefined || at === 'ip4/198.51.100.0/24') return decision
    const key = 'ip4/198.51.100.0/24' as RecordKey
    return {
      accepted: true,
      effects: [...decision.effects, { key, next: { ...outer.cell, routes: [] } as Json, basis: [] }],
    }
  })
}

/** What lies inside goes with a transfer, protected or not, as if the seller could consent to it. */
function childless(): Procedure {
  return changed('transfer/1', (decision) => {
    const moves = decision.accepted && decision.effects.some(({ key }) => key === 'ip4/198.51.100.0/24')
    if (!decision.accepted || !moves) return decision
    const basis = [{ kind: 'consent', holder: 'H-14', by: 'signature' } as Basis]
    return {
      accepted: true,
      effects: [...decision.effects, { key: 'ip4/198.51.100.64/26' as RecordKey, next: null, basis }],
    }
  })
}

/** A protected child ends on its parent’s word. */
function endingProtected(): Procedure {
  return insteadOf('delegate/1', 'protected-child', (body) => {
    const { key } = body['registration'] as { readonly key: RecordKey }
    return [{ key, next: null, basis: [{ kind: 'consent', holder: 'H-14', by: 'signature' } as Basis] }]
  })
}

/** The peer is taken to have said what is needed. */
function believingPeers(id: string): Procedure {
  const procedure = seeing(id, {})
  return {
    ...procedure,
    decide(act, inputs, at) {
      const step = String(bodyOf(act)['step'])
      if (act.kind !== 'request' || !['complete', 'finalize'].includes(step))
        return procedure.decide(act, inputs, at)
      const { statements = [] } = act.signatures
      const said = statements.map((one) => ({
        ...one,
        record: { ...(one.record as JsonObject), ...WORDS[id] },
      }))
      const signatures = { ...act.signatures, statements: said } as typeof act.signatures
      return procedure.decide({ ...act, signatures }, inputs, at)
    },
  }
}
const WORDS: { readonly [id: string]: JsonObject } = {
  'move-in/1': { state: 'sourceFinalized' },
  'move-out/1': { range: '203.0.113.0 - 203.0.113.255' },
}
