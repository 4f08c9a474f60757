/** Answers of the real faces, with the operator's hand between them and whoever asks; and the file that shows it. */

import { runServices, serviceJudges } from '@cadastre/audit'
import { encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatServed, verifyMisbehaviour } from '@cadastre/misbehaviour'
import { createRdapHandler } from '@cadastre/rdap'
import type { RecordKey } from '@cadastre/records'
import { whoisText } from '@cadastre/whois'
import { ServedRegistry, type Tamper } from '../served/index.ts'
import { convicted, type Outcome, shownIn } from './attack.ts'
import { policyOf } from './convict.ts'
import type { AttackWorld } from './world.ts'

export type RdapText = { readonly status: number; readonly text: string }

export async function rdap({ registry }: AttackWorld, path: string): Promise<RdapText> {
  const { status, text } = await createRdapHandler(registry.reader).handle('GET', path)
  return { status, text }
}
export async function whois({ registry }: AttackWorld, line: string): Promise<string> {
  return whoisText(registry.reader, line)
}
/** Log size that an answer names; null where it names none. */
export function sizeIn(text: string): number | null {
  const found = /log size (\d+)/i.exec(text)
  return found === null ? null : Number(found[1])
}

type Kept = { readonly service: 'rdap' | 'whois'; readonly query: string; readonly status: number | null }

/** What somebody kept of an answer, beside proofs of these records: the file, checked by somebody else. */
export function convictAnswer(
  world: AttackWorld,
  kept: Kept,
  text: string,
  keys: readonly string[],
): Outcome {
  const { registry } = world
  const snapshot = registry.reader.snapshot()
  const base = registry.reader.info.baseUrl
  const file = formatServed({
    ...kept,
    query: kept.service === 'rdap' ? `${base}/rdap${kept.query}` : kept.query,
    at: registry.now,
    from: null,
    size: snapshot.publication.size,
    bytes: encodeUtf8(text),
    proofs: keys.map((key) => ({ key, proof: snapshot.prove(key as RecordKey) })),
  })
  const judges = serviceJudges(nodeCrypto)
  const verdict = verifyMisbehaviour(nodeCrypto, policyOf(world), file, { judges })
  return verdict.ok
    ? convicted(verdict.value.rule, verdict.value.kind)
    : { class: 'succeeded', by: `the file convicts nobody: ${verdict.error.detail}` }
}

/**
 * A registry on real sockets whose operator's hand changes what it answers about one holder; what the comparison of all
 * services with the record finds, asked from two addresses.
 */
export async function comparedServices(
  where: string,
  code: string,
  hand: (path: string) => Tamper,
): Promise<Outcome> {
  const served = await ServedRegistry.start()
  try {
    const { registry } = served
    const [alice, bob] = [await registry.holder('Alice Networks'), await registry.holder('Bob Hosting')]
    for (const holder of [alice, bob])
      await served.act('allocate/1', { holder: holder.handle, pool: 'IP4', length: 24, block: null }, holder)
    await registry.registrar.publishedAll()
    served.tamper = hand(`/rdap/entity/${alice.handle}`)
    const run = await runServices({ url: served.url, connections: 4, from: ['127.0.0.1', '127.0.0.2'] })
    const found = run.report?.findings.map((finding) => finding.code) ?? []
    return shownIn(where, run.exitCode === 1 && found.some((one) => one === code))
  } finally {
    await served.close()
  }
}
