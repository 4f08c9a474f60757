/** Staff for tests of procedures that staff sign: their keys are named `<handle>/staff`. */

import { createHash } from 'node:crypto'
import { objectKey, type StaffRole } from '@cadastre/records'
import type { Procedure } from '../src/index.ts'
import { World } from './world.ts'

export const hash = (text: string): string => createHash('sha256').update(text).digest('base64')

export function staffKeyName(handle: string): string {
  return `${handle}/staff`
}

const MEMBERS: readonly (readonly [handle: string, role: StaffRole, outside: boolean])[] = [
  ['OP-1', 'operator', false],
  ['OP-2', 'operator', false],
  ['CLERK-1', 'clerk', false],
  ['CLERK-2', 'clerk', true],
  ['CLERK-3', 'clerk', false],
  ['AUDITOR', 'auditor', true],
]

/** A registry with staff, three holders and these procedures in force. */
export function staffedWorld(parameters: ConstructorParameters<typeof World>[0]): World {
  const here = new World(parameters)
  for (const [handle, role, outside] of MEMBERS)
    here.put(objectKey('staff', handle), {
      v: 1,
      handle,
      role,
      alg: 'ed25519',
      key: staffKeyName(handle),
      outside,
      since: 0,
    })
  for (const handle of ['H-1', 'H-2', 'H-3']) here.holder(handle)
  return here
}

/** What stands against every request before its own preconditions, in order: each world, with the code it gives. */
export function commonRefusals(
  parameters: ConstructorParameters<typeof World>[0],
  procedure: Procedure,
  body: Parameters<World['ask']>[1]['body'],
  by: readonly string[],
): readonly (string | null)[] {
  const registry = { v: 1, origin: 'registry.example', state: 'open', seat: 'XX', paused: null, pauses: [] }
  const answer = (change: object, wish: object = {}, params = parameters): string | null => {
    const here = staffedWorld(params)
    here.put(objectKey('registry', 'REGISTRY'), { ...registry, ...change })
    return here.ask(procedure, { body, by, ...wish })
  }
  const paused = {
    since: '2030-01-01T00:00:00Z',
    until: '2030-01-02T00:00:00Z',
    trigger: 'corruption',
    report: '',
  }
  return [
    answer({}, { body: {} }),
    answer({}, {}, {}),
    answer({}, { origin: 'other.example' }),
    answer({}, { expires: '2029-01-01T00:00:00Z' }),
    answer({ state: 'founding' }),
    answer({ paused }),
  ]
}

export const COMMON_CODES: readonly string[] = [
  'body-malformed',
  'procedure-unknown',
  'wrong-origin',
  'request-expired',
  'still-founding',
  'paused',
]
