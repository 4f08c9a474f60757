/** `prove-silence`: evidence that a decision was owed and did not come, from the public log, and its verification. */

import { readFile, writeFile } from 'node:fs/promises'
import { nodeCrypto } from '@cadastre/crypto/node'
import { makeSilence, type VerifiedSilence, verifySilence } from '@cadastre/why'
import { openLog, receiptKey, requiredPolicy, type TrustOptions } from '../client/log-files.ts'
import { RegistryClient } from '../client/registry-client.ts'
import { CommandError, EXIT, type Output, UsageError } from './output.ts'
import { noteIn } from './receipt-file.ts'

export type SilenceOptions = TrustOptions & {
  readonly verify?: string
  readonly save?: string
  readonly source?: string
  /** Verifier key of receipts, where no saved well-known file names it. */
  readonly receiptKey?: string
}

export async function proveSilenceCommand(
  file: string | undefined,
  url: string,
  options: SilenceOptions,
  output: Output,
): Promise<number> {
  if (options.verify !== undefined) {
    const trust = await requiredPolicy(options)
    return told(await readFile(options.verify, 'utf8'), trust, await receiptKey(options), output)
  }
  if (file === undefined)
    throw new UsageError(
      'Name the file of a receipt or of a door’s note, or --application HANDLE, or --verify FILE.',
    )
  const source = options.source ?? `${url.replace(/\/+$/, '')}/log/`
  const { log, trust, checkpoint, size } = await openLog(source, options)
  const document = await makeSilence({ crypto: nodeCrypto, log, checkpoint, size }, await noteIn(file))
  if (document === null)
    throw new CommandError(
      `${file} is neither a receipt nor a door’s note. Expected what "cadastre request … --json" or "cadastre hand-in" printed, or the signed note in it.`,
    )
  const key = (await receiptKey(options)) ?? (options.source === undefined ? await publishedKey(url) : null)
  const code = told(document, trust, key, output)
  const name = options.save ?? `${file}.silence`
  await writeFile(name, document)
  output.note(
    `Evidence written to ${name}; anybody checks it: cadastre prove-silence --verify ${name} --registry FILE`,
  )
  return code
}

async function publishedKey(url: string): Promise<string> {
  const { receipts } = await new RegistryClient(url).wellKnown()
  return receipts.vkey
}

function told(
  document: string,
  trust: Parameters<typeof verifySilence>[1],
  key: string | null,
  output: Output,
): number {
  const verdict = verifySilence(nodeCrypto, trust, key, document)
  if (!verdict.ok)
    throw new CommandError(`No silence is shown: ${verdict.error.code}: ${verdict.error.detail}`)
  const { claim, ...rest } = verdict.value
  const { kind, origin, seq, from, deadline, signedBy } = claim
  output.result(
    { verified: true, ...rest, claim: { kind, origin, seq, from, deadline, signedBy } },
    silenceText(verdict.value),
  )
  return EXIT.ok
}

function silenceText({ kind, claim, first, last, index, asOf, size }: VerifiedSilence): string {
  const { origin, seq, from, deadline, signedBy } = claim
  const debt =
    claim.kind === 'receipt'
      ? `The registry ${origin} signed receipt ${seq}: received ${from}, to be decided by ${deadline}.`
      : `${signedBy.join(', ')} signed that a request for ${origin} was handed in ${from}; the registry had until ${deadline} to log it.`
  const seen = `Entries ${first} to ${last} of its log of ${size} entries were looked at, side by side.`
  if (kind === 'late') return `${debt}\nIt decided in entry ${index}, ${asOf}: too late.\n${seen}`
  if (kind === 'other-request')
    return `${debt}\nEntry ${index} uses this number for another request: the receipt and the log contradict each other.\n${seen}`
  if (kind === 'other-time')
    return `${debt}\nEntry ${index} says that it came at another time: the receipt and the log contradict each other.\n${seen}`
  const rest = `${seen} No decision on it stands there, and the log itself had reached ${asOf}.`
  const caution =
    claim.kind === 'door'
      ? '\nThe registry can answer with an entry that had decided the same request before it was handed in.'
      : ''
  return `${debt}\nIt was silent.\n${rest}${caution}`
}
