/** `extract`: a certified extract, its proof verified before it is believed. */

import { writeFile } from 'node:fs/promises'
import type { VerifiedAnswer } from '@cadastre/answers'
import { coveringLines } from '../client/record-lines.ts'
import { policyOf, RegistryClient } from '../client/registry-client.ts'
import { readSubject } from '../client/subject.ts'
import { extractIn, verifiedExtract } from './extract-proof.ts'
import { CommandError, EXIT, type Output } from './output.ts'

/** What is recorded, in words. */
function recorded(covering: VerifiedAnswer['covering'], key: string): readonly string[] {
  if (covering.length === 0) return ['Nothing is recorded, and nothing covers it: that is proved too.']
  const own = covering.some((record) => record.key === key)
  const head = own ? [] : ['Nothing is recorded at exactly this key; this covers it, outermost first:']
  return [...head, ...coveringLines(covering)]
}

export async function extractCommand(
  text: string,
  url: string,
  save: string | undefined,
  output: Output,
): Promise<number> {
  const { key } = readSubject(text)
  const client = new RegistryClient(url)
  const { witnessPolicy } = await client.wellKnown()
  const document = await client.text(`/api/extract?q=${encodeURIComponent(key)}`)
  const extract = extractIn(document)
  if (extract === null) throw new CommandError('The registry’s answer is no extract.')
  const answer = verifiedExtract(extract, key, policyOf(witnessPolicy))
  if (save !== undefined) await writeFile(save, document)
  const history = Array.isArray(extract['history']) ? extract['history'] : []
  const lines = [
    `${key} at log size ${answer.size}, ${answer.at}; the proof holds.`,
    ...recorded(answer.covering, key),
    history.length === 1
      ? 'One entry of the log touched it or what covers it.'
      : `${history.length} entries of the log touched it or what covers it.`,
    `To print: ${client.url}/extract?q=${encodeURIComponent(key)}`,
  ]
  if (save !== undefined)
    lines.push(
      `Written to ${save}. To check it any time: cadastre verify ${save} --for ${text} --registry FILE. To have it dated in the log: cadastre request certified-extract --file ${save} --key NAME`,
    )
  output.result(extract, lines.join('\n'))
  return EXIT.ok
}
