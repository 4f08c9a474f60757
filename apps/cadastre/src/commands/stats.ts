/** `stats`: statistics of a log, computed here from its public files, or asked of the registry. */

import { nodeCrypto } from '@cadastre/crypto/node'
import { parseInstant } from '@cadastre/records'
import { Statistics, type StatisticsReport, statisticsText } from '@cadastre/statistics'
import { StateFollower } from '@cadastre/why'
import { openLog, type TrustOptions } from '../client/log-files.ts'
import { createProgress, EXIT, type Output, UsageError } from './output.ts'

export type StatsOptions = TrustOptions & {
  readonly source?: string
  readonly from?: string
  readonly until?: string
}

const STEP = 1024

export async function statsCommand(url: string, options: StatsOptions, output: Output): Promise<number> {
  const report = await computed(options.source ?? `${url.replace(/\/+$/, '')}/log/`, options)
  output.result(report, statisticsText(report))
  return report.adverse.lacking === 0 && report.inversions === 0 ? EXIT.ok : EXIT.no
}

/** From the public files alone: nothing that the registry says of itself is taken. */
async function computed(source: string, options: StatsOptions): Promise<StatisticsReport> {
  const [from, until] = [instantOf(options.from), instantOf(options.until)]
  const { log, size } = await openLog(source, options)
  const statistics = new Statistics(
    nodeCrypto,
    (at) => (from === null || at >= from) && (until === null || at <= until),
  )
  const follower = new StateFollower(nodeCrypto, statistics)
  const bar = createProgress('reading the log')
  try {
    while (follower.size < size) {
      const entries = await log.entries(follower.size, Math.min(STEP, size - follower.size))
      for (const entry of entries) follower.step(entry)
      bar.update(follower.size, size)
    }
  } finally {
    bar.end()
  }
  return statistics.report()
}

function instantOf(text: string | undefined): ReturnType<typeof parseInstant> {
  const instant = text === undefined ? null : parseInstant(text)
  if (text !== undefined && instant === null)
    throw new UsageError(`${text} is no instant: expected the form 2026-11-24T06:13:43Z.`)
  return instant
}
