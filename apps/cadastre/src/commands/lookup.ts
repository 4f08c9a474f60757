/** `lookup` and `verify`: what the registry says of a number or an object, with its proof checked. */

import { readFile, writeFile } from 'node:fs/promises'
import { describeAnswer, keyQuery, type VerifiedAnswer } from '@cadastre/answers'
import { serviceJudges } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { convictionLines, isMisbehaviour, verifyMisbehaviour } from '@cadastre/misbehaviour'
import type { JsonObject } from '@cadastre/records'
import { isWatchProof } from '@cadastre/watch/proofs'
import { receiptKey, requiredPolicy, type TrustOptions } from '../client/log-files.ts'
import { coveringLines } from '../client/record-lines.ts'
import { RegistryClient, verified } from '../client/registry-client.ts'
import { readSubject } from '../client/subject.ts'
import { extractIn, verifiedExtract } from './extract-proof.ts'
import { CommandError, EXIT, type Output, UsageError } from './output.ts'

export async function lookupCommand(
  text: string,
  url: string,
  save: string | undefined,
  output: Output,
): Promise<number> {
  const subject = readSubject(text)
  const client = new RegistryClient(url)
  const known = await client.wellKnown()
  const { document, answer } = await client.prove(subject.key)
  if (save !== undefined) await writeFile(save, document)
  const notice = known.demonstration ? ['This is a demonstration registry on published statistics.'] : []
  output.result(answerJson(answer), [...notice, ...answerLines(answer)].join('\n'))
  if (save !== undefined)
    output.note(
      `Proof written to ${save}; check it any time: cadastre verify ${save} --for ${text} --registry FILE`,
    )
  return EXIT.ok
}

function answerJson(answer: VerifiedAnswer): JsonObject {
  return {
    verified: true,
    query: answer.query.key,
    origin: answer.origin,
    size: answer.size,
    at: answer.at,
    witnesses: answer.witnesses,
    moreSpecific: answer.moreSpecific,
    records: answer.covering.map(({ key, record }) => ({ key, record })),
  }
}

function answerLines(answer: VerifiedAnswer): readonly string[] {
  const lines = [...coveringLines(answer.covering)]
  if (answer.covering.length === 0) lines.push('Nothing is registered here.')
  return [...lines, '', ...describeAnswer(answer)]
}

export type VerifyOptions = TrustOptions & {
  readonly for?: string
  /** Verifier key of receipts, where no saved well-known file names it. */
  readonly receiptKey?: string
}

export async function verifyCommand(file: string, options: VerifyOptions, output: Output): Promise<number> {
  const trust = await requiredPolicy(options)
  const document = await readFile(file, 'utf8')
  if (isMisbehaviour(document)) return convicted(document, trust, await receiptKey(options), output)
  if (options.for === undefined)
    throw new UsageError(
      '--for QUERY: what is the document about? (Evidence of misbehaviour needs no --for.)',
    )
  const subject = readSubject(options.for)
  const query = keyQuery(nodeCrypto, subject.key)
  if (query === null) throw new Error('a subject has a key')
  if (subject.kind === 'block' && isWatchProof(document)) {
    const { verified: verifiedWatch } = await import('./watch-read.ts')
    const told = verifiedWatch(document, subject.block, trust)
    output.result(told.json, ['The proof holds.', '', ...told.lines].join('\n'))
    return EXIT.ok
  }
  const extract = extractIn(document)
  if (extract !== null) {
    const answer = verifiedExtract(extract, subject.key, trust)
    const shown =
      'The extract’s proof holds, and its record, what covers it, log size, time and origin are the proved ones. Not in the proof, so not verified: its history, and the registry’s name, seat and address.'
    output.result({ ...answerJson(answer), extract: true }, [shown, '', ...answerLines(answer)].join('\n'))
    return EXIT.ok
  }
  const answer = verified(document, query, trust)
  output.result(answerJson(answer), ['The proof holds.', '', ...answerLines(answer)].join('\n'))
  return EXIT.ok
}

/** Evidence against a registry: the command succeeds where it convicts. */
function convicted(
  document: string,
  trust: Parameters<typeof verifyMisbehaviour>[1],
  receiptVkey: string | null,
  output: Output,
): number {
  const verdict = verifyMisbehaviour(nodeCrypto, trust, document, {
    receiptVkey,
    judges: serviceJudges(nodeCrypto),
  })
  if (!verdict.ok)
    throw new CommandError(`The file convicts nobody: ${verdict.error.code}: ${verdict.error.detail}`)
  output.result({ verified: true, ...verdict.value }, convictionLines(verdict.value).join('\n'))
  return EXIT.ok
}
