/**
 * The small world of the bounded check: a registry with its whole staff, three holders, two holdings and a child of one
 * of them, a free pool, a court, a peer. It is founded by real acts, each through `execute`, until its court's notice
 * and every hold after allocation have passed.
 */

import { createHash } from 'node:crypto'
import type { PeerStatement, Signatures, SignedFeeNote, Verified } from '@cadastre/evidence'
import { withFeeNotes } from '@cadastre/evidence'
import {
  type Act,
  execute,
  genesisBodies,
  genesisParts,
  PROCEDURES,
  proceduresOfProfile,
} from '@cadastre/procedures'
import {
  addSeconds,
  dueOf,
  type Instant,
  instantFromSeconds,
  type Json,
  type JsonObject,
  type Profile,
  peerHandleOf,
  type RecordKey,
  type Replaced,
  type SignatureAlgorithmName,
} from '@cadastre/records'
import { Interner } from './interner.ts'
import { SmallState } from './small-state.ts'

export const ORIGIN = 'registry.example/log'
export const PEER_ORIGIN = 'west.example/log'
export const PEER_POLICY = 'log west\nquorum none\n'
export const SUCCESSOR_ORIGIN = 'next.example/log'

export type Key = { readonly alg: SignatureAlgorithmName; readonly key: string }

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64')
export const keyOf = (name: string): Key => ({ alg: 'ed25519', key: hashOf(`key ${name}`) })

type Member = readonly [handle: string, role: string, outside: boolean]
/** Every power of the operator is one of these keys: whoever has them all can ask for whatever the registry can. */
export const STAFF: readonly Member[] = [
  ['OP-1', 'operator', false],
  ['OP-2', 'operator', false],
  ['AD-1', 'adopter', false],
  ['CL-1', 'clerk', false],
  ['CL-2', 'clerk', true],
  // Looks again where facts of an order are objected to.
  ['CL-3', 'clerk', false],
  ['NOTIFIER', 'notifier', false],
  ['CASHIER', 'cashier', false],
]
export const OPERATOR_KEYS: readonly Key[] = STAFF.map(([handle]) => keyOf(handle))

/** Names of the keys of the three holders: the first needs two of two, and has guardians. */
export const PERSONS = ['one', 'two', 'three'] as const
export type Person = (typeof PERSONS)[number] | 'new'

export const NETWORKS = { free: '192.0.2.0/24', first: '198.51.100.0/24', second: '203.0.113.0/24' } as const
/** The child lies in the first holding. */
export const CHILD = '198.51.100.64 - 198.51.100.127'
export const SEAL: string = hashOf('seal certificate')
export const ROOT: string = hashOf('root certificate')
export const WITNESS: Key = keyOf('witness')

export type Wish = {
  readonly procedure: string
  readonly body: JsonObject
  readonly replaces?: readonly Replaced[]
  readonly by: readonly Key[]
  readonly origin?: string
  /** Its own expiry has passed. */
  readonly expired?: boolean
  readonly statements?: readonly PeerStatement[]
  readonly feeNotes?: readonly SignedFeeNote[]
}

/** The wish as an act that was received at this instant. Nothing signs: signatures are as if verified. */
export function actOf(wish: Wish, at: Instant): Extract<Act, { readonly kind: 'request' }> {
  const { procedure, body, by, replaces = [], origin = ORIGIN, statements = [], feeNotes = [] } = wish
  const expires = addSeconds(at, wish.expired === true ? -1 : 3600)
  const request = { v: 1, origin, procedure, body, replaces, expires, nonce: 'AAAA' } as const
  const keys = withFeeNotes({ keys: by, ...(statements.length === 0 ? {} : { statements }) }, feeNotes)
  return { kind: 'request', request, signatures: keys as Verified<Signatures>, received: at }
}

/** The attestors' words on an application, as they commit themselves to them and reveal them. */
export function attestation(
  application: string,
  staff: string,
  questions: readonly string[],
  answer: 'yes' | 'no',
): JsonObject {
  const answers = Object.fromEntries(questions.map((question) => [question, answer]))
  return { application, staff, answers, evidence: hashOf('evidence'), nonce: 'AAAA' }
}

export type Origin = {
  readonly state: SmallState
  readonly at: Instant
  readonly index: number
  readonly profile: Profile
}

class Founding {
  state: SmallState = new SmallState(new Interner())
  at: Instant = instantFromSeconds(1_900_000_000)
  index = 0
  readonly profile: Profile

  constructor(profile: Profile) {
    this.profile = profile
  }

  ask(procedure: string, body: JsonObject, by: readonly Key[], replaces: readonly Replaced[] = []): void {
    this.#run(procedure, actOf({ procedure, body, by, replaces }, this.at))
  }

  #run(id: string, act: Act): void {
    const procedure = PROCEDURES[id]
    if (procedure === undefined) throw new TypeError(`no procedure ${id}`)
    const { outcome } = execute(procedure, act, this.state, this.at, this.index)
    if (!outcome.accepted) throw new Error(`${id} is refused: ${outcome.refusals.join()}`)
    this.state = this.state.with(outcome.stamped)
    this.index += 1
  }

  later(seconds: number): void {
    this.at = addSeconds(this.at, seconds)
    for (let due = this.#due(); due !== null; due = this.#due())
      this.#run(due.procedure, { kind: 'due', subject: due.key })
  }

  #due(): { readonly procedure: string; readonly key: RecordKey } | null {
    for (const [key, record] of this.state.entries()) {
      const due = dueOf(key, record.value)
      if (due !== null && due.at <= this.at) return due
    }
    return null
  }

  value<T>(key: string): T {
    const value: unknown = this.state.get(key as RecordKey)?.value
    if (value === undefined) throw new Error(`${key} is missing`)
    return value as T
  }
}

/** The profile's procedures, with a quota of one network each, a short hold after allocation and a fee in `national`. */
function proceduresOf(profile: Profile): Parameters<typeof genesisParts>[0] {
  const more = profile === 'national' ? { holdSeconds: 20 * 86400, actFee: true } : {}
  return proceduresOfProfile(profile, hashOf).map((one) =>
    one.id === 'allocate/1' ? { ...one, parameters: { ...one.parameters, quotaIp4: 256, ...more } } : one,
  )
}

function genesis(founding: Founding): void {
  const pool = (handle: string, range: string): JsonObject => ({
    handle,
    space: 'ip4',
    range,
    open: founding.profile === 'community',
  })
  const body = {
    name: 'Example Registry',
    origin: ORIGIN,
    seat: 'XX',
    profile: founding.profile,
    demonstration: true,
    relyingParty: { id: 'sign.registry.example', origins: ['https://sign.registry.example'] },
    staff: STAFF.map(([handle, role, outside]) => ({ handle, role, ...keyOf(handle), outside })),
    pools: [pool('FREE', NETWORKS.free), pool('FIRST', NETWORKS.first), pool('SECOND', NETWORKS.second)],
    reserved: [],
    witnessPolicy: witnessPolicy(WITNESS),
    roots: [{ name: 'root', certificate: ROOT }],
    statement: '',
  }
  const parts = genesisParts(proceduresOf(founding.profile))
  const hash = (member: Json): string => founding.state.memberHash(member)
  for (const step of genesisBodies(body, parts, 'OP-1', hash))
    founding.ask('genesis/1', step, [keyOf('OP-1')])
}

/** A C2SP tlog-policy that asks for this witness. */
export function witnessPolicy({ key }: Key): string {
  const vkey = Buffer.concat([Buffer.of(4), Buffer.from(key, 'base64')]).toString('base64')
  return `witness w w+01234567+${vkey}\nquorum w\n`
}

function imports(founding: Founding): void {
  const source = { staff: 'OP-1', source: 'EXAMPLE' }
  const file = { file: 'delegated-example', sha256: hashOf('file'), attribution: 'Example' }
  const by = [keyOf('OP-1')]
  founding.ask('import/1', { ...source, ...file, step: 'manifest', rows: 2, nested: false }, by)
  const raws = ['example|CH|asn|64500|1|20130501|assigned|A1', 'example|CH|asn|64501|1|20130501|assigned']
  const rows = raws.map((raw, place) => ({ line: place + 1, raw }))
  founding.ask('import/1', { ...source, step: 'chunk', from: 0, rows }, by)
  founding.ask('import/1', { ...source, step: 'end' }, by)
  const key = { kind: 'ssh', key: SSH_KEY.key }
  const holders = [{ holder: 'IMP-EXAMPLE-A1', keys: [key] }]
  founding.ask('import/1', { ...source, step: 'maintainers', sha256: hashOf('list'), holders }, by)
  founding.later(31 * 86400)
  founding.ask('open/1', { staff: 'OP-1' }, by)
}

/** The key that a published list names for the imported holder. */
export const SSH_KEY: Key = { alg: 'sshsig', key: keyOf('maintainer').key }

/** Names of a person's keys: two full ones, one for routing, one for reverse DNS and contacts. */
export const KEY_NAMES = ['full', 'second', 'routing', 'technical'] as const
export const personKey = (person: string, name: (typeof KEY_NAMES)[number]): Key => keyOf(`${person} ${name}`)

export function identity(person: Person, m: number, guardians: readonly string[] = []): JsonObject {
  const keys = KEY_NAMES.map((name) => ({
    ...personKey(person, name),
    roles: name === 'second' ? ['full'] : [name],
  }))
  return {
    kind: 'organisation',
    name: `${person} Ltd`,
    register: { name: 'Register', number: person },
    person: null,
    country: 'CH',
    policy: { m, keys, guardians },
    contacts: [{ role: 'noc', kind: 'group', fields: { email: hashOf(`mail of ${person}`) } }],
    attestors: ['CL-1', 'CL-2'],
  }
}
export function identitySigners(person: Person): readonly Key[] {
  return [...KEY_NAMES.map((name) => personKey(person, name)), keyOf('CL-1'), keyOf('CL-2')]
}

export const COURT_TERMS: JsonObject = {
  kind: 'court',
  name: 'Court of Examples',
  country: 'XX',
  legalBasis: 'Code of Examples, section 1',
  effectsAllowed: [
    'disclose',
    'annotate',
    'hold',
    'correct',
    'transferTo',
    'appointRepresentative',
    'cancelToPool',
    'withdrawNamedService',
    'vary',
    'stay',
    'lift',
  ],
  channels: ['tel:+000000'],
  sealCerts: [SEAL],
  hierarchy: 'CIVIL',
  rank: 1,
  appealStays: false,
  holdSeconds: null,
}

/** Both attestors commit themselves and reveal. */
function examined(founding: Founding, application: string): void {
  const { questions, calls } = founding.value<{
    examination: { questions: string[]; calls: { staff: string }[] }
  }>(`obj/application/${application}`).examination
  const words = calls.map(({ staff }) => ({
    staff,
    said: attestation(application, staff, questions, 'yes'),
  }))
  for (const { staff, said } of words) {
    const commitment = founding.state.memberHash(said)
    founding.ask('attest/1', { step: 'commit', application, staff, commitment }, [keyOf(staff)])
  }
  for (const { staff, said } of words) founding.ask('attest/1', { step: 'reveal', ...said }, [keyOf(staff)])
}

function allocated(founding: Founding, person: Person, holder: string, pool: string): string {
  const body = { holder, pool, length: 24, block: null }
  const by = [personKey(person, 'full'), personKey(person, 'second')]
  const id = `R-${founding.index}`
  founding.ask('allocate/1', body, by)
  return id
}

/** The world at its start. The same every time. */
export function foundSmallWorld(profile: Profile): Origin {
  const founding = new Founding(profile)
  genesis(founding)
  imports(founding)
  founding.ask('list-peer/1', { staff: 'OP-1', origin: PEER_ORIGIN, policy: PEER_POLICY, rdap: null }, [
    keyOf('OP-1'),
  ])
  const authority = {
    step: 'register',
    staff: 'OP-1',
    attestor: null,
    authority: 'COURT',
    gazette: hashOf('gazette'),
  }
  const examination = `A-${founding.index}`
  founding.ask('register-authority/1', { ...authority, terms: COURT_TERMS }, [keyOf('OP-1')])
  examined(founding, examination)
  founding.later(0)
  founding.later(120 * 86400)
  const handles: string[] = []
  for (const person of ['three', 'two', 'one'] as const) {
    handles.unshift(`H-${founding.index}`)
    const guardians = person === 'one' ? handles.slice(1) : []
    founding.ask(
      'identify-holder/1',
      identity(person, person === 'one' ? 2 : 1, guardians),
      identitySigners(person),
    )
  }
  const [one = '', two = '', three = ''] = handles
  const first =
    founding.profile === 'national' ? settledFees(founding, one, two) : plainly(founding, one, two)
  founding.later(30 * 86400)
  granted(founding, first, one, three)
  founding.later(8 * 86400)
  return { state: founding.state.settled(), at: founding.at, index: founding.index, profile }
}

function plainly(founding: Founding, one: string, two: string): string {
  const first = allocated(founding, 'one', one, 'FIRST')
  allocated(founding, 'two', two, 'SECOND')
  return first
}

/** Where a fee is asked, silence counts as payment. */
function settledFees(founding: Founding, one: string, two: string): string {
  allocated(founding, 'one', one, 'FIRST')
  allocated(founding, 'two', two, 'SECOND')
  const due = founding.index
  founding.later(10 * 86400)
  return `R-${due}`
}

function granted(founding: Founding, id: string, parent: string, child: string): void {
  const key = `ip4/${NETWORKS.first}`
  const cell = founding.value<{ registrations: { id: string }[] }>(key)
  const registration = cell.registrations.find((one) => one.id === id) ?? cell.registrations.at(-1)
  const body = {
    step: 'grant',
    parent,
    registration: { key, id: registration?.id ?? id },
    range: CHILD,
    child,
    kind: 'lease',
    status: 'assigned',
    until: addSeconds(founding.at, 400 * 86400),
    protected: true,
    country: null,
  }
  const by = [personKey('one', 'full'), personKey('one', 'second'), personKey('three', 'full')]
  const member = `${key}#${registration?.id}`
  const replaces = [{ member, hash: founding.state.memberHash(registration as Json) }]
  founding.ask('delegate/1', body, by, replaces)
}

export const PEER_HANDLE: string = peerHandleOf(createHash('sha256').update(PEER_ORIGIN).digest('hex'))
