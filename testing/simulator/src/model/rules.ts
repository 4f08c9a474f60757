/** Which rule is which procedure's. */

import { allocate } from './allocate.ts'
import { delegate } from './delegate.ts'
import { dissolve } from './dissolve.ts'
import { erase } from './erase.ts'
import { attest } from './examined.ts'
import { genesis, imported, open } from './founding.ts'
import { lock, rotateKeys, updateHolder } from './holders.ts'
import { confirm, identifyHolder } from './identify.ts'
import { recordNotice } from './notices.ts'
import { giveBack } from './return.ts'
import { declareService } from './services.ts'
import { transfer } from './transfer.ts'
import type { Rule } from './verdict.ts'

export const RULES: { readonly [procedure: string]: Rule } = {
  'allocate/1': allocate,
  'attest/1': attest,
  'confirm/1': confirm,
  'declare-service/1': declareService,
  'delegate/1': delegate,
  'dissolve/1': dissolve,
  'erase/1': erase,
  'genesis/1': genesis,
  'identify-holder/1': identifyHolder,
  'import/1': imported,
  'lock/1': lock,
  'open/1': open,
  'record-notice/1': recordNotice,
  'return/1': giveBack,
  'rotate-keys/1': rotateKeys,
  'transfer/1': transfer,
  'update-holder/1': updateHolder,
}
