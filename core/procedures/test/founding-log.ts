/** A log that is being founded: acts are executed one after the other on the naive state. */

import { createHash } from 'node:crypto'
import type { Signatures, Verified } from '@cadastre/evidence'
import {
  canonicalJson,
  type Instant,
  instantFromSeconds,
  type Json,
  type JsonObject,
  MAX_ENTRY_BYTES,
  type RecordKey,
  type Registration,
  type Registry,
} from '@cadastre/records'
import { MemoryState } from '@cadastre/simulator'
import {
  type Act,
  execute,
  genesisBodies,
  genesisParts,
  outcomeJson,
  PROCEDURES,
  proceduresOfProfile,
} from '../src/index.ts'

export const ORIGIN = 'log.registry.example'
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
export const hash = (text: string): string => createHash('sha256').update(text).digest('base64')
export const key = (name: string): string => hash(`key of ${name}`)
export const at = (seconds: number): Instant => instantFromSeconds(1_800_000_000 + seconds)

type Profile = 'community' | 'national'

/** The hash of a member, as the naive state makes it. */
const memberHash = (member: Json): string => new MemoryState(sha256).memberHash(member)

/** The genesis and the parts of its procedures; by default in as few as fit. */
export function foundingBodies(
  changes: JsonObject = {},
  profile: Profile = 'community',
  parts: ReturnType<typeof genesisParts> = genesisParts(proceduresOfProfile(profile, hash)),
): readonly [JsonObject, ...JsonObject[]] {
  const bodies = genesisBodies(foundingOf(profile), parts, 'OP-1', memberHash)
  return [{ ...bodies[0], ...changes }, ...bodies.slice(1)]
}

export function genesisBody(changes: JsonObject = {}, profile: Profile = 'community'): JsonObject {
  return foundingBodies(changes, profile)[0]
}

function foundingOf(profile: Profile): JsonObject {
  return {
    name: 'Example Registry',
    origin: ORIGIN,
    seat: 'CH',
    profile,
    demonstration: false,
    relyingParty: { id: 'sign.registry.example', origins: ['https://sign.registry.example'] },
    staff: [
      { handle: 'OP-1', role: 'operator', alg: 'ed25519', key: key('OP-1'), outside: false },
      { handle: 'CL-1', role: 'clerk', alg: 'ed25519', key: key('CL-1'), outside: true },
    ],
    pools: [
      { handle: 'DOC4', space: 'ip4', range: '192.0.2.0 - 192.0.2.191', open: true },
      { handle: 'DOC6', space: 'ip6', range: '2001:db8::/32', open: false },
      { handle: 'DOCA', space: 'asn', range: 'AS64500 - AS64503', open: true },
    ],
    reserved: ['192.0.2.0/28'],
    witnessPolicy: 'quorum none\n',
    roots: [],
    statement: 'Founded for tests.',
  }
}

export class FoundingLog {
  readonly state: MemoryState = new MemoryState(sha256)
  index = 0
  seconds = 0
  /** Largest entry so far, in bytes. */
  largest = 0
  /** Effects of the last accepted act, as logged. */
  effects: readonly { readonly key: string; readonly prev: string | null; readonly next: unknown }[] = []

  /** Executes one act; the refusal code, or null where it was accepted. */
  act(
    procedure: string,
    body: JsonObject,
    {
      by = ['OP-1'],
      origin = ORIGIN,
      expires = at(10_000_000),
    }: {
      by?: readonly string[]
      origin?: string
      expires?: Instant
    } = {},
  ): string | null {
    const now = at(this.seconds)
    const request = {
      v: 1,
      origin,
      procedure,
      body,
      replaces: [],
      expires,
      nonce: 'AAAAAAAAAAAAAAAAAAAAAA==',
    } as const
    const keys = by.map((name) => ({ alg: 'ed25519', key: key(name) }) as const)
    const signed: Signatures = { keys }
    const signatures = signed as Verified<Signatures>
    const act: Act = { kind: 'request', request, signatures, received: now }
    const known = PROCEDURES[procedure]
    if (known === undefined) throw new TypeError(procedure)
    const index = this.index++
    const executed = execute(known, act, this.state, now, index)
    const evidence = by.map((name) => ({ alg: 'ed25519', key: key(name), sig: 'A'.repeat(88) }))
    const entry = canonicalJson({
      t: 'op',
      v: 1,
      at: now,
      received: { seq: index, at: now },
      procedure,
      request,
      evidence,
      inputs: executed.inputs,
      outcome: outcomeJson(executed),
    })
    this.largest = Math.max(this.largest, Buffer.byteLength(entry))
    if (!executed.outcome.accepted) {
      const [code] = executed.outcome.refusals
      if (code === undefined || !known.refusals.includes(code))
        throw new Error(`${procedure} does not list ${code}`)
      return code
    }
    if (Buffer.byteLength(entry) > MAX_ENTRY_BYTES) throw new Error('entry-too-large')
    this.effects = executed.outcome.effects
    this.state.apply(executed.outcome.stamped)
    return null
  }

  get registry(): Registry | null {
    return this.state.get('obj/registry/REGISTRY' as RecordKey) as Registry | null
  }

  /** The registrations in one cell. */
  at(name: string): readonly Registration[] {
    const cell = this.state.get(name as RecordKey) as {
      readonly registrations: readonly Registration[]
    } | null
    return cell === null ? [] : cell.registrations
  }
}

export function founded(
  changes: JsonObject = {},
  profile: Profile = 'community',
  parts?: ReturnType<typeof genesisParts>,
): FoundingLog {
  const log = new FoundingLog()
  for (const body of foundingBodies(changes, profile, parts)) {
    const refusal = log.act('genesis/1', body)
    if (refusal !== null) throw new Error(`genesis refused: ${refusal}`)
  }
  return log
}
