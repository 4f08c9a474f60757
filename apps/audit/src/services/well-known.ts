/** Where a registry's services are, from its `/.well-known/cadastre.json`. */

import { isObject, type Json } from '@cadastre/records'
import type { ServiceAddresses } from './compare-services.ts'

/** Null where the document does not say it. */
export function addressesIn(document: string): ServiceAddresses | null {
  const json = parsed(document)
  const services = json?.['services']
  if (json === null || json === undefined || !isObject(services)) return null
  const { rdap, log, proof, whois, api } = services
  if (typeof rdap !== 'string' || typeof log !== 'string' || typeof proof !== 'string') return null
  const notice = json['notice']
  return {
    base: rdap.replace(/\/rdap\/?$/, ''),
    rdap,
    log,
    proof,
    api: typeof api === 'string' ? api : null,
    whois: typeof whois === 'string' ? whoisAddress(whois) : null,
    notice: typeof notice === 'string' ? notice : null,
  }
}

function parsed(document: string): { readonly [name: string]: Json } | null {
  try {
    const json: Json = JSON.parse(document)
    return isObject(json) ? json : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const WHOIS_PORT = 43

/** `whois://registry.example:4343`, `whois://[2001:db8::1]`. */
function whoisAddress(text: string): ServiceAddresses['whois'] {
  const match = /^whois:\/\/(?:\[([0-9A-Fa-f:.]+)\]|([^:/[\]]+))(?::(\d{1,5}))?\/?$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  return host === undefined ? null : { host, port: Number(match?.[3] ?? WHOIS_PORT) }
}
