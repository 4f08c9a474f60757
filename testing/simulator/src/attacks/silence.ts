/** Silence: what a holder shows with the receipt, or the door's note, that it was given. */

import { encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatDoorNote, noteSigner, signNote } from '@cadastre/notes'
import { makeSilence, publicLog, verifySilence } from '@cadastre/why'
import { convicted, type Outcome } from './attack.ts'
import { policyOf } from './convict.ts'
import type { HostileLog } from './hostile-log.ts'
import { cosigned } from './public.ts'
import type { AttackWorld } from './world.ts'

/** What a claim (receipt or door's note) shows against a log: the file, verified by somebody else offline. */
export async function silence(world: AttackWorld, log: HostileLog, claim: string): Promise<Outcome> {
  const files = log.files(cosigned(log.checkpoint(), world.witnesses))
  const checkpoint = new TextDecoder().decode(files.get('checkpoint'))
  const read = async (path: string): Promise<Uint8Array | null> => files.get(path) ?? null
  const sources = { crypto: nodeCrypto, log: publicLog(read, log.size), checkpoint, size: log.size }
  const text = await makeSilence(sources, claim)
  if (text === null) return { class: 'succeeded', by: 'no evidence is made' }
  const verdict = verifySilence(nodeCrypto, policyOf(world), world.registry.receiptVkey, text)
  if (!verdict.ok) return { class: 'succeeded', by: `${verdict.error.code}: ${verdict.error.detail}` }
  return convicted(verdict.value.kind, 'cadastre-silence/v1')
}

/** The note of the first witness's door, to which a request was handed in now, with its signatures or its hash alone. */
export function handedIn(world: AttackWorld, request: string, evidence: string | null): string {
  const [witness] = world.witnesses
  if (witness === undefined) throw new Error('a witness')
  const hash = (text: string): Uint8Array => nodeCrypto.sha256(encodeUtf8(text))
  const { origin } = world.registry.reader.info
  const text = formatDoorNote({
    origin,
    request: hash(request),
    evidence: evidence === null ? null : hash(evidence),
    at: world.registry.now,
  })
  return signNote(text, [noteSigner(nodeCrypto, witness.name, witness.signer)])
}
