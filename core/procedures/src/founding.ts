/** What the founding procedures share: the operator that signs, and the state in which they may run. */

import { staffSigned } from '@cadastre/evidence'
import { objectKey, type RecordKey } from '@cadastre/records'
import { type Asked, objectAt, procedureOf, registryOf } from './common.ts'
import type { Inputs } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

export function staffKey(handle: string): RecordKey {
  return objectKey('staff', handle)
}

/**
 * What stands against a founding act before its own preconditions, in order: no registry or version, another
 * registry's origin, expiry, founding ended, no operator's signature, procedures missing. Null where nothing does. The staff member's
 * record must be among the inputs.
 */
export function foundingRefusal(
  asked: Asked<{ readonly staff: string }>,
  inputs: Inputs,
  id: string,
): RefusalCode | null {
  const registry = registryOf(inputs)
  if (registry === null || procedureOf(inputs, id) === null) return 'procedure-unknown'
  if (registry.origin !== asked.request.origin) return 'wrong-origin'
  if (asked.request.expires < asked.received) return 'request-expired'
  if (registry.state !== 'founding') return 'not-founding'
  const staff = objectAt('staff', staffKey(asked.body.staff), inputs)
  if (staff === null) return 'staff-unknown'
  if (!staffSigned(staff, asked.signatures)) return 'staff-signature-missing'
  if (staff.role !== 'operator') return 'wrong-staff-role'
  return registry.awaitedParts.length === 0 ? null : 'parts-missing'
}
