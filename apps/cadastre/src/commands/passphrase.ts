/** Asking for a passphrase at the terminal, without echo. */

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** `CADASTRE_PASSPHRASE`, else the answer at the terminal; null where there is none. */
export async function askPassphrase(question: string): Promise<string | null> {
  const given = process.env['CADASTRE_PASSPHRASE']
  if (given !== undefined) return given
  if (process.stdin.isTTY !== true) return null
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  const answer = await new Promise<string>((resolve) => terminal.once('line', resolve))
  terminal.close()
  process.stderr.write('\n')
  return answer === '' ? null : answer
}
