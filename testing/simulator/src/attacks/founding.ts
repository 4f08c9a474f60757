/** Founding the world of an attack: once for each profile, and then copied, so that each attack has one of its own. */

import { rmSync } from 'node:fs'
import { cp, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { JsonObject, Profile, Replaced } from '@cadastre/records'
import {
  logVkeyOf,
  openTestRegistry,
  startTestRegistry,
  TEST_ORIGIN,
  type TestHolder,
  type TestIdentity,
  type TestRegistryOptions,
  testIdentity,
} from '../test-registry.ts'
import type { WorldOptions } from './attack.ts'
import { enterCourt } from './steps.ts'
import { AttackWitness, witnessedBy } from './witness.ts'
import { ALICES, AttackWorld, BOBS, type Cast } from './world.ts'

const POOLS = [
  { handle: 'IP4', space: 'ip4', range: '198.51.100.0/24', open: true },
  { handle: 'DOC3', space: 'ip4', range: '203.0.113.0/24', open: true },
  { handle: 'IP6', space: 'ip6', range: '2001:db8::/32', open: true },
  { handle: 'ASN', space: 'asn', range: 'AS64496 - AS64511', open: false },
] as const

type Founded = { readonly directory: string; readonly identity: TestIdentity; readonly cast: Cast }
const FOUNDED = new Map<string, Promise<Founded>>()

/** A world of its own for one route of an attack. */
export async function openWorld(options: WorldOptions = {}): Promise<AttackWorld> {
  const { profile = 'community', witnesses = null, founding = false, court = false } = options
  if (witnesses !== null || founding) return found(options)
  const name = `${profile} ${court}`
  const known = FOUNDED.get(name) ?? keep(profile, court)
  FOUNDED.set(name, known)
  const { directory, identity: first, cast } = await known
  const identity = { ...first, clock: { ...first.clock } }
  const copy = await mkdtemp(join(tmpdir(), 'cadastre-attack-'))
  await cp(directory, copy, { recursive: true })
  const made = registryOptions(options, identity, cast)
  return new AttackWorld(await openTestRegistry(copy, identity, made), made, cast)
}

async function keep(profile: Profile, court: boolean): Promise<Founded> {
  const world = await found({ profile })
  if (court) {
    await enterCourt(world)
    await world.later(91)
  }
  const { registry, ...cast } = world
  await registry.stop()
  const { directory, identity } = registry
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  return { directory, identity, cast }
}

async function found(options: WorldOptions): Promise<AttackWorld> {
  const identity = testIdentity('2026-01-05T09:00:00Z')
  const clock = (): TestIdentity['clock']['now'] => identity.clock.now
  const witnesses = Array.from(
    { length: options.witnesses?.count ?? 0 },
    (_, n) => new AttackWitness(`w${n + 1}.example`, logVkeyOf(identity, TEST_ORIGIN), clock),
  )
  const cast = newCast(witnesses)
  const made = registryOptions(options, identity, cast)
  const world = new AttackWorld(await startTestRegistry(made), made, cast)
  if (options.founding === true) return world
  const { profile = 'community' } = options
  const [alice, bob, mallory] = await Promise.all([
    enter(world, profile, 'Alice Networks', '1'),
    enter(world, profile, 'Bob Hosting', profile === 'national' ? '2' : null),
    enter(world, profile, 'Mallory Holdings', '3'),
  ])
  const settled = new AttackWorld(world.registry, made, { ...cast, alice, bob, mallory })
  await settle(settled, profile)
  return settled
}

function newCast(witnesses: readonly AttackWitness[]): Cast {
  const clerks = ['CL-1', 'CL-2', 'CL-3', 'CL-4'].map((handle, place) => ({
    handle,
    signer: generateEd25519Signer(),
    outside: place % 2 === 0,
  }))
  const nobody: TestHolder = { handle: 'H-0', signer: generateEd25519Signer() }
  return {
    witnesses,
    clerks,
    operator2: generateEd25519Signer(),
    adopter: generateEd25519Signer(),
    cashier: generateEd25519Signer(),
    notifier: generateEd25519Signer(),
    alice: nobody,
    bob: nobody,
    mallory: nobody,
  }
}

function registryOptions(options: WorldOptions, identity: TestIdentity, cast: Cast): TestRegistryOptions {
  return {
    identity,
    profile: options.profile ?? 'community',
    founding: options.founding ?? false,
    pools: POOLS,
    clerks: cast.clerks,
    notifier: cast.notifier,
    staff: [
      { handle: 'OPERATOR-2', role: 'operator', signer: cast.operator2 },
      { handle: 'ADOPTER', role: 'adopter', signer: cast.adopter },
      { handle: 'CASHIER', role: 'cashier', signer: cast.cashier },
    ],
    batchMilliseconds: 1,
    report: () => undefined,
    ...(options.witnesses === undefined
      ? {}
      : { witnesses: witnessedBy(cast.witnesses, options.witnesses.needed) }),
  }
}

/** A new holder with one key; with a register entry, papers can say something of it. */
async function enter(
  world: AttackWorld,
  profile: Profile,
  name: string,
  number: string | null,
): Promise<TestHolder> {
  const signer = generateEd25519Signer()
  const attestors = profile === 'national' ? world.clerks.slice(0, 2) : []
  const body = {
    ...world.registry.identification(name, signer).body,
    register: number === null ? null : { name: 'EXAMPLE', number },
    attestors: attestors.map(({ handle }) => handle),
  }
  const signers = [signer, ...attestors.map((one) => one.signer)]
  return { handle: await world.made('holder', 'identify-holder/1', body, signers), signer }
}

/** Numbers and services of the honest holders. */
async function settle(world: AttackWorld, profile: Profile): Promise<void> {
  const { alice, bob } = world
  await world.allocate(alice, 'DOC3', ALICES, profile === 'national')
  if (profile === 'community') await world.allocate(bob, 'IP4', BOBS)
  const declare = (service: JsonObject, more: readonly Replaced[] = []): Promise<void> =>
    world.must(
      'declare-service/1',
      { holder: alice.handle, at: ALICES, service, action: 'set' },
      [alice.signer],
      [world.naming(ALICES), ...more],
    )
  const zone = { kind: 'rdns', ns: ['ns1.example.net', 'ns2.example.net'], ds: [] }
  await declare({ kind: 'route', origin: 64496 })
  await declare({ kind: 'roa', asn: 64496, maxLength: 24 })
  await declare(zone, [{ member: `${ALICES}#rdns`, hash: null }])
}
