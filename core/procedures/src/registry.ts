/** The procedures of this software, by id. The list is closed: a new act needs a release, not a setting. */

import { allocate } from './allocate.ts'
import { declareService } from './declare-service.ts'
import { delegate } from './delegate.ts'
import { genesis } from './genesis.ts'
import { identifyHolder } from './identify-holder.ts'
import { importRecords } from './import.ts'
import { open } from './open.ts'
import type { Procedure } from './procedure.ts'
import { returnNumbers } from './return.ts'
import { transfer } from './transfer.ts'
import { updateHolder } from './update-holder.ts'

/** Every version stays here and keeps replaying. */
export const PROCEDURES: { readonly [id: string]: Procedure } = {
  'allocate/1': allocate,
  'declare-service/1': declareService,
  'delegate/1': delegate,
  'genesis/1': genesis,
  'identify-holder/1': identifyHolder,
  'import/1': importRecords,
  'open/1': open,
  'return/1': returnNumbers,
  'transfer/1': transfer,
  'update-holder/1': updateHolder,
}

/** The procedure of this id, or null where the software knows none. */
export function procedureById(id: string): Procedure | null {
  return Object.hasOwn(PROCEDURES, id) ? (PROCEDURES[id] ?? null) : null
}
