/** `impact`: what other terms of a procedure would have meant for the past. */

import { impactOf } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { LogReader } from '@cadastre/why'
import { openLog, type TrustOptions } from '../client/log-files.ts'
import { RegistryClient } from '../client/registry-client.ts'
import { currentParameters, parametersOf } from '../client/wishes-registries.ts'
import { createProgress, EXIT, type Output } from './output.ts'

export type ImpactOptions = TrustOptions & {
  readonly url?: string
  readonly procedure: string
  readonly parameter?: readonly string[]
}

const STEP = 1024
const SHOWN = 20

async function* entriesOf(
  log: LogReader,
  size: number,
  progress: (done: number) => void,
): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < size; from += STEP) {
    yield* await log.entries(from, Math.min(STEP, size - from))
    progress(from)
  }
}

export async function impactCommand(
  source: string | undefined,
  url: string,
  options: ImpactOptions,
  output: Output,
): Promise<number> {
  const current = await currentParameters(new RegistryClient(url), options.procedure)
  const parameters = parametersOf(current, options.parameter ?? [])
  const { log, size } = await openLog(source ?? `${url.replace(/\/+$/, '')}/log/`, options)
  const bar = createProgress('deciding again')
  const { examples, ...impact } = await impactOf(
    nodeCrypto,
    entriesOf(log, size, (done) => bar.update(done, size)),
    { procedure: options.procedure, parameters },
  ).finally(() => bar.end())
  const lines = examples.slice(0, SHOWN).map(({ index, was, would }) => {
    const said = (codes: readonly string[] | null): string => codes?.join() ?? 'accepted'
    return `entry ${index}: was ${said(was)}, would be ${said(would)}`
  })
  const summary = `${impact.acts} past acts of ${options.procedure} in ${impact.size} entries; ${impact.otherwise} would have been decided otherwise, for ${impact.holders} holders.`
  output.result(
    { ...impact, procedure: options.procedure, parameters, examples },
    [summary, ...lines].join('\n'),
  )
  return EXIT.ok
}
