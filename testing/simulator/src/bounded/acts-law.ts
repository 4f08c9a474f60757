/** Acts that rest on an authority: orders, the register of authorities, claims before a court, sanctions acts. */

import { addSeconds, type Instant, type JsonObject } from '@cadastre/records'
import { holdings, type Offered, offered, PARTS, rangeOf, tried } from './acts-numbers.ts'
import { COURT_TERMS, hashOf, keyOf, ROOT, SEAL } from './small-world.ts'
import { type Met, THIEF, type View } from './view.ts'

const OPERATOR = keyOf('OP-1')
const CLERKS = ['CL-1', 'CL-2']
const BY_CLERKS = CLERKS.map(keyOf)
const SEALED_BY: JsonObject = { means: 'seal', certificate: SEAL, root: ROOT, report: hashOf('report') }
const BY_BAILIFF: JsonObject = { means: 'bailiff', record: hashOf('service'), callBack: hashOf('call') }

function order(view: View, name: string, detail: JsonObject, more: JsonObject): Offered {
  const body = {
    step: 'serve',
    staff: 'OP-1',
    attestor: null,
    authority: 'COURT',
    reference: name,
    document: hashOf(`order ${name}`),
    date: '2030-01-01',
    served: view.at,
    authenticity: SEALED_BY,
    order: detail,
    scope: [],
    holder: null,
    until: null,
    executeFrom: null,
    seal: null,
    reverses: null,
    ...more,
  }
  return offered({ procedure: 'serve-order/1', body, by: [OPERATOR] })
}

const scopeOf = (met: Met, range = rangeOf(met)): readonly JsonObject[] => [
  { key: met.key, id: met.registration.id, range },
]

type Parties = {
  readonly first: Met
  readonly second: Met
  readonly whole: JsonObject
  readonly part: JsonObject
  readonly receiver: string
}

/** Two holdings: all of the first, half of the second, and who is to receive it. */
function parties(view: View): Parties | null {
  const [first, second] = holdings(view)
  if (first === undefined || second === undefined) return null
  const receiver = view.other(second.registration.holder)?.handle ?? ''
  const half = PARTS[second.key.slice(4)] ?? rangeOf(second)
  return {
    first,
    second,
    whole: { scope: scopeOf(first), holder: first.registration.holder },
    part: { scope: scopeOf(second, half), holder: second.registration.holder },
    receiver,
  }
}
const later = (view: View): Instant => addSeconds(view.at as Instant, 60 * 86400)
const hidden = (view: View): JsonObject => ({
  reference: null,
  document: null,
  seal: { until: later(view), commitment: hashOf('sealed') },
})

/** Orders that take nothing away. */
export function holds(view: View): readonly Offered[] {
  const found = parties(view)
  if (found === null) return []
  const { whole, second } = found
  const { holder } = whole
  const until = later(view)
  const all = [
    order(view, 'hold', { effect: 'hold' }, { ...whole, until }),
    order(
      view,
      'hold of another',
      { effect: 'hold' },
      { scope: scopeOf(second), holder: second.registration.holder, until },
    ),
    order(view, 'sealed hold', { effect: 'hold' }, { ...whole, ...hidden(view), until }),
    order(view, 'annotate', { effect: 'annotate' }, { ...whole, until }),
    order(view, 'correct', { effect: 'correct', field: 'status', value: 'assigned' }, whole),
    order(view, 'disclose', { effect: 'disclose', commitments: [] }, { holder: holder ?? null }),
    order(view, 'outside', { effect: 'outside', described: hashOf('described') }, {}),
    order(view, 'of nobody', { effect: 'hold' }, { ...whole, authority: 'COURT-X' }),
  ]
  return Number.isFinite(view.most) ? all.slice(0, FEW) : all
}
/** Where acts are tried on few holders, so many kinds of orders are enough. */
const FEW = 3

/** Orders that take numbers, a service, or the say over them away. */
export function takings(view: View): readonly Offered[] {
  const found = parties(view)
  if (found === null) return []
  const { first, whole, part, receiver } = found
  const service = { at: first.key, service: { kind: 'route', origin: 64496 } }
  const representative = { effect: 'appointRepresentative', m: 1, keys: [{ ...THIEF, roles: ['full'] }] }
  const transfer = { effect: 'transferTo', receiver }
  const all = [
    order(view, 'transfer', transfer, part),
    order(view, 'transfer, by bailiff', transfer, { ...part, authenticity: BY_BAILIFF }),
    order(view, 'transfer, sealed', transfer, { ...part, ...hidden(view) }),
    order(view, 'of a new court', transfer, { ...part, authority: 'COURT-B' }),
    order(view, 'cancel', { effect: 'cancelToPool' }, part),
    order(view, 'withdraw', { effect: 'withdrawNamedService', services: [service] }, whole),
    order(view, 'represent', representative, { holder: whole['holder'] ?? null }),
  ]
  return Number.isFinite(view.most) ? all.slice(0, FEW) : all
}

/** The text of an order is made public, or its seal opened. */
export function publications(view: View): readonly Offered[] {
  return view.orders.flatMap(({ handle }) => {
    const publish = { step: 'publish', staff: 'OP-1', order: handle, text: hashOf('text') }
    const opening = {
      document: hashOf('d'),
      reference: 'r',
      holder: null,
      commitments: [],
      nonce: hashOf('n'),
    }
    const unseal = { step: 'unseal', staff: 'OP-1', order: handle, opening }
    return [publish, unseal].map((body) => offered({ procedure: 'serve-order/1', body, by: [OPERATOR] }))
  })
}

/** Orders about an order, objections to its facts, appeals. */
export function contests(view: View): readonly Offered[] {
  return view.orders.flatMap(({ handle, holder, detail, scope }) => {
    const about = { scope, holder }
    const object = {
      step: 'object',
      order: handle,
      holder: holder ?? '',
      items: ['lists-numbers'],
      evidence: hashOf('e'),
    }
    const appeal = { step: 'appeal', order: handle, filed: hashOf('appeal'), staff: CLERKS }
    const [own] = view.narrow(holder, 'technical')
    const made = [offered({ procedure: 'contest-order/1', body: appeal, by: BY_CLERKS })]
    if (own !== undefined)
      made.push(offered({ procedure: 'contest-order/1', body: object, by: [own] }, holder))
    if (['lift', 'stay', 'vary'].includes(detail.effect)) return made
    const sooner = addSeconds(view.at as Instant, 86400)
    return [
      ...made,
      order(view, `lift ${handle}`, { effect: 'lift', order: handle, what: 'order' }, about),
      order(view, `stay ${handle}`, { effect: 'stay', order: handle }, about),
      order(view, `vary ${handle}`, { effect: 'vary', order: handle, until: sooner, sealUntil: null }, about),
    ]
  })
}

export function authorities(view: View): readonly Offered[] {
  const shared = { staff: 'OP-1', attestor: null, gazette: hashOf('gazette of another') }
  const entry = (step: string, authority: string, more: JsonObject = {}): Offered => {
    const body = { ...shared, step, authority, ...more }
    return offered({ procedure: 'register-authority/1', body, by: [OPERATOR] })
  }
  const changed = { ...COURT_TERMS, rank: 2 }
  const known = view.value('obj/authority/COURT-B') !== null
  return [
    ...(known ? [] : [entry('register', 'COURT-B', { terms: COURT_TERMS })]),
    entry('register', 'COURT', { terms: changed }),
    entry('change', 'COURT', { terms: changed }),
    entry('end', 'COURT'),
  ]
}

/** Whoever says that numbers are another's: notes, one delay, and their ends. */
export function annotations(view: View): readonly Offered[] {
  const stranger = keyOf('stranger')
  return tried(view)
    .slice(0, 2)
    .flatMap((met) => {
      const { holder } = met.registration
      const registration = { key: met.key, id: met.registration.id }
      const procedure = 'annotate-dispute/1'
      const claim = { step: 'claim', registration, key: stranger.key, facts: hashOf('facts'), evidence: null }
      const court = {
        ...claim,
        step: 'court',
        facts: hashOf('case'),
        evidence: hashOf('stamp'),
        staff: CLERKS,
        leave: null,
      }
      const again = { ...court, facts: hashOf('another case') }
      const by = [stranger, ...BY_CLERKS]
      const made = [
        offered({ procedure, body: claim, by: [stranger] }),
        offered({ procedure, body: court, by }),
        offered({ procedure, body: again, by }),
      ]
      const notes = view.notes.find((one) => one.registration === met.registration.id)
      const ends = (notes?.annotations ?? []).flatMap(({ id }) => {
        const end = { step: 'end', registration, annotation: id, staff: CLERKS, evidence: hashOf('decision') }
        return [
          offered(
            { procedure, body: { step: 'lapse', registration, annotation: id }, by: view.full(holder) },
            holder,
          ),
          offered({
            procedure,
            body: { step: 'withdraw', registration, annotation: id, key: stranger.key },
            by: [stranger],
          }),
          offered({ procedure, body: end, by: BY_CLERKS }),
        ]
      })
      return [...made, ...ends]
    })
}

export function sanctions(view: View): readonly Offered[] {
  const procedure = 'apply-sanctions-act/1'
  return view.subjects.slice(0, 2).flatMap(({ handle, name }) => {
    const shared = { holder: handle, act: 'ACT-1', evidence: hashOf('act') }
    const register = { name: 'Register', number: String(name).split(' ')[0] ?? '' }
    const certify = { ...shared, step: 'certify', kinds: ['transfer'], register, ruling: null, staff: CLERKS }
    const wrong = { ...certify, register: { name: 'Register', number: 'similar' } }
    const delay = { ...shared, step: 'delay', kinds: ['transfer'], staff: CLERKS }
    const again = { ...delay, act: 'ACT-2' }
    return [
      ...[certify, wrong, delay, again].map((body) => offered({ procedure, body, by: BY_CLERKS })),
      offered({ procedure, body: { ...shared, step: 'lift', staff: 'CL-1' }, by: [keyOf('CL-1')] }),
    ]
  })
}
