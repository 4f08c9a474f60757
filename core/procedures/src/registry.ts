/** The procedures of this software, by id. The list is closed: a new act needs a release, not a setting. */

import { adoptProcedure } from './adopt-procedure.ts'
import { allocate } from './allocate.ts'
import { annotateDispute } from './annotate-dispute.ts'
import { applySanctionsAct } from './apply-sanctions-act.ts'
import { attest } from './attest.ts'
import { certifiedExtract } from './certified-extract.ts'
import { changeStaff } from './change-staff.ts'
import { changeWitnesses } from './change-witnesses.ts'
import { claim } from './claim.ts'
import { complain } from './complain.ts'
import { confirm } from './confirm.ts'
import { contestOrder } from './contest-order.ts'
import { correct } from './correct.ts'
import { declareService } from './declare-service.ts'
import { delegate } from './delegate.ts'
import { dissolve } from './dissolve.ts'
import { erase } from './erase.ts'
import { genesis } from './genesis.ts'
import { handOver } from './hand-over.ts'
import { identifyHolder } from './identify-holder.ts'
import { importRecords } from './import.ts'
import { listPeer } from './list-peer.ts'
import { lock } from './lock.ts'
import { moveIn } from './move-in.ts'
import { moveOut } from './move-out.ts'
import { open } from './open.ts'
import { pause } from './pause.ts'
import type { Procedure } from './procedure.ts'
import { recordNotice } from './record-notice.ts'
import { recoverKeys } from './recover-keys.ts'
import { registerAuthority } from './register-authority.ts'
import { reportIncident } from './report-incident.ts'
import { returnNumbers } from './return.ts'
import { rotateKeys } from './rotate-keys.ts'
import { serveOrder } from './serve-order.ts'
import { succeed } from './succeed.ts'
import { takeOver } from './take-over.ts'
import { transfer } from './transfer.ts'
import { updateHolder } from './update-holder.ts'

/** Every version stays here and keeps replaying. */
export const PROCEDURES: { readonly [id: string]: Procedure } = {
  'adopt-procedure/1': adoptProcedure,
  'allocate/1': allocate,
  'annotate-dispute/1': annotateDispute,
  'apply-sanctions-act/1': applySanctionsAct,
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
  'import/1': importRecords,
  'list-peer/1': listPeer,
  'move-in/1': moveIn,
  'move-out/1': moveOut,
  'lock/1': lock,
  'open/1': open,
  'pause/1': pause,
  'record-notice/1': recordNotice,
  'recover-keys/1': recoverKeys,
  'register-authority/1': registerAuthority,
  'report-incident/1': reportIncident,
  'return/1': returnNumbers,
  'rotate-keys/1': rotateKeys,
  'serve-order/1': serveOrder,
  'succeed/1': succeed,
  'take-over/1': takeOver,
  'transfer/1': transfer,
  'update-holder/1': updateHolder,
}

/** The procedure of this id, or null where the software knows none. */
export function procedureById(id: string): Procedure | null {
  return Object.hasOwn(PROCEDURES, id) ? (PROCEDURES[id] ?? null) : null
}
