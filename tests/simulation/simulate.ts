// npm run simulate -- --seed N [--histories H] [--steps S] [--profile community|national]
// Random histories under every invariant. A violation prints what to run to see it again.
// npm run simulate -- --attacks [--json | --page] [--only TEXT]
// Plays the catalogue of attacks (docs/attacks.md) and prints it as a table; exits 1 where a class is not as claimed.

import { parseArgs } from 'node:util'
import { Violation } from '@cadastre/simulator'
import { simulate } from './simulation.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    histories: { type: 'string', default: '20' },
    steps: { type: 'string', default: '300' },
    profile: { type: 'string' },
    attacks: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})

const first = Number(values.seed)
const histories = Number(values.histories)
const steps = Number(values.steps)
const PROFILES = ['community', 'national'] as const
const profiles = PROFILES.filter((profile) => values.profile === undefined || values.profile === profile)
if (![first, histories, steps].every(Number.isSafeInteger) || profiles.length === 0) {
  console.error('--seed, --histories and --steps are whole numbers; --profile is community or national')
  process.exit(2)
}

async function attacks(): Promise<0 | 1> {
  const { runAttacks } = await import('@cadastre/simulator/attacks')
  const { json, page, only: filter } = values
  const progress = (done: number, all: number, name: string): void => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r\x1b[K${done}/${all} ${name}${done === all ? '\n' : ''}`)
  }
  return runAttacks({ json, page, filter, print: (line) => console.log(line), progress })
}

if (values.attacks) process.exitCode = await attacks()
else play()

function play(): void {
  for (const profile of profiles)
    for (let seed = first; seed < first + histories; seed++) {
      try {
        const counts = simulate(seed, profile, steps)
        const accepted = [...counts].filter(([name]) => name.endsWith(' accepted'))
        const sum = accepted.reduce((total, [, count]) => total + count, 0)
        console.log(`${profile} ${seed}: ${sum} acts, every invariant holds`)
      } catch (error) {
        if (!(error instanceof Error)) throw error
        const wrong = error instanceof Violation ? error.message : (error.stack ?? error.message)
        console.error(`${profile} ${seed}: ${wrong}`)
        console.error(
          `again: npm run simulate -- --seed ${seed} --histories 1 --steps ${steps} --profile ${profile}`,
        )
        process.exitCode = 1
      }
    }
}
