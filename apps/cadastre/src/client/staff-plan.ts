/** Members of staff as the command line names them. */

import { decodeBase64 } from '@cadastre/crypto'
import { parseHandle } from '@cadastre/records'
import { UsageError } from '../commands/output.ts'
import type { StaffPlan } from '../data/founding.ts'

const ROLES = ['clerk', 'outside-clerk', 'operator', 'adopter', 'auditor', 'notifier', 'cashier'] as const

/** `CL-1:outside-clerk:<public key, base64>`, as `cadastre keys list` shows it; `flag`: the option that gave it. */
export function parseStaff(text: string, flag: string): StaffPlan {
  const [name = '', given = '', key = ''] = text.split(':')
  const [handle, role] = [parseHandle(name), ROLES.find((one) => one === given)]
  if (handle === null || role === undefined || decodeBase64(key)?.length !== 32)
    throw new UsageError(
      `${flag} ${text}: expected HANDLE:ROLE:KEY, the role one of ${ROLES.join(', ')}, the key an Ed25519 public key as "cadastre keys list" shows it.`,
    )
  const outside = role === 'outside-clerk'
  return { handle, role: outside ? 'clerk' : role, key, outside }
}
