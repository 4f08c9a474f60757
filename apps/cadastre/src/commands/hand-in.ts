/** `hand-in`: hand a saved request in at another door than the registry's, and keep the signed note of the time. */

import { readFile, writeFile } from 'node:fs/promises'
import { isObject, type Json, readRequest } from '@cadastre/records'
import { evidenceText, readEvidence, requestText } from '@cadastre/signatures'
import { readClaim } from '@cadastre/why'
import { CommandError, ConnectionError, EXIT, type Output } from './output.ts'

const TIMEOUT_MILLISECONDS = 30_000

export async function handInCommand(
  file: string,
  options: { readonly door: string; readonly save?: string },
  output: Output,
): Promise<number> {
  const door = options.door.replace(/\/+$/, '')
  const response = await post(`${door}/request`, JSON.stringify(await signed(file)))
  const note = await response.text()
  if (!response.ok) throw new CommandError(`${door} answers ${response.status}: ${note.trim()}`)
  const claim = readClaim(note)
  if (claim === null || claim.kind !== 'door')
    throw new CommandError(`${door} answers with no note of a door.`)
  const name = options.save ?? `${file}.door`
  await writeFile(name, note)
  const { origin, from, deadline, signedBy } = claim
  output.result(
    { file: name, origin, at: from, deadline, signedBy, note },
    `${signedBy.join(', ')} signed that the request was handed in ${from}; ${origin} has until ${deadline} to log it.\nThe note is in ${name}. If nothing comes: cadastre prove-silence ${name}`,
  )
  return EXIT.ok
}

async function post(url: string, body: string): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    })
  } catch (error) {
    throw new ConnectionError(
      `No answer from ${url}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** The signed request of a file that `request --save` wrote. What opens its commitments stays here: a door is public. */
async function signed(file: string): Promise<{ readonly request: string; readonly evidence: string }> {
  const value = JSON.parse(await readFile(file, 'utf8')) as Json
  const parts = isObject(value) ? value : {}
  const request = readRequest(parts['request'] ?? null)
  const evidence = readEvidence(parts['evidence'] ?? null)
  if (!request.ok || !evidence.ok)
    throw new CommandError(`${file} is no signed request: "cadastre request … --save FILE" writes one.`)
  return { request: requestText(request.value), evidence: evidenceText(evidence.value) }
}
