/** Acts of the registry on itself, and those by which it examines and tells: every power that its keys give. */

import type { PeerStatement } from '@cadastre/evidence'
import { PROCEDURES, procedureKey, REGISTRY_KEY, termsHash } from '@cadastre/procedures'
import type { Application, Instant, Json, JsonObject, ProcedureRecord } from '@cadastre/records'
import { type Offered, offered } from './acts-numbers.ts'
import {
  attestation,
  hashOf,
  keyOf,
  ORIGIN,
  SUCCESSOR_ORIGIN,
  WITNESS,
  witnessPolicy,
} from './small-world.ts'
import type { View } from './view.ts'

const OPERATOR = keyOf('OP-1')
const OPERATORS = ['OP-1', 'OP-2']
const BY_OPERATORS = OPERATORS.map(keyOf)
const byOperator = (procedure: string, body: JsonObject): Offered =>
  offered({ procedure, body, by: [OPERATOR] })

export function pauses(): readonly Offered[] {
  const pause = { step: 'pause', trigger: 'corruption', report: hashOf('report'), staff: OPERATORS }
  const hours = (count: number): Offered =>
    offered({ procedure: 'pause/1', body: { ...pause, seconds: count * 3600 }, by: BY_OPERATORS })
  return [hours(72), hours(73), byOperator('pause/1', { step: 'resume', staff: 'OP-1' })]
}

export function incidents(view: View): readonly Offered[] {
  const body = {
    staff: 'OP-1',
    kind: 'service-differs',
    report: hashOf('incident'),
    affected: 1,
    discovered: view.at,
  }
  return [byOperator('report-incident/1', body)]
}

export function complaints(view: View): readonly Offered[] {
  const made: Offered[] = [
    offered({
      procedure: 'complain/1',
      body: { step: 'complain', complaint: hashOf('complaint'), instrument: hashOf('forged') },
      by: [],
    }),
  ]
  for (const complaint of view.handles('complaint')) {
    const answer = { step: 'answer', complaint, staff: 'CL-1', says: 'issued', evidence: hashOf('answer') }
    made.push(offered({ procedure: 'complain/1', body: answer, by: [keyOf('CL-1')] }))
  }
  return made
}

/** Terms that would serve an operator: no window, no cooling, an allocation without a quota; and harmless ones. */
const OTHER_TERMS: readonly (readonly [id: string, change: JsonObject])[] = [
  ['transfer/1', { coolingSeconds: 0 }],
  ['return/1', { quarantineSeconds: 1, withdrawalSeconds: 1 }],
  ['rotate-keys/1', { guardSeconds: 30 * 86400 }],
]

export function adoptions(view: View): readonly Offered[] {
  return OTHER_TERMS.flatMap(([id, change]) => {
    const record = view.value<ProcedureRecord>(procedureKey(id))
    if (record === null) return []
    const { parameters } = record.revisions.at(-1) ?? record
    const next = { ...parameters, ...change } as JsonObject
    const impact = { size: 1, acts: 0, otherwise: 0, holders: 0 }
    const body = {
      step: 'adopt',
      staff: 'AD-1',
      procedure: id,
      page: 'A page.\n',
      parameters: next,
      vectors: hashOf('vectors'),
      impact,
    }
    const aimed = { ...body, impact: { ...impact, otherwise: 1, holders: 1 } }
    return [body, aimed].map((one) =>
      offered({ procedure: 'adopt-procedure/1', body: one, by: [keyOf('AD-1')] }),
    )
  })
}

export function staffChanges(): readonly Offered[] {
  const member = { handle: 'CL-4', role: 'clerk', ...keyOf('CL-4'), outside: true }
  const change = { step: 'change', staff: OPERATORS, add: [member], end: [] }
  const out = { step: 'change', staff: OPERATORS, add: [], end: ['CL-2'] }
  return [
    offered({ procedure: 'change-staff/1', body: change, by: [...BY_OPERATORS, keyOf('CL-4')] }),
    offered({ procedure: 'change-staff/1', body: out, by: BY_OPERATORS }),
  ]
}

export function witnessChanges(): readonly Offered[] {
  const body = { staff: 'OP-1', policy: witnessPolicy(keyOf('friend')) }
  return [offered({ procedure: 'change-witnesses/1', body, by: [OPERATOR, WITNESS] })]
}

export function peerChanges(): readonly Offered[] {
  const body = { staff: 'OP-1', origin: 'west.example/log', policy: 'log east\nquorum none\n', rdap: null }
  return [byOperator('list-peer/1', body), byOperator('list-peer/1', { ...body, origin: ORIGIN })]
}

export function handOvers(view: View): readonly Offered[] {
  const successor = keyOf('successor')
  const step = (name: string, more: JsonObject = {}): Offered => {
    const body = { step: name, staff: 'OP-1', ...more }
    return offered({ procedure: 'hand-over/1', body, by: [OPERATOR, successor] })
  }
  return [
    step('name', { origin: SUCCESSOR_ORIGIN, key: successor.key }),
    step('announce'),
    step('withdraw'),
    step('finish'),
    ...(['hand-over', 'order'] as const).map((mandate) => takingOver(view, mandate)),
  ]
}

function takingOver(view: View, kind: 'hand-over' | 'order'): Offered {
  const member = { handle: 'OP-9', role: 'operator', ...keyOf('OP-9'), outside: false }
  const procedures = Object.keys(PROCEDURES).flatMap((id) => {
    const record = view.value<ProcedureRecord>(procedureKey(id))
    return record === null ? [] : [{ id, terms: termsHash(record, view) }]
  })
  const policy = 'log registry\nquorum none\n'
  const body = {
    name: 'Next Registry',
    origin: SUCCESSOR_ORIGIN,
    seat: view.registry.seat,
    relyingParty: { id: 'sign.next.example', origins: [] },
    staff: [member],
    procedures,
    predecessor: { origin: ORIGIN, policy, mandate: { kind, document: hashOf('mandate') } },
  }
  const registry: unknown = view.registry
  const statement: PeerStatement = {
    origin: ORIGIN,
    policy,
    at: view.at as Instant,
    key: REGISTRY_KEY,
    record: registry as Json,
    hash: hashOf('checkpoint'),
    checkpoint: { size: 1, root: hashOf('root') },
  }
  const by = [keyOf('successor'), keyOf('OP-9')]
  return offered({ procedure: 'take-over/1', body, by, statements: [statement], origin: SUCCESSOR_ORIGIN })
}

/** What belongs to the founding, which has ended for good. */
export function foundings(): readonly Offered[] {
  const manifest = {
    step: 'manifest',
    staff: 'OP-1',
    source: 'LATE',
    file: 'late',
    sha256: hashOf('late'),
    rows: 1,
    nested: false,
    attribution: 'x',
  }
  const listed = {
    step: 'maintainers',
    staff: 'OP-1',
    source: 'EXAMPLE',
    sha256: hashOf('l'),
    holders: [{ holder: 'IMP-EXAMPLE-A1', keys: [{ kind: 'ssh', key: keyOf('thief').key }] }],
  }
  const part = {
    step: 'procedures',
    staff: 'OP-1',
    procedures: [{ id: 'confirm/1', text: hashOf('x'), parameters: {} }],
    calendars: [],
  }
  return [
    byOperator('open/1', { staff: 'OP-1' }),
    byOperator('import/1', manifest),
    byOperator('import/1', listed),
    byOperator('genesis/1', part),
  ]
}

/** Attestors commit themselves and reveal: the next step of each who has one to take, answering alike. */
export function attestations(view: View): readonly Offered[] {
  return view.applications.flatMap((application) => {
    const { handle, examination, state } = application
    if (examination === null) return []
    const passes = examination.calls.map(({ staff }) => {
      const body = { step: 'pass', application: handle, staff }
      return offered({ procedure: 'attest/1', body, by: [keyOf(staff)] })
    })
    return state === 'examining' ? [...steps(view, application), ...passes] : passes
  })
}

function steps(view: View, { handle, examination }: Application): readonly Offered[] {
  if (examination === null) return []
  const { questions, calls } = examination
  return calls.flatMap(({ staff, commitment, answers }) => {
    if (answers !== null) return []
    const by = [keyOf(staff)]
    return (['yes', 'no'] as const).flatMap((answer) => {
      const said = attestation(handle, staff, questions, answer)
      const hash = view.memberHash(said)
      const commit = { step: 'commit', application: handle, staff, commitment: hash }
      if (commitment === null) return [offered({ procedure: 'attest/1', body: commit, by })]
      return [offered({ procedure: 'attest/1', body: { step: 'reveal', ...said }, by })]
    })
  })
}

/** Attempts to tell whom it concerns: as they must be, and such as must not count. */
export function notices(view: View): readonly Offered[] {
  return view.applications.flatMap(({ handle, notice, state }) => {
    if (notice === null || state !== 'to-notify') return []
    const holders: readonly (string | null)[] = notice.to.length === 0 ? [null] : notice.to
    const attempts = (change: JsonObject): readonly JsonObject[] =>
      holders.map((holder) => {
        const email = view.holder(holder)?.contacts[0]?.fields['email'] ?? null
        const channel = email === null ? 'public' : 'mail'
        const reply = email === null ? 'no-address' : 'delivered'
        const base = {
          entry: notice.since,
          application: handle,
          holder,
          channel,
          to: email,
          message: hashOf('message'),
        }
        return { ...base, at: view.at, reply, code: null, ...change }
      })
    const told = (change: JsonObject): Offered => {
      const body = { staff: 'NOTIFIER', attempts: attempts(change) }
      return offered({ procedure: 'record-notice/1', body, by: [keyOf('NOTIFIER')] })
    }
    const nobody = { channel: 'public', to: null, reply: 'no-address' }
    return [
      told({}),
      told({ channel: 'mail', to: hashOf('a friend'), reply: 'delivered' }),
      told(nobody),
      told({ entry: 0 }),
    ]
  })
}

/** Parties withdraw what waits, those whom it concerns veto it, and others try. */
export function endings(view: View): readonly Offered[] {
  const asked = view.applications.filter(({ procedure }) => !BY_STAFF.includes(procedure))
  return asked.flatMap(({ handle, procedure, consents, examination, notice, body }) => {
    const affected = [...new Set([...(examination?.affected ?? []), ...(notice?.to ?? []), ...consents])]
    const parties = [
      ...new Set([...affected, ...['from', 'to', 'holder', 'by'].flatMap((name) => body[name] ?? [])]),
    ]
    return parties.flatMap((party) => {
      if (typeof party !== 'string') return []
      return endingsBy(view, procedure, handle, party)
    })
  })
}

const BY_STAFF = ['adopt-procedure/1', 'change-staff/1']
const HOLDER_CHANGES = ['update-holder/1', 'rotate-keys/1', 'lock/1', 'recover-keys/1', 'delegate/1']

function endingsBy(view: View, procedure: string, application: string, by: string): readonly Offered[] {
  if (HOLDER_CHANGES.includes(procedure)) {
    const step = procedure === 'update-holder/1' ? 'change' : 'step'
    const body = { [step]: 'veto', holder: by, application, guardian: null }
    return [offered({ procedure, body, by: view.narrow(by, 'technical') }, by)]
  }
  const withdraw = offered({ procedure, body: { step: 'withdraw', application, by }, by: view.full(by) }, by)
  const veto = { step: 'veto', application, by }
  return [withdraw, offered({ procedure, body: veto, by: view.narrow(by, 'technical') }, by)]
}

/** Who adopts or changes staff has no party in the application: it is withdrawn by those who asked. */
export function staffEndings(view: View): readonly Offered[] {
  return view.applications.flatMap(({ handle, procedure, state }) => {
    if (state !== 'cooling') return []
    if (procedure === 'adopt-procedure/1') {
      const body = { step: 'withdraw', staff: 'AD-1', application: handle }
      return [offered({ procedure, body, by: [keyOf('AD-1')] })]
    }
    if (procedure !== 'change-staff/1') return []
    const body = { step: 'withdraw', staff: OPERATORS, application: handle }
    return [offered({ procedure, body, by: BY_OPERATORS })]
  })
}
