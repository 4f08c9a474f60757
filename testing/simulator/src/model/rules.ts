/** Which rule is which procedure's. */

import { allocate } from './allocate.ts'
import { registerAuthority } from './authorities.ts'
import { claim } from './claim.ts'
import { contestOrder } from './contest.ts'
import { correct } from './correct.ts'
import { delegate } from './delegate.ts'
import { annotateDispute } from './disputes.ts'
import { dissolve } from './dissolve.ts'
import { erase } from './erase.ts'
import { attest } from './examined.ts'
import { genesis, imported, open } from './founding.ts'
import { rotateKeys, updateHolder } from './holders.ts'
import { confirm, identifyHolder } from './identify.ts'
import { lock } from './locks.ts'
import { moveIn } from './move-in.ts'
import { listPeer, moveOut } from './moves.ts'
import { recordNotice } from './notices.ts'
import { serveOrder } from './orders.ts'
import { pause } from './pause.ts'
import { recoverKeys } from './recover.ts'
import { certifiedExtract, complain, reportIncident } from './reports.ts'
import { giveBack } from './return.ts'
import { sanctions } from './sanctions.ts'
import { declareService } from './services.ts'
import { changeStaff } from './staff.ts'
import { succeed } from './succeed.ts'
import { handOver, takeOver } from './succession.ts'
import { adoptProcedure, changeWitnesses } from './terms.ts'
import { transfer } from './transfer.ts'
import type { Rule } from './verdict.ts'

export const RULES: { readonly [procedure: string]: Rule } = {
  'adopt-procedure/1': adoptProcedure,
  'allocate/1': allocate,
  'annotate-dispute/1': annotateDispute,
  'apply-sanctions-act/1': sanctions,
  'attest/1': attest,
  'certified-extract/1': certifiedExtract,
  'change-staff/1': changeStaff,
  'change-witnesses/1': changeWitnesses,
  'claim/1': claim,
  'complain/1': complain,
  'confirm/1': confirm,
  'contest-order/1': contestOrder,
  'correct/1': correct,
  'declare-service/1': declareService,
  'delegate/1': delegate,
  'dissolve/1': dissolve,
  'erase/1': erase,
  'genesis/1': genesis,
  'hand-over/1': handOver,
  'identify-holder/1': identifyHolder,
  'import/1': imported,
  'list-peer/1': listPeer,
  'lock/1': lock,
  'move-in/1': moveIn,
  'move-out/1': moveOut,
  'open/1': open,
  'pause/1': pause,
  'record-notice/1': recordNotice,
  'recover-keys/1': recoverKeys,
  'register-authority/1': registerAuthority,
  'report-incident/1': reportIncident,
  'return/1': giveBack,
  'rotate-keys/1': rotateKeys,
  'serve-order/1': serveOrder,
  'succeed/1': succeed,
  'take-over/1': takeOver,
  'transfer/1': transfer,
  'update-holder/1': updateHolder,
}
