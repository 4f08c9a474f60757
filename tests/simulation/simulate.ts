// npm run simulate -- --help

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  type Observer,
  parseHistory,
  playHistory,
  replayHistory,
  settingOf,
  Violation,
  writeLongLog,
} from '@cadastre/simulator'
import { failureText, smallHistory } from './failing.ts'
import { simulate } from './simulation.ts'

const HELP = `Random histories of a registry, the same for the same seed.

  npm run simulate -- [--seed N] [--histories H] [--acts A] [--profile community|national] [--real] [--no-model]
      all agents, a hostile operator and thieves among them; --real: SHA-256 and Ed25519 in place of the fakes (else one
      history in a hundred); the second model, which is the oracle, predicts every act; --no-model: without it
  npm run simulate -- --invariants [--seed N] [--histories H] [--acts A]
      holders alone, under an observer for each invariant
  npm run simulate -- --replay FILE        the events of a failure again
  npm run simulate -- --write-log DIR --acts A [--seed N] [--real]
      one long history of a large registry as a public log: tiles, bundles, checkpoint
  npm run simulate -- --attacks [--json | --page] [--only TEXT]
      the catalogue of attacks (docs/attacks.md) as a table; exits 1 where a class is not as claimed

  --minimise S: seconds for making a failing history smaller, default 60
Exit codes: 0 nothing found, 1 something found, 2 wrong arguments.`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    histories: { type: 'string', default: '20' },
    acts: { type: 'string', default: '1000' },
    profile: { type: 'string' },
    real: { type: 'boolean', default: false },
    // The old name of what is the default now.
    model: { type: 'boolean', default: false },
    'no-model': { type: 'boolean', default: false },
    invariants: { type: 'boolean', default: false },
    replay: { type: 'string' },
    'write-log': { type: 'string' },
    minimise: { type: 'string', default: '60' },
    attacks: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})

const [seed, histories, acts, seconds] = [values.seed, values.histories, values.acts, values.minimise].map(
  Number,
)
const PROFILES = ['community', 'national'] as const
const profile = PROFILES.find((one) => one === values.profile)

/** A line that the next one replaces, where somebody looks on. */
function progress(text: string, last: boolean): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}${last ? '\n' : ''}`)
}

async function watching(): Promise<() => { observers: readonly Observer[] }> {
  if (values['no-model']) return () => ({ observers: [] })
  const { secondModel } = await import('../../testing/simulator/src/model/index.ts')
  return () => ({ observers: [secondModel()] })
}

async function play(first: number, count: number, length: number): Promise<0 | 1> {
  const watch = await watching()
  const began = performance.now()
  let all = 0
  for (let number = first; number < first + count; number++) {
    const setting = settingOf(number, profile, values.real ? true : undefined)
    const { engine, failure } = playHistory(number, setting, length, watch())
    all += engine.acts
    if (failure !== null) {
      const small = smallHistory(number, setting, length, failure, watch, seconds ?? 60)
      console.error(failureText(number, setting, length, failure, small))
      return 1
    }
    const done = number - first + 1
    const spent = (performance.now() - began) / 1000
    const left = (spent / done) * (count - done)
    progress(`${done}/${count} ${Math.round(all / spent)} acts/s, ${left.toFixed(0)} s left`, done === count)
  }
  console.log(`${count} histories from seed ${first}, ${all} acts: nothing found`)
  return 0
}

function replay(file: string): 0 | 1 {
  const { setting, events } = parseHistory(readFileSync(file, 'utf8'))
  const { failure } = replayHistory(setting, events)
  console.log(
    failure === null
      ? `${events.length} events: nothing found`
      : `FOUND: ${failure.found}\n${failure.message}`,
  )
  return failure === null ? 0 : 1
}

function invariants(first: number, count: number, length: number): 0 | 1 {
  for (const one of PROFILES.filter((name) => profile === undefined || name === profile))
    for (let number = first; number < first + count; number++)
      try {
        const counts = simulate(number, one, length)
        const accepted = [...counts].filter(([name]) => name.endsWith(' accepted'))
        const sum = accepted.reduce((total, [, of]) => total + of, 0)
        console.log(`${one} ${number}: ${sum} acts, every invariant holds`)
      } catch (error) {
        if (!(error instanceof Violation)) throw error
        console.error(`${one} ${number}: ${error.message}`)
        console.error(
          `again: npm run simulate -- --invariants --seed ${number} --histories 1 --acts ${length} --profile ${one}`,
        )
        return 1
      }
  return 0
}

function writeLog(directory: string, number: number, length: number): 0 {
  const began = performance.now()
  const log = writeLongLog({
    seed: number,
    profile: profile ?? 'community',
    acts: length,
    directory,
    real: values.real,
    progress(done, size, bytes) {
      const spent = (performance.now() - began) / 1000
      const left = (spent / done) * (length - done)
      console.log(
        `${done} acts, ${size} entries, ${(bytes / 1e9).toFixed(2)} GB, ${Math.round(done / spent)} acts/s, ${left.toFixed(0)} s left`,
      )
    },
  })
  console.log(JSON.stringify(log))
  return 0
}

async function attacks(): Promise<0 | 1> {
  const { runAttacks } = await import('@cadastre/simulator/attacks')
  const { json, page, only: filter } = values
  const told = (done: number, all: number, name: string): void =>
    progress(`${done}/${all} ${name}`, done === all)
  return runAttacks({ json, page, filter, print: (line) => console.log(line), progress: told })
}

async function main(): Promise<0 | 1 | 2> {
  const numbers = [seed, histories, acts, seconds].filter(
    (one) => one !== undefined && Number.isSafeInteger(one),
  )
  const unknown = values.profile !== undefined && profile === undefined
  if (
    values.help ||
    unknown ||
    numbers.length < 4 ||
    seed === undefined ||
    histories === undefined ||
    acts === undefined
  ) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  if (values.attacks) return attacks()
  if (values.replay !== undefined) return replay(values.replay)
  if (values['write-log'] !== undefined) return writeLog(values['write-log'], seed, acts)
  return values.invariants ? invariants(seed, histories, acts) : play(seed, histories, acts)
}

process.exitCode = await main()
