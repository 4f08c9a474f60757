/** The fee of an allocation: what the fees' key says, carried along with a request or to an application that waits for it. */

import { readFile } from 'node:fs/promises'
import { decodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey } from '@cadastre/notes'
import { type EvidenceItem, objectKey } from '@cadastre/records'
import { feeNoteItem } from '@cadastre/signatures'
import { CommandError } from '../commands/output.ts'
import { handleOption, type Wish } from './bodies.ts'
import { text } from './wish-options.ts'
import type { WishContext } from './wishes.ts'

/** `--fee-note FILE --cashier HANDLE`: the note as evidence; empty without the option. */
export async function feeEvidence({ client, options }: WishContext): Promise<readonly EvidenceItem[]> {
  const path = text(options, 'feeNote')
  if (path === undefined) return []
  const subject = objectKey('staff', handleOption(text(options, 'cashier') ?? 'CASHIER', '--cashier'))
  const [{ log }, member] = await Promise.all([client.wellKnown(), client.record(subject)])
  const key = typeof member?.['key'] === 'string' ? decodeBase64(member['key']) : null
  if (key?.length !== 32) throw new CommandError(`${subject}: there is no such member of staff.`)
  const vkey = formatVkey(makeVkey(nodeCrypto, `${log.origin}/fees`, KEY_TYPE_ED25519, key))
  return [feeNoteItem(vkey, subject, await readFile(path, 'utf8'))]
}

/** `--fee APPLICATION`: anybody carries the note to it. */
export async function feeWish(context: WishContext, application: string): Promise<Wish> {
  const body = { step: 'fee', application: handleOption(application, '--fee') }
  return { procedure: 'allocate/1', body, replaces: [], evidence: await feeEvidence(context) }
}
