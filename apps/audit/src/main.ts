#!/usr/bin/env node
/** The audit as a program of its own: no package from outside, so that there is little to trust. */

import { parseArgs } from 'node:util'
import { progressLine } from './progress.ts'
import { readPolicyFile, runAudit } from './run-audit.ts'
import { servicesMain } from './services/main.ts'

const USAGE = `Usage: audit [options] <directory or address of the log's public files>
       audit services [options] <address of the registry>

Checks every signature, hash and root of a log, and makes every decision again, from its public files alone.

Options:
  --vkey <key>       verifier key of the log
  --policy <file>    C2SP tlog-policy with the log's key and its witnesses, in place of --vkey
  --remember <file>  keep the policy and the checkpoint there, and compare with them next time
  --evidence <dir>   write a small file there for each kind of fault, that anybody verifies: cadastre verify FILE
  --resume <dir>     keep there where the audit stands, and go on from it: after an interruption, or each night
  --workers <n>      threads that check signatures (default: one for each core; 0: none)
  --json             report as JSON
  --help             show this

Exit codes: 0 no faults, 1 faults, 2 the log could not be audited.

Each night, from cron, with mail if it is not clean:
  0 3 * * *  audit --resume /var/lib/audit --evidence /var/lib/audit/evidence https://registry.example || mail …
`

const line = progressLine()
const [mode, ...rest] = process.argv.slice(2)
if (mode === 'services') await servicesMain(rest)
else await auditMain()

async function auditMain(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      vkey: { type: 'string' },
      policy: { type: 'string' },
      remember: { type: 'string' },
      evidence: { type: 'string' },
      resume: { type: 'string' },
      workers: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })

  const [source] = positionals
  const workers = values.workers === undefined ? undefined : Number(values.workers)
  if (values.help) process.stdout.write(USAGE)
  else if (
    source === undefined ||
    positionals.length > 1 ||
    (workers !== undefined && !(workers >= 0 && workers <= 256))
  ) {
    process.stderr.write(USAGE)
    process.exitCode = 2
  } else {
    const { exitCode, text } = await runAudit({
      source,
      vkey: values.vkey,
      policy: values.policy === undefined ? undefined : await readPolicyFile(values.policy),
      remember: values.remember,
      evidence: values.evidence,
      resume: values.resume,
      workers,
      json: values.json,
      progress: process.stderr.isTTY ? showProgress : undefined,
    })
    process.stdout.write(text)
    process.exitCode = exitCode
  }
}

function showProgress(entries: number, size: number): void {
  // What the line before it had more is wiped out.
  process.stderr.write(`\r${line(entries, size)}\x1b[K${entries === size ? '\n' : ''}`)
}
