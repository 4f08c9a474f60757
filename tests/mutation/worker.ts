// A process of its own for a campaign: a mutant that runs without end is ended with it. Reads the plan from the file
// named by its argument; the parent names one mutant after another, and is told the verdict.

import { readFileSync } from 'node:fs'
import { Campaign, type Verdict } from './campaign.ts'
import { Evaluator } from './evaluate.ts'
import type { Plan } from './plan.ts'

export type FromWorker =
  | { readonly kind: 'ready' }
  /** What is wrong with the tests as they are, without any mutant. */
  | { readonly kind: 'unfit'; readonly message: string }
  | { readonly kind: 'begun'; readonly id: string; readonly expectedMs: number }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }

const tell = (message: FromWorker): void => void process.send?.(message)

async function run(path: string): Promise<void> {
  const plan: Plan = JSON.parse(readFileSync(path, 'utf8'))
  const mutants = new Map(plan.mutants.map((mutant) => [mutant.id, mutant]))
  const evaluator = await Evaluator.load(plan)
  const campaign = await Campaign.begin(evaluator)
  process.on('message', (id) => {
    const mutant = mutants.get(String(id))
    if (mutant === undefined) throw new Error(`no mutant ${String(id)}`)
    tell({ kind: 'begun', id: mutant.id, expectedMs: campaign.expectedMs(mutant) })
    void campaign.judge(mutant).then((verdict) => tell({ kind: 'verdict', verdict }))
  })
  tell({ kind: 'ready' })
}

try {
  await run(process.argv[2] ?? '')
} catch (error) {
  if (!(error instanceof Error)) throw error
  const { cause } = error
  const because = cause instanceof Error ? `\n${cause.message}` : ''
  tell({ kind: 'unfit', message: error.message + because })
  process.exitCode = 1
  process.disconnect()
}
