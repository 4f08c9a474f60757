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

type Member = Pick<StaffPlan, 'role' | 'outside'>

/** What `change-staff` never lets a registry fall below: no act of a holder waits for staff that is not there. */
const LEAST: readonly {
  readonly count: number
  readonly words: string
  readonly of: (member: Member) => boolean
}[] = [
  { count: 2, words: 'a second operator (operator)', of: ({ role }) => role === 'operator' },
  { count: 1, words: 'an adopter (adopter)', of: ({ role }) => role === 'adopter' },
  { count: 2, words: 'two clerks (clerk)', of: ({ role }) => role === 'clerk' },
  {
    count: 1,
    words: 'a clerk outside the operator (outside-clerk)',
    of: ({ role, outside }) => role === 'clerk' && outside,
  },
]

/** What a registry with this staff, beside the operator that `init` makes, lacks to do all its procedures; in words. */
export function lackingStaff(staff: readonly Member[]): readonly string[] {
  const all = [{ role: 'operator', outside: false } as const, ...staff]
  return LEAST.filter(({ count, of }) => all.filter(of).length < count).map(({ words }) => words)
}
