/** One holder with three keys and a guardian, for tests of the procedures on a holder's own record. */

import { type JsonObject, NEW_HOLDER, objectKey, type RecordKey } from '@cadastre/records'
import type { Procedure } from '../src/index.ts'
import { addNotifier } from './notifier.ts'
import { DAY, World } from './world.ts'

export const HOLDER: RecordKey = objectKey('holder', 'H-1')
/** The application that the first act of a {@link holderWorld} opens. */
export const FIRST: RecordKey = objectKey('application', 'A-100')

/** The public key of this name. */
export const keyOf = (name: string): string => Buffer.from(name.padEnd(32)).toString('base64')
export function key(name: string, roles: readonly string[] = ['full'], alg = 'ed25519'): JsonObject {
  return { alg, key: keyOf(name), roles }
}
export const ONE: JsonObject = key('one')
export const TWO: JsonObject = key('two')
export const TECH: JsonObject = key('tech', ['technical'])
export const POLICY: JsonObject = { m: 1, keys: [ONE, TWO, TECH], guardians: ['H-2'] }

const PARAMETERS = {
  'confirm/1': {},
  'lock/1': { maxLockSeconds: 1826 * DAY, freezeSeconds: 14 * DAY, freezePeriodSeconds: 90 * DAY },
  'recover-keys/1': {
    guardianSeconds: 7 * DAY,
    evidenceSeconds: 30 * DAY,
    dormantSeconds: 730 * DAY,
    vetoSeconds: 14 * DAY,
    transferAfterSeconds: 60 * DAY,
  },
  'rotate-keys/1': { guardSeconds: 7 * DAY, vetoSeconds: 14 * DAY },
  'transfer/1': { coolingSeconds: 3 * DAY, maxCoolingSeconds: 30 * DAY, floorIp4: 24, floorIp6: 48 },
  'update-holder/1': {
    guardSeconds: 7 * DAY,
    formerContactSeconds: 30 * DAY,
    maxCoolingSeconds: 30 * DAY,
  },
}

/** H-1 with its three keys, and H-2 to H-4 with keys named as {@link World.holder} names them. */
export function holderWorld(more: JsonObject = {}): World {
  const made = new World(PARAMETERS)
  made.put(HOLDER, {
    ...NEW_HOLDER,
    v: 1,
    handle: 'H-1',
    kind: 'organisation',
    name: 'Example',
    country: 'CH',
    identity: 'ORG-1',
    policy: POLICY,
    contacts: [],
    active: made.at,
    procedure: 'identify-holder/1',
    since: 1,
    ...more,
  })
  for (const handle of ['H-2', 'H-3', 'H-4']) made.holder(handle)
  addNotifier(made)
  return made
}
export const holderIn = (here: World): JsonObject => here.state.get(HOLDER) as JsonObject

/** Ask for something of H-1, signed by the keys of these names, naming these members as they stand. */
export function askOf(
  here: World,
  procedure: Procedure,
  body: JsonObject,
  by: readonly string[],
  members: readonly string[] = [],
): string | null {
  const replaces = members.map((member) =>
    here.replaced(`${HOLDER}#${member}`, holderIn(here)[member] as object | null),
  )
  return here.ask(procedure, { body: { holder: 'H-1', ...body }, by: by.map(signerOf), replaces })
}

/** `one` is H-1's key of that name, `H-2/full` another holder's. */
const signerOf = (name: string): string => (name.includes('/') ? name : keyOf(name))

/** The state of the first application, and why it failed. */
export function outcomeOf(here: World, application = 'A-100'): readonly unknown[] {
  const found = here.object('application', application)
  return [found?.['state'], found?.['reason']]
}
