/** One comparison of services from the command line's arguments to its exit code. */

import { randomInt } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { Policy } from '@cadastre/notes'
import { httpSource, SourceError } from '../source.ts'
import { policyOfText, policyOfVkey, policyOfWellKnown, recall } from '../trust.ts'
import { compareServices, type ServicesPhase } from './compare-services.ts'
import { NoRecordError } from './follower.ts'
import { LogAtFaultError } from './log-record.ts'
import { forkEvidence, servedEvidence } from './make-evidence.ts'
import { renderServicesJson, renderServicesText } from './render.ts'
import type { ServicesReport } from './report.ts'
import { addressesIn } from './well-known.ts'

export type RunServicesOptions = {
  /** Address of the registry, such as `https://registry.example`. */
  readonly url: string
  readonly vkey?: string | undefined
  /** Text of a C2SP tlog-policy; in place of `vkey`. */
  readonly policy?: string | undefined
  /** What an audit of the log remembered: its policy is used. */
  readonly remember?: string | undefined
  /** Source addresses to ask from. */
  readonly from?: readonly string[] | undefined
  /** How many questions; everything without it. */
  readonly sample?: number | undefined
  /** Which ones; by chance without it, and told. */
  readonly seed?: number | undefined
  /** Connections of each asker to each service; 16 by default. */
  readonly connections?: number | undefined
  /** A directory for evidence files, made where it is not there. */
  readonly evidence?: string | undefined
  readonly json?: boolean | undefined
  readonly progress?: ((what: ServicesPhase, done: number, of: number | null) => void) | undefined
}

export type ServicesRun = {
  /** Nothing found; something found; could not be compared. */
  readonly exitCode: 0 | 1 | 2
  readonly report: ServicesReport | null
  readonly text: string
}

/** Nothing can be compared: the registry is not there, or does not say where its services are. */
class ServicesImpossibleError extends Error {
  override readonly name: string = 'ServicesImpossibleError'
}

const CONNECTIONS = 16
const SEEDS = 1_000_000

/** Compare the services of a registry. Never throws for what the registry or the network do. */
export async function runServices(options: RunServicesOptions): Promise<ServicesRun> {
  try {
    const report = await run(options)
    if (options.evidence !== undefined) await keepEvidence(options.evidence, report)
    const text = options.json === true ? renderServicesJson(report) : renderServicesText(report)
    return { exitCode: report.findingCount === 0 ? 0 : 1, report, text }
  } catch (error) {
    const known =
      error instanceof ServicesImpossibleError ||
      error instanceof NoRecordError ||
      error instanceof SourceError ||
      error instanceof LogAtFaultError
    if (!known) throw error
    const hint = error instanceof LogAtFaultError ? ' "cadastre audit" says what is wrong with the log.' : ''
    const text =
      options.json === true
        ? `${JSON.stringify({ error: `${error.message}${hint}` })}\n`
        : `Not compared: ${error.message}${hint}\n`
    // A log at fault is a finding, and not one of services.
    return { exitCode: error instanceof LogAtFaultError ? 1 : 2, report: null, text }
  }
}

async function run(options: RunServicesOptions): Promise<ServicesReport> {
  const { origin } = new URL(options.url)
  const bytes = await httpSource(origin).read('.well-known/cadastre.json')
  const document = bytes === null ? null : new TextDecoder().decode(bytes)
  const addresses = document === null ? null : addressesIn(document)
  if (document === null || addresses === null)
    throw new ServicesImpossibleError(
      `${origin}/.well-known/cadastre.json does not say where the services are.`,
    )
  const policy = await policyOf(options, document)
  const below = (address: string): string => address.replace(/\/$/, '')
  const [rdap, api] = [below(addresses.rdap), below(addresses.api ?? `${addresses.base}/api`)]
  return compareServices({
    crypto: nodeCrypto,
    policy,
    addresses,
    from: options.from ?? [],
    sample:
      options.sample === undefined
        ? null
        : { questions: options.sample, seed: options.seed ?? randomInt(1, SEEDS) },
    connections: options.connections ?? CONNECTIONS,
    progress: options.progress ?? (() => undefined),
    clock: () => performance.now() / 1000,
    evidence: (parts) => {
      const all = { ...parts, crypto: nodeCrypto, policy, rdap, api, now: () => Date.now() / 1000 }
      return { served: servedEvidence(all), fork: forkEvidence(all) }
    },
  })
}

async function policyOf({ vkey, policy, remember }: RunServicesOptions, document: string): Promise<Policy> {
  if (policy !== undefined) return must(policyOfText(nodeCrypto, policy))
  if (vkey !== undefined) return must(policyOfVkey(nodeCrypto, vkey))
  const memory = remember === undefined ? null : must(await recall(nodeCrypto, remember))
  return memory === null ? must(policyOfWellKnown(nodeCrypto, document)) : memory.policy
}

function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string },
): T {
  if (!result.ok) throw new ServicesImpossibleError(result.error)
  return result.value
}

/** `served-1.json` and so on, in the order of the report. */
async function keepEvidence(directory: string, { findings }: ServicesReport): Promise<void> {
  await mkdir(directory, { recursive: true })
  for (const [at, { evidence }] of findings.entries())
    if (evidence !== null) await writeFile(join(directory, `served-${at + 1}.json`), evidence)
}
