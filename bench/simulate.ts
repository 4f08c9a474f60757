/**
 * The simulator beside its figure (issue 5): 20,000 acts a second a core through the real `execute`, with the fake ports
 * of hashes and signatures. A large registry first comes to its size; then acts are counted, by the processor time of all
 * threads, the collector's too. The roots are compared with ledger/trie's every 1,000 acts, in a second count.
 *
 * Run: `node bench/simulate.ts [acts, default 200000]`.
 */

import { Chance, Engine, Play } from '@cadastre/simulator'
import { report } from './figures.ts'

const ACTS = Number(process.argv[2] ?? 200_000)
const FIRST = 100_000
const LIMIT = 20_000

function measure(what: string, rootsEvery: number, limit: number | null): void {
  const engine = new Engine({ profile: 'community', size: 'large', rootsEvery })
  const play = new Play(engine, new Chance(7))
  while (engine.acts < FIRST) play.step()
  const { user, system } = process.cpuUsage()
  while (engine.acts < FIRST + ACTS) play.step()
  const spent = process.cpuUsage({ user, system })
  const value = ACTS / ((spent.user + spent.system) / 1e6)
  report({ what, value, unit: 'acts/s a core', limit: limit === null ? null : { atLeast: limit } })
}

measure('simulation, fake ports', 0, LIMIT)
measure('simulation, fake ports, roots compared every 1,000 acts', 1000, null)
