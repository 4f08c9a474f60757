/** `audit services …`: the comparison of services as a program of its own. */

import { parseArgs } from 'node:util'
import { readPolicyFile } from '../run-audit.ts'
import type { ServicesPhase } from './compare-services.ts'
import { runServices } from './run-services.ts'

const USAGE = `Usage: audit services [options] <address of the registry>

Asks a running registry for everything in its record and compares RDAP, WHOIS, proofs and the log's files with it.

Options:
  --from <address>       source address to ask from; may be given several times, and each asks the same
  --sample <questions>   so many questions, chosen at random (default: everything)
  --seed <number>        the choice of an earlier sample again
  --connections <number> connections from each address to each service (default 16)
  --vkey <key>           verifier key of the log
  --policy <file>        C2SP tlog-policy with the log's key and its witnesses, in place of --vkey
  --remember <file>      what an audit of the log kept: the same keys
  --evidence <dir>       write a file there for each contradiction, that anybody verifies: cadastre verify FILE
  --json                 report as JSON
  --help                 show this

Exit codes: 0 no difference, 1 differences, 2 the services could not be compared.

Each night, from cron, with mail if there is a difference:
  0 4 * * *  audit services --evidence /var/lib/audit/served https://registry.example || mail …
`

export async function servicesMain(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      from: { type: 'string', multiple: true },
      sample: { type: 'string' },
      seed: { type: 'string' },
      connections: { type: 'string' },
      vkey: { type: 'string' },
      policy: { type: 'string' },
      remember: { type: 'string' },
      evidence: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const [url] = positionals
  const numbers = [values.sample, values.seed, values.connections].map(wholeNumber)
  if (values.help) process.stdout.write(USAGE)
  else if (url === undefined || positionals.length > 1 || !URL.canParse(url) || numbers.includes(null)) {
    process.stderr.write(USAGE)
    process.exitCode = 2
  } else {
    const [sample, seed, connections] = numbers.map((one) => one ?? undefined)
    const { vkey, policy, remember, evidence, from, json } = values
    const kept = { vkey, remember, evidence, from, json, sample, seed, connections }
    const { exitCode, text } = await runServices({
      url,
      ...kept,
      policy: policy === undefined ? undefined : await readPolicyFile(policy),
      progress: process.stderr.isTTY ? showProgress() : undefined,
    })
    if (process.stderr.isTTY) process.stderr.write('\n')
    process.stdout.write(text)
    process.exitCode = exitCode
  }
}

/** Undefined: not given; null: no number. */
function wholeNumber(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null
}

/** What is done, at which rate, and how long the rest takes at it. */
function showProgress(): (phase: ServicesPhase, done: number, of: number | null) => void {
  let phase: ServicesPhase | null = null
  let began = 0
  return (now, done, of) => {
    if (now !== phase) {
      if (phase !== null) process.stderr.write('\n')
      phase = now
      began = performance.now()
    }
    const rate = done / Math.max((performance.now() - began) / 1000, 0.001)
    const left = of === null ? '' : ` of ${of}, ${Math.ceil((of - done) / Math.max(rate, 0.001))} s left`
    process.stderr.write(`\r${now}: ${done}${left} (${Math.round(rate)}/s)\x1b[K`)
  }
}
