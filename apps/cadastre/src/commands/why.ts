/** `why`: one decision explained, and checked from the proofs of its inputs alone. */

import { readFile, writeFile } from 'node:fs/promises'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { Policy } from '@cadastre/notes'
import { explain, explanationText, findDecision, makeWhy, StateFollower, verifyWhy } from '@cadastre/why'
import { type OpenedLog, openLog, requiredPolicy, type TrustOptions } from '../client/log-files.ts'
import { policyOf, RegistryClient } from '../client/registry-client.ts'
import { CommandError, createProgress, EXIT, type Output, UsageError } from './output.ts'
import { receiptOf } from './receipt-file.ts'

export type WhyOptions = TrustOptions & {
  readonly bundle?: string
  readonly save?: string
  readonly source?: string
}

type Found = { readonly document: string; readonly trust: Policy; readonly index: number | null }

export async function whyCommand(
  subject: string | undefined,
  url: string,
  options: WhyOptions,
  output: Output,
): Promise<number> {
  const { document, trust, index } = await found(subject, url, options)
  const verdict = verifyWhy(nodeCrypto, trust, index, document)
  if (!verdict.ok)
    throw new CommandError(`The decision does not hold: ${verdict.error.code}: ${verdict.error.detail}`)
  const told = explain(verdict.value)
  output.result(told, explanationText(told))
  if (options.save !== undefined) {
    await writeFile(options.save, document)
    output.note(
      `Document written to ${options.save}; check it any time: cadastre why --bundle ${options.save} --registry FILE`,
    )
  }
  return EXIT.ok
}

async function found(subject: string | undefined, url: string, options: WhyOptions): Promise<Found> {
  if (options.bundle !== undefined) {
    const index = subject === undefined ? null : indexOf(subject)
    return { document: await readFile(options.bundle, 'utf8'), trust: await requiredPolicy(options), index }
  }
  if (subject === undefined)
    throw new UsageError(
      'Name the index of an entry, the handle of what it recorded such as A-41, or the file of a receipt; or --bundle FILE.',
    )
  if (options.source !== undefined) return fromFiles(subject, options.source, options)
  return fromServer(subject, new RegistryClient(url))
}

/** The entry that is named: by its index, or by the handle of what it recorded, which bears that index (`A-41`). */
function indexOf(subject: string): number | null {
  const named = /^(?:[A-Z]-)?(0|[1-9][0-9]{0,15})$/i.exec(subject)?.[1]
  return named === undefined ? null : Number(named)
}

async function fromServer(subject: string, client: RegistryClient): Promise<Found> {
  const index = indexOf(subject) ?? (await decidedAt(subject, client))
  const { witnessPolicy } = await client.wellKnown()
  const bar = createProgress('reading the log up to the entry')
  const document = await client.why(index, (done, total) => bar.update(done, total)).finally(() => bar.end())
  return { document, trust: policyOf(witnessPolicy), index }
}

/** The entry that decided the request of a receipt. */
async function decidedAt(file: string, client: RegistryClient): Promise<number> {
  const { seq } = await receiptOf(file)
  const { index, deadline } = await client.status(seq)
  if (index === null)
    throw new CommandError(
      `Request ${seq} is not decided yet; it is due by ${deadline}. If that has passed: cadastre prove-silence ${file}`,
    )
  return index
}

async function fromFiles(subject: string, source: string, options: TrustOptions): Promise<Found> {
  const opened = await openLog(source, options)
  const index = indexOf(subject) ?? (await searched(subject, opened))
  return { document: await fromLog(opened, index), trust: opened.trust, index }
}

async function searched(file: string, { log, size }: OpenedLog): Promise<number> {
  const receipt = await receiptOf(file)
  const index = await findDecision(log, size, receipt)
  if (index !== null) return index
  throw new CommandError(
    `The log does not decide request ${receipt.seq}. If its deadline ${receipt.deadline} has passed: cadastre prove-silence ${file}`,
  )
}

/** Made here, from the public files: the log is followed up to the state before the entry. */
async function fromLog({ log, checkpoint, size }: OpenedLog, index: number): Promise<string> {
  const bar = createProgress('following the log up to the entry')
  const step = 1024
  return makeWhy(
    {
      crypto: nodeCrypto,
      log,
      checkpoint,
      size,
      page: () => null,
      stateAt: async (until) => {
        const follower = new StateFollower(nodeCrypto)
        while (follower.size < until) {
          const entries = await log.entries(follower.size, Math.min(step, until - follower.size))
          for (const entry of entries) follower.step(entry)
          bar.update(follower.size, until)
        }
        return follower.trie.working()
      },
    },
    index,
  ).finally(() => bar.end())
}
