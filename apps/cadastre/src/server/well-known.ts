/** `/.well-known/cadastre.json`: all that a verifier or a successor needs to know to begin. */

import { PROCEDURES, procedureHandle, readQuorum, termsAt } from '@cadastre/procedures'
import type { RegistryInfo, RegistryReader } from '@cadastre/reader'
import type { Json, ProcedureRecord, WitnessPolicy } from '@cadastre/records'

/** `webhookKey`: raw Ed25519 public key, base64, by which webhooks are signed; null where none are sent. */
export function wellKnown(reader: RegistryReader, webhookKey: string | null = null): Json {
  const { info } = reader
  const { baseUrl, whois } = info
  const snapshot = reader.snapshot()
  const procedures = Object.keys(PROCEDURES).flatMap((id): Json[] => {
    const record = snapshot.object('procedure', procedureHandle(id)) as ProcedureRecord | null
    return record === null
      ? []
      : [{ id, textHash: termsAt(record, null).text, url: `${baseUrl}/api/procedures/${id}` }]
  })
  return {
    v: 1,
    name: info.name,
    log: { origin: info.origin, vkey: info.logVkey },
    receipts: { vkey: info.receiptVkey },
    webhooks: webhookKey === null ? null : { alg: 'ed25519', key: webhookKey },
    witnessPolicy: policyOf(info, snapshot.object('witnesses', 'POLICY') as WitnessPolicy | null),
    profile: info.profile,
    seat: info.seat,
    procedures,
    software: { name: 'cadastre', version: info.version },
    services: {
      explorer: `${baseUrl}/`,
      rdap: `${baseUrl}/rdap/`,
      whois: `whois://${whois.host}:${whois.port}`,
      log: `${baseUrl}/log/`,
      proof: `${baseUrl}/proof/`,
      api: `${baseUrl}/api/`,
    },
    demonstration: info.demonstration !== null,
    notice: info.demonstration,
  }
}

/** The policy in force: this log, and the witnesses that its own record names; without them those of the set-up. */
function policyOf(info: RegistryInfo, record: WitnessPolicy | null): string {
  if (record === null || readQuorum(record.policy) === null) return info.policy
  const lines = record.policy.split('\n').filter((line) => !/^[ \t]*log[ \t]/.test(line))
  return `log ${info.logVkey}\n${lines.join('\n')}`
}
