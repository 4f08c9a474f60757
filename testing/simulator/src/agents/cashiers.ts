/** The fees' key: it says of one request whether its fee was paid, on time, late or never. */

import { signNote } from '@cadastre/notes'
import { type EvidenceItem, formatFeeNote } from '@cadastre/records'
import { feeNoteItem } from '@cadastre/signatures'
import { FEES_SIGNER, FEES_VKEY } from '../engine/fees-key.ts'
import { CASHIER } from '../engine/world.ts'
import { WORKLOAD_ORIGIN } from '../workload-registry.ts'
import { type Agent, wish } from './agent.ts'

export const cashiers: Agent = {
  name: 'cashiers',
  wish(scene) {
    const { chance } = scene
    const application = scene.application(scene.pick('application allocate/1 fee-due'))
    if (application === null || application.fee === null) return null
    const request = chance.chance(0.95) ? application.fee.request : Buffer.alloc(32).toString('base64')
    const refusal = chance.chance(0.2) ? 'not-received' : null
    const said = {
      origin: WORKLOAD_ORIGIN,
      holder: String(application.body['holder']),
      act: 'allocate',
      request,
      refusal,
      at: scene.at,
    } as const
    const documents: EvidenceItem[] = [
      feeNoteItem(FEES_VKEY, `obj/staff/${CASHIER}`, signNote(formatFeeNote(said), [FEES_SIGNER])),
    ]
    const carrier = scene.signer(`stranger ${chance.below(8)}`)
    return { ...wish('allocate/1', { step: 'fee', application: application.handle }, [carrier]), documents }
  },
}
