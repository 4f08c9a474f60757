/** The public side of an attacked registry: its files, and what witnesses put under a checkpoint. */

import { directorySource } from '@cadastre/audit'
import { appendSignatureLines, formatAddCheckpoint } from '@cadastre/notes'
import { HostileLog } from './hostile-log.ts'
import type { AttackWitness } from './witness.ts'
import type { AttackWorld } from './world.ts'

/** A checkpoint with the cosignatures of these witnesses, who look at nothing. */
export function cosigned(checkpoint: string, by: readonly AttackWitness[]): string {
  return appendSignatureLines(
    checkpoint,
    by.map((witness) => witness.cosign(checkpoint)),
  )
}

/** What a witness is sent: a checkpoint, and the proof that it goes on from the size that the witness has seen. */
export function addCheckpoint(log: HostileLog, old: number): string {
  return formatAddCheckpoint(old, log.consistency(old), log.checkpoint())
}

/** The files that the registry's own software has published. */
export async function publicFiles({ registry }: AttackWorld): Promise<Map<string, Uint8Array>> {
  await registry.registrar.publishedAll()
  const source = directorySource(registry.logDirectory)
  const files = (await HostileLog.of(registry)).files()
  for (const path of files.keys()) files.set(path, (await source.read(path)) ?? new Uint8Array())
  return files
}
