/**
 * Members of staff as the acts that record them share it: genesis, taking over, a change of staff. The roster is the
 * published list of all who are in office: the attestors with their queues of calls, and the others.
 */

import { staffSigned } from '@cadastre/evidence'
import {
  array,
  base64,
  bool,
  handle,
  object,
  oneOf,
  type Roster,
  type Schema,
  STAFF_ROLES,
  type Staff,
} from '@cadastre/records'
import type { Asked } from './common.ts'
import { DRAFT_SINCE, put } from './effects.ts'
import { MAX_CLERK_HANDLE } from './examination.ts'
import { staffKey } from './founding.ts'
import type { Effect } from './procedure.ts'

export type StaffMember = Omit<Staff, 'v' | 'until' | 'since'>

/** So many members of staff are in office at most: their records are inputs of a change. */
export const MAX_STAFF = 32

const member: Schema<StaffMember> = object({
  handle,
  role: oneOf(STAFF_ROLES),
  alg: oneOf(['ed25519', 'es256', 'webauthn']),
  key: base64,
  outside: bool,
})
export function staffList(most: number, least: number): Schema<readonly StaffMember[]> {
  return array(member, most, least)
}

/** What the schema cannot say: handles stand once, and a clerk's leaves room for a place in its queue. */
export function staffMalformed(staff: readonly StaffMember[]): boolean {
  return (
    new Set(staff.map(({ handle: name }) => name)).size !== staff.length ||
    staff.some(({ role, handle: name }) => role === 'clerk' && name.length > MAX_CLERK_HANDLE)
  )
}

/** Whether two of them have the same key. */
export function keysRepeat(staff: readonly Pick<StaffMember, 'alg' | 'key'>[]): boolean {
  return new Set(staff.map(({ alg, key }) => `${alg} ${key}`)).size !== staff.length
}

export function memberSigned(one: StaffMember, { signatures }: Asked<unknown>): boolean {
  return staffSigned({ ...one, v: 1, until: null, since: 0 }, signatures)
}

export function memberEffect(one: StaffMember): Effect {
  const record: Staff = { v: 1, ...one, until: null, since: DRAFT_SINCE }
  return put(staffKey(one.handle), record)
}

/** The roster of exactly these; who was an attestor before keeps its place in its queue of calls. */
export function rosterOfStaff(
  staff: readonly Pick<StaffMember, 'handle' | 'role' | 'outside'>[],
  before: Roster | null,
): Roster {
  const known = new Map(before?.clerks.map((clerk) => [clerk.staff, clerk]))
  const clerks = staff
    .filter(({ role }) => role === 'clerk')
    .map(({ handle: name, outside }) => {
      const { first, next } = known.get(name) ?? { first: 0, next: 0 }
      return { staff: name, outside, first, next }
    })
  const others = staff.filter(({ role }) => role !== 'clerk').map(({ handle: name }) => name)
  const filed = before?.notices === undefined ? {} : { notices: before.notices }
  return { v: 1, clerks, others, turn: 0, ...filed, since: DRAFT_SINCE }
}
