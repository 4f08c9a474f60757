/** The fee of an allocation: what the fees' key says, and an application that waits for it. */

import type { Application, ApplicationFee } from '@cadastre/records'
import type { Asked } from './verdict.ts'
import type { World } from './world.ts'

/** What the fees' key says of one request, as the registrar has verified it. */
export type FeeNote = {
  readonly origin: string
  readonly holder: string
  readonly act: string
  readonly request: string
  readonly refusal: string | null
  readonly signer: { readonly key: string }
  readonly staff: string
}

/** SHA-256 of a request's text, as the fees' key names it. */
export const requestHash = (world: World, text: string): string =>
  Buffer.from(world.hashes.digest(text), 'hex').toString('base64')

/** The word of a cashier in office on exactly this request of this holder. */
export function wordOn({ world, feeNotes }: Asked, request: string, holder: string): FeeNote | undefined {
  const origin = world.registry()?.origin
  return feeNotes.find((note) => {
    const staff = world.staff(note.staff)
    const isCashier = staff?.role === 'cashier' && staff.key === note.signer.key
    return (
      isCashier &&
      note.origin === origin &&
      note.act === 'allocate' &&
      note.request === request &&
      note.holder === holder
    )
  })
}

/** The application with its fee settled. */
export function settled(application: Application, how: ApplicationFee['settled']): Application {
  const { fee } = application
  return { ...application, fee: fee === null ? null : { ...fee, settled: how } }
}
