/** What a simulated registry begins with: staff, pools, imported rows, parameters. */

import { genesisBodies, genesisParts, proceduresOfProfile, WEEKDAYS } from '@cadastre/procedures'
import { DAY_SECONDS, type Json, type JsonObject, type Profile } from '@cadastre/records'
import { SMALL_POOLS } from '../small-pools.ts'
import type { Signer } from '../workload-registry.ts'
import { commitmentOf, NOTIFIER, WORKLOAD_ORIGIN } from '../workload-registry.ts'
import { CASHIER_KEY } from './fees-key.ts'

/** `small`: pools that fill, so that queues form and numbers come round again; `large`: room for millions of acts. */
export type WorldSize = 'small' | 'large'

const OPERATORS: readonly string[] = ['OP-1', 'OP-2']
/** Attestors, some outside the operator. */
const CLERKS: readonly { readonly handle: string; readonly outside: boolean }[] = [
  { handle: 'CL-1', outside: false },
  { handle: 'CL-2', outside: true },
  { handle: 'CL-3', outside: false },
  { handle: 'CL-4', outside: true },
]
/** Attestors from whom an applicant chooses. */
export const OUTSIDE: readonly string[] = CLERKS.flatMap(({ handle, outside }) => (outside ? [handle] : []))
export const ADOPTER = 'AD-1'
export const CASHIER = 'CASHIER'
/** Whose key a published file lists for imported holders. */
export const MAINTAINER = 'maintainer'

function staffOf(signer: (name: string) => Signer): readonly JsonObject[] {
  const member = (handle: string, role: string, outside = false): JsonObject => ({
    handle,
    role,
    ...signer(handle),
    outside,
  })
  return [
    ...OPERATORS.map((handle) => member(handle, 'operator')),
    ...CLERKS.map(({ handle, outside }) => member(handle, 'clerk', outside)),
    member(ADOPTER, 'adopter'),
    member(NOTIFIER, 'notifier'),
    { handle: CASHIER, role: 'cashier', alg: 'ed25519', key: CASHIER_KEY, outside: false },
  ]
}

/** Seals of authorities chain to this certificate. */
export const SEAL_ROOT: string = commitmentOf('root certificate')

function foundingBody(profile: Profile, size: WorldSize, signer: (name: string) => Signer): JsonObject {
  return {
    name: 'Example Registry',
    origin: WORKLOAD_ORIGIN,
    seat: 'CH',
    profile,
    demonstration: true,
    relyingParty: { id: 'sign.registry.example', origins: ['https://sign.registry.example'] },
    staff: staffOf(signer),
    pools: size === 'large' ? LARGE : SMALL_POOLS[profile],
    reserved: size === 'large' ? ['10.255.255.0/24'] : ['203.0.113.240/28'],
    witnessPolicy: 'quorum none\n',
    roots: [{ name: 'Root', certificate: SEAL_ROOT }],
    statement: '',
  }
}

/**
 * The profile's parameters, with more sizes and shorter holds in `national`, so that there is something to cut.
 * `calendar`: hash of the calendar of business days, by the hash function in use.
 */
function parametersOf(
  profile: Profile,
  size: WorldSize,
  fees: boolean,
  calendar: string,
): Parameters<typeof genesisParts>[0] {
  const sizes = {
    ip4Min: size === 'large' ? 20 : 22,
    quotaIp4: size === 'large' ? 0 : 4096,
    holdSeconds: 20 * DAY_SECONDS,
  }
  const allocation = { ...(profile === 'national' ? sizes : {}), ...(fees ? { actFee: true } : {}) }
  return proceduresOfProfile(profile, commitmentOf, calendar).map(({ id, text, parameters }) => ({
    id,
    text,
    parameters: id === 'allocate/1' ? { ...parameters, ...allocation } : parameters,
  }))
}

const LARGE: readonly JsonObject[] = [
  { handle: 'PRIVATE', space: 'ip4', range: '10.0.0.0/8', open: true },
  { handle: 'SHARED', space: 'ip4', range: '100.64.0.0/10', open: false },
  { handle: 'LOCAL', space: 'ip6', range: 'fd00::/8', open: true },
  { handle: 'NUMBERS', space: 'asn', range: 'AS4200000000 - AS4294967294', open: true },
]

/** Holders who never claimed what was imported, unless an agent does. */
export const ROWS: readonly string[] = [
  'example|CH|ipv4|192.0.2.0|192|20130501|allocated|A1',
  'example|CH|ipv4|192.0.2.64|32|20140501|assigned|A2',
  'example|BR|ipv4|192.0.2.208|16|20130501|allocated|A4',
  'example|CH|ipv4|192.0.2.224|16|20130501|allocated|',
  'example|BR|ipv4|203.0.113.16|16|20130501|allocated|A3',
  'example|BR|asn|64500|1|20130501|assigned|A3',
]

/** Versions that a founding needs before it has ended. */
const FOR_FOUNDING: readonly string[] = ['genesis/1', 'import/1', 'open/1']

/**
 * Bodies of the genesis and its parts. `memberHash`: by the hash function in use; `parted`: what a founding needs itself
 * comes in a part of its own, the first.
 */
export function foundingBodies(
  profile: Profile,
  size: WorldSize,
  fees: boolean,
  parted: boolean,
  signer: (name: string) => Signer,
  memberHash: (member: Json) => string,
): readonly JsonObject[] {
  const procedures = parametersOf(profile, size, fees, memberHash(WEEKDAYS))
  const isFirst = ({ id }: { readonly id: string }): boolean => parted && FOR_FOUNDING.includes(id)
  const parts = [procedures.filter(isFirst), procedures.filter((one) => !isFirst(one))].flatMap(genesisParts)
  return genesisBodies(foundingBody(profile, size, signer), parts, 'OP-1', memberHash)
}
