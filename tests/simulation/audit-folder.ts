// The product's audit over a log in a folder that the simulator wrote. With `fake`, the audit is given the fake port of
// signatures, which only this harness can do: the `cadastre audit` command has the real one.
//
// node tests/simulation/audit-folder.ts DIR [--fake] [--resume STATE] [--follow]
// --follow: audits what is published and goes on as the log grows, until DIR/finished is there.

import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type AuditReport, auditLog, directorySource, policyOfVkey, SignaturePool } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { LONG_LOG_VKEY, unsignedDigest } from '@cadastre/simulator'

type FolderAuditOptions = {
  readonly fake: boolean
  /** A folder in which the audit keeps where it was. */
  readonly resume?: string
  readonly progress?: (entries: number, size: number) => void
}

export async function auditFolder(
  directory: string,
  { fake, resume, progress }: FolderAuditOptions,
): Promise<AuditReport> {
  const crypto = fake ? unsignedDigest.crypto : nodeCrypto
  const policy = policyOfVkey(crypto, LONG_LOG_VKEY)
  if (!policy.ok) throw new Error(policy.error)
  const pool = fake ? null : new SignaturePool()
  try {
    const { report } = await auditLog(directorySource(directory), {
      crypto,
      policy: policy.value,
      trust: 'given',
      pool,
      ...(resume === undefined ? {} : { resume }),
      ...(progress === undefined ? {} : { progress }),
      clock: () => performance.now() / 1000,
    })
    return report
  } finally {
    await pool?.close()
  }
}

/** Entries that must have come before a log that grows is looked at again. */
const STEP = 1_000_000
const REPORT_EVERY = 100_000

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      fake: { type: 'boolean', default: false },
      resume: { type: 'string' },
      follow: { type: 'boolean', default: false },
    },
  })
  const [directory] = positionals
  if (directory === undefined) throw new Error('which folder?')
  if (values.resume !== undefined) await mkdir(values.resume, { recursive: true })
  const began = performance.now()
  const cpu = (): number => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6
  let next = 0
  const progress = (entries: number, size: number): void => {
    if (entries < next) return
    next = entries + REPORT_EVERY
    const seconds = (performance.now() - began) / 1000
    console.log(
      `${new Date().toISOString()} ${entries} of ${size}, ${seconds.toFixed(0)} s, ${cpu().toFixed(0)} s of processor, RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
    )
  }
  const options = {
    fake: values.fake,
    progress,
    ...(values.resume === undefined ? {} : { resume: values.resume }),
  }
  for (let audited = 0; ; ) {
    const finished = !values.follow || (await isThere(join(directory, 'finished')))
    const size = await publishedSize(directory)
    if (!finished && size < audited + STEP) {
      await sleep(5000)
      continue
    }
    const report = await auditFolder(directory, options)
    const { faults, ...rest } = report
    console.log(
      `${new Date().toISOString()} ${JSON.stringify({ ...rest, orders: undefined, faults: faults.slice(0, 5) })}`,
    )
    console.log(
      `all so far: ${((performance.now() - began) / 1000).toFixed(0)} s, ${cpu().toFixed(0)} s of processor, most RSS ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
    )
    audited = report.size
    if (report.faultCount > 0) return 1
    if (finished && audited >= (await publishedSize(directory))) return 0
  }
}

async function publishedSize(directory: string): Promise<number> {
  const checkpoint = await directorySource(directory).read('checkpoint')
  return checkpoint === null ? 0 : Number(new TextDecoder().decode(checkpoint).split('\n')[1])
}

if (import.meta.main) process.exitCode = await main()
