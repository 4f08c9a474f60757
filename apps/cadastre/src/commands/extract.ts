/** `extract`: a certified extract, its proof verified before it is believed. */

import { writeFile } from 'node:fs/promises'
import { keyQuery } from '@cadastre/answers'
import { nodeCrypto } from '@cadastre/crypto/node'
import { canonicalJson, isObject, type Json, type JsonObject } from '@cadastre/records'
import { policyOf, RegistryClient, verified } from '../client/registry-client.ts'
import { readSubject } from '../client/subject.ts'
import { CommandError, EXIT, type Output } from './output.ts'

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
  const extract: Json = JSON.parse(document)
  const query = keyQuery(nodeCrypto, key)
  if (!isObject(extract) || query === null) throw new CommandError('The registry’s answer is no extract.')
  const answer = verified(String(extract['proof']), query, policyOf(witnessPolicy))
  const proved: JsonObject | null = answer.covering.find((record) => record.key === key)?.record ?? null
  if (canonicalJson(proved) !== canonicalJson(extract['record'] ?? null))
    throw new CommandError('The extract shows another record than its own proof. Keep it: it is evidence.')
  if (save !== undefined) await writeFile(save, document)
  const history = Array.isArray(extract['history']) ? extract['history'] : []
  const lines = [
    `${key} at log size ${answer.size}, ${answer.at}; the proof holds.`,
    proved === null ? 'Nothing is recorded at exactly this key.' : JSON.stringify(proved, null, 2),
    `${history.length} entries touched it or what covers it.`,
    `To print: ${client.url}/extract?q=${encodeURIComponent(key)}`,
  ]
  if (save !== undefined)
    lines.push(
      `Written to ${save}. To have it dated in the log: cadastre request certified-extract --file ${save} --key NAME`,
    )
  output.result(extract, lines.join('\n'))
  return EXIT.ok
}
