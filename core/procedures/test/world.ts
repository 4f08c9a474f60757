/** A small registry for tests of procedures: a naive state, holders with test keys, and acts run one after another. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  type PeerStatement,
  type Signatures,
  type SignedFeeNote,
  type Verified,
  withFeeNotes,
} from '@cadastre/evidence'
import { type Block, formatAddress, parseBlockKey, parseRange, rangeToBlocks } from '@cadastre/numbers'
import {
  type Cell,
  cellKey,
  type Instant,
  innermost,
  type Json,
  type JsonObject,
  type KeyRole,
  MAX_ENTRY_BYTES,
  NEW_HOLDER,
  objectKey,
  parseInstant,
  type RecordKey,
  type Registration,
  type Replaced,
  type Request,
} from '@cadastre/records'
import { MemoryState } from '@cadastre/simulator'
import {
  type Act,
  calendarKey,
  DRAFT_SINCE,
  type Executed,
  execute,
  type Inputs,
  type Procedure,
  procedureKey,
  REGISTRY_KEY,
  registrationMember,
  WEEKDAYS,
  WEEKDAYS_HASH,
} from '../src/index.ts'

const ORIGIN = 'registry.example'
export const DAY = 86400

export function instant(text: string): Instant {
  const parsed = parseInstant(text)
  assert.ok(parsed, text)
  return parsed
}
export function blockOf(key: string): Block {
  const parsed = parseBlockKey(key)
  assert.ok(parsed.ok, key)
  return parsed.value
}

type Wish = {
  readonly body: JsonObject
  readonly by?: readonly string[]
  /** Signatures of other kinds than Ed25519, beside those `by` names. */
  readonly signed?: Signatures['keys']
  readonly replaces?: readonly Replaced[]
  readonly origin?: string
  readonly expires?: string
  readonly statements?: readonly PeerStatement[]
  readonly feeNotes?: readonly SignedFeeNote[]
}

/** The procedure as it is, and what it reads of its inputs as it needs and decides, as `q key`. */
function observed(procedure: Procedure): { readonly own: Procedure; readonly read: ReadonlySet<string> } {
  const read = new Set<string>()
  const through = (inputs: Inputs): Inputs => ({
    pin: inputs.pin,
    has: (need) => inputs.has(need),
    record(key) {
      read.add(`record ${key}`)
      return inputs.record(key)
    },
    chain(block) {
      read.add(`chain ${cellKey(block)}`)
      return inputs.chain(block)
    },
    subtree(block) {
      read.add(`subtree ${cellKey(block)}`)
      return inputs.subtree(block)
    },
    digest: (text) => inputs.digest(text),
    memberHash: (member) => inputs.memberHash(member),
  })
  const own: Procedure = {
    ...procedure,
    needs: (act, known) => procedure.needs(act, through(known)),
    decide: (act, inputs, at) => procedure.decide(act, through(inputs), at),
  }
  return { own, read }
}

export class World {
  readonly state: MemoryState = new MemoryState((bytes) => createHash('sha256').update(bytes).digest())
  at: Instant = instant('2030-01-01T00:00:00Z')
  index = 100
  last: Executed | null = null
  /** Inputs that the last act states and never looked at, as `q key`. */
  idle: readonly string[] = []

  constructor(parameters: { readonly [id: string]: JsonObject } = {}) {
    this.put(REGISTRY_KEY, {
      v: 1,
      origin: ORIGIN,
      profile: 'community',
      state: 'open',
      awaitedParts: [],
      seat: 'XX',
      paused: null,
      pauses: [],
      successor: null,
      handOver: null,
      predecessor: null,
    })
    this.put(calendarKey(WEEKDAYS_HASH), { v: 1, calendar: WEEKDAYS, since: 0 })
    for (const [id, values] of Object.entries(parameters)) this.terms(id, values)
  }

  /** The first terms of a procedure; business days are weekdays. */
  terms(id: string, parameters: JsonObject): void {
    const counts = Object.keys(parameters).some((name) => name.endsWith('Days'))
    const all = counts ? { calendar: WEEKDAYS_HASH, ...parameters } : parameters
    this.put(procedureKey(id), { v: 1, id, text: '', parameters: all, revisions: [], since: 0 })
  }

  put(key: RecordKey, value: object | null): void {
    this.state.set(key, value as Json)
  }

  /** From entry 50 on, other terms of a procedure: after whatever a test registered, before what it asks for. */
  revise(id: string, parameters: JsonObject): void {
    const record = this.state.get(procedureKey(id)) as JsonObject
    const terms = { text: '', parameters: { ...(record['parameters'] as JsonObject), ...parameters } }
    const revision = { ...terms, since: 50, from: instant('2029-12-31T00:00:00Z'), adoption: 'A-50' }
    this.put(procedureKey(id), { ...record, revisions: [revision] })
  }

  /** The registry is open, and paused from now on for a day. */
  pause(): void {
    const before = this.state.get(REGISTRY_KEY) as JsonObject
    const until = instant(new Date(Date.parse(this.at) + DAY * 1000).toISOString().replace('.000Z', 'Z'))
    const paused = { since: this.at, until, trigger: 'corruption', report: '' }
    this.put(REGISTRY_KEY, { ...before, state: 'open', paused })
  }

  /** A holder whose keys are named `<handle>/<role>`, one for each role. */
  holder(handle: string): void {
    const roles: readonly KeyRole[] = ['full', 'routing', 'technical']
    const keys = roles.map((role) => ({ alg: 'ed25519', key: `${handle}/${role}`, roles: [role] }))
    const policy = { m: 1, keys, guardians: [] }
    this.put(objectKey('holder', handle), {
      ...NEW_HOLDER,
      v: 1,
      handle,
      policy,
      contacts: [],
      since: 1,
    })
  }

  /** Put a registration into the cells of its range, inside what stands there. */
  register(id: string, range: string, more: Partial<Registration> = {}): Registration {
    const parsed = parseRange(range)
    assert.ok(parsed.ok, range)
    const { space } = parsed.value
    const registration: Registration = {
      id,
      kind: 'holding',
      first: formatAddress(space, parsed.value.first),
      last: formatAddress(space, parsed.value.last),
      holder: 'H-1',
      status: 'allocated',
      country: null,
      registered: null,
      until: null,
      protected: false,
      provenance: null,
      procedure: 'import/1',
      since: 1,
      ...more,
    }
    for (const key of rangeToBlocks(parsed.value).map(cellKey)) {
      const cell = this.cell(key)
      this.put(key, { ...cell, registrations: [...cell.registrations, registration] })
    }
    return registration
  }

  cell(key: string): Cell {
    const found = this.state.get(key as RecordKey) as Cell | null
    return found ?? { v: 1, registrations: [], rdns: null, routes: [], roas: [] }
  }

  /** Ids of the registrations in a cell, outermost first. */
  ids(key: string): readonly string[] {
    return this.cell(key).registrations.map(({ id }) => id)
  }

  innermost(key: string): Registration | null {
    if (key.startsWith('obj/')) return null
    return innermost(this.state.chain(cellKey(blockOf(key))).cells)?.registration ?? null
  }

  object(type: 'application' | 'notes' | 'pool', handle: string): JsonObject | null {
    return this.state.get(objectKey(type, handle)) as JsonObject | null
  }

  replaced(member: string, value: object | null): Replaced {
    return { member, hash: value === null ? null : this.state.memberHash(value as Json) }
  }
  /** What a request names that concerns this registration. */
  names(registration: Registration, space: Block['space'] = 'ip4'): Replaced {
    return this.replaced(registrationMember(registration, space), registration)
  }

  /** The request of a wish, as it is signed. */
  request(procedure: Procedure, wish: Wish): Request {
    const { body, replaces = [], origin = ORIGIN, expires = '2040-01-01T00:00:00Z' } = wish
    return { v: 1, origin, procedure: procedure.id, body, replaces, expires: instant(expires), nonce: 'n' }
  }

  /** Run a request; gives the refusal code, or null where it was accepted. */
  ask(procedure: Procedure, wish: Wish): string | null {
    const { by = [], signed = [], statements = [], feeNotes = [] } = wish
    const signatures = withFeeNotes(
      { keys: [...by.map((key) => ({ alg: 'ed25519' as const, key })), ...signed], statements },
      feeNotes,
    )
    const act = {
      kind: 'request',
      request: this.request(procedure, wish),
      signatures: signatures as Verified<Signatures>,
      received: this.at,
    } as const
    return this.#run(procedure, act)
  }

  /** Run what fell due at a record. */
  due(procedure: Procedure, subject: string): string | null {
    return this.#run(procedure, { kind: 'due', subject: subject as RecordKey })
  }

  #run(procedure: Procedure, act: Act): string | null {
    const { own, read } = observed(procedure)
    const executed = execute(own, act, this.state, this.at, this.index)
    this.last = executed
    this.idle = executed.inputs.map(({ q, key }) => `${q} ${key}`).filter((input) => !read.has(input))
    const { outcome } = executed
    if (!outcome.accepted) return outcome.refusals.join(' ')
    this.state.apply(outcome.stamped)
    this.index += 1
    return null
  }

  /** Bytes of inputs and effects of the last act as an entry would hold them. */
  entryBytes(): number {
    const { inputs, outcome } = this.last ?? { inputs: [], outcome: null }
    const effects = outcome?.accepted === true ? outcome.effects : []
    return JSON.stringify({ inputs, effects }).length
  }
  assertFits(): void {
    assert.ok(this.entryBytes() < MAX_ENTRY_BYTES, `${this.entryBytes()} bytes`)
  }

  later(seconds: number): void {
    this.at = instant(new Date(Date.parse(this.at) + seconds * 1000).toISOString().replace('.000Z', 'Z'))
  }
}

/** Nothing in the state may still wait for its index. */
export function assertStamped(world: World): void {
  for (const { text } of world.state.records.values()) {
    assert.ok(!text.includes(`"since":${DRAFT_SINCE}`), text)
    assert.ok(!/"(?:[A-Z]-)?#\d*"/.test(text), text)
  }
}
