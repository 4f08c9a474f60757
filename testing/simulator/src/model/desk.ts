/** Staff who sign. */

import type { StaffRole } from '@cadastre/records'
import { staffSigned } from './keys.ts'
import { type Asked, firstOf } from './verdict.ts'

/** `staff-unknown`, `wrong-staff-role`, `staff-signature-missing`, in this order, for whoever is named. */
export function staffFault(
  asked: Asked,
  handles: readonly string[],
  roles: readonly StaffRole[],
): string | null {
  const members = handles.map((handle) => asked.world.staff(handle))
  return firstOf(
    members.includes(null) && 'staff-unknown',
    members.some((one) => one !== null && !roles.includes(one.role)) && 'wrong-staff-role',
    members.some((one) => one !== null && !staffSigned(asked, one)) && 'staff-signature-missing',
  )
}
/** Two different clerks, one of them outside the operator. */
export function twoClerks(asked: Asked, handles: readonly string[]): boolean {
  const members = [...new Set(handles)].map((handle) => asked.world.staff(handle))
  return members.length >= 2 && members.some((one) => one?.outside === true)
}
