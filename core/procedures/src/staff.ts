/** Acts that staff sign: who they are, and whether they signed. No staff key can sign for a holder. */

import { staffSigned } from '@cadastre/evidence'
import type { Staff, StaffRole } from '@cadastre/records'
import { type Asked, objectAt, recordNeed, registryOf } from './common.ts'
import { staffKey } from './founding.ts'
import type { Inputs, Need } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

export function staffNeeds(handles: readonly string[]): readonly Need[] {
  return [...new Set(handles)].map((name) => recordNeed(staffKey(name)))
}

/** A member of staff in office; null where there is none, where it has ended, or where it was a predecessor's. */
export function staffOf(inputs: Inputs, name: string): Staff | null {
  const staff = objectAt('staff', staffKey(name), inputs)
  const from = registryOf(inputs)?.predecessor?.since ?? 0
  return staff === null || staff.until != null || staff.since < from ? null : staff
}

/** Whether each of these members of staff exists, has one of the roles and signed; null, or what is wrong. */
export function signedByStaff(
  from: Asked<unknown>,
  handles: readonly string[],
  roles: readonly StaffRole[],
  inputs: Inputs,
): RefusalCode | null {
  const staff = handles.map((name) => staffOf(inputs, name))
  if (staff.includes(null)) return 'staff-unknown'
  if (staff.some((one) => one !== null && !roles.includes(one.role))) return 'wrong-staff-role'
  const signed = staff.every((one) => one !== null && staffSigned(one, from.signatures))
  return signed ? null : 'staff-signature-missing'
}

/** Whether two different clerks, one of them outside the operator, certify by signing; null, or what is wrong. */
export function certifiedByClerks(
  from: Asked<unknown>,
  handles: readonly string[],
  inputs: Inputs,
): RefusalCode | null {
  const wrong = signedByStaff(from, handles, ['clerk'], inputs)
  if (wrong !== null) return wrong
  const several = new Set(handles).size >= 2
  return several && handles.some((name) => staffOf(inputs, name)?.outside === true)
    ? null
    : 'attestations-missing'
}
