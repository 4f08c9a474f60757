/** `/.well-known/cadastre.json`: all that a verifier or a successor needs to know to begin. */

import { PROCEDURES, procedureHandle } from '@cadastre/procedures'
import type { RegistryReader } from '@cadastre/reader'
import type { Json, ProcedureRecord } from '@cadastre/records'

export function wellKnown(reader: RegistryReader): Json {
  const { info } = reader
  const { baseUrl, whois } = info
  const snapshot = reader.snapshot()
  const procedures = Object.keys(PROCEDURES).flatMap((id): Json[] => {
    const record = snapshot.object('procedure', procedureHandle(id)) as ProcedureRecord | null
    return record === null ? [] : [{ id, textHash: record.text, url: `${baseUrl}/api/procedures/${id}` }]
  })
  return {
    v: 1,
    name: info.name,
    log: { origin: info.origin, vkey: info.logVkey },
    receipts: { vkey: info.receiptVkey },
    witnessPolicy: info.policy,
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
