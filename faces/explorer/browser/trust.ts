/** Whom the page trusts: the log's key and witnesses, from the registry's own description. */

import { type Policy, parsePolicy } from '@cadastre/answers'
import { browserCrypto } from '@cadastre/crypto/browser'
import { isRecord } from '../src/facts.ts'

export type Trust = { readonly policy: Policy; readonly vkey: string }

/** Reads `/.well-known/cadastre.json`; a sentence where it cannot be used. */
export function readTrust(text: string): Trust | string {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return 'The registry’s description is not JSON.'
    throw error
  }
  const log = isRecord(json) ? json['log'] : null
  const vkey = isRecord(log) ? log['vkey'] : null
  const policyText = isRecord(json) ? json['witnessPolicy'] : null
  if (typeof vkey !== 'string' || typeof policyText !== 'string')
    return 'The registry’s description names no log key or no witness policy.'
  const policy = parsePolicy(browserCrypto, policyText)
  if (!policy.ok)
    return `The witness policy cannot be read (line ${policy.error.line}: ${policy.error.problem}).`
  if (!policyText.split(/\s+/).includes(vkey))
    return 'The witness policy is of another log than the description says.'
  return { policy: policy.value, vkey }
}
