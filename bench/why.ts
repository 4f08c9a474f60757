/**
 * `cadastre why` without the network: parse, verify and explain one decision from its document (issue 3: <= 50 ms).
 * The decision is of a busy batch: a thousand acts stand before it in the same batch, and all of them are in the
 * document. Beside it a lone decision. Medians; the first call of each is told too, since a command makes only one.
 *
 * Run: `node bench/why.ts [acts before it in its batch, default 1000]`.
 */
import { nodeCrypto } from '@cadastre/crypto/node'
import { parsePolicy } from '@cadastre/notes'
import { startTestRegistry } from '@cadastre/simulator'
import { explain, explanationText, makeWhy, verifyWhy } from '@cadastre/why'
import { report } from './figures.ts'

const ROUNDS = 50
const acts = Number(process.argv[2] ?? 1000)

const registry = await startTestRegistry({ batchMilliseconds: 200 })
const one = await registry.holder('One Networks')
const wish = { holder: one.handle, pool: 'IP4', length: 28, block: null }
const submitted = await Promise.all(
  Array.from({ length: acts + 1 }, () => registry.submit(registry.request('allocate/1', wish), [one.signer])),
)
const last = submitted.at(-1)
if (last?.ok !== true) throw new Error('not received')
await registry.registrar.settled(last.seq, 60_000)
await registry.registrar.publishedAll()
const busy = await busiest()
const lone = (await registry.act(registry.request('allocate/1', wish), [one.signer])).index

const policy = parsePolicy(nodeCrypto, registry.reader.info.policy)
if (!policy.ok) throw new Error(policy.error.problem)
const trust = policy.value

/** The last act of the largest batch: the entry before the state entry that counts most ops. */
async function busiest(): Promise<number> {
  const entries = await registry.reader.store.entries(0, 10 * acts)
  let found = { ops: 0, index: 0 }
  for (const [index, bytes] of entries.entries()) {
    const { t, ops }: { t: string; ops?: number } = JSON.parse(new TextDecoder().decode(bytes))
    if (t === 'state' && ops !== undefined && ops > found.ops) found = { ops, index: index - 1 }
  }
  return found.index
}

async function documentOf(index: number): Promise<string> {
  const { note, size } = registry.reader.snapshot().publication
  return makeWhy(
    {
      crypto: nodeCrypto,
      log: registry.reader.store,
      checkpoint: note,
      size,
      page: () => null,
      stateAt: async (until) => {
        const view = registry.reader.viewAt(until)
        if (view === null) throw new Error(`state ${until} is not kept`)
        return view
      },
    },
    index,
  )
}

function tell(document: string, index: number): number {
  const verdict = verifyWhy(nodeCrypto, trust, index, document)
  if (!verdict.ok) throw new Error(`${verdict.error.code}: ${verdict.error.detail}`)
  if (explanationText(explain(verdict.value)).length < 100) throw new Error('not explained')
  return verdict.value.batch
}

for (const [name, index] of [
  ['a lone decision', lone],
  ['one of a busy batch', busy],
] as const) {
  const document = await documentOf(index)
  const times: number[] = []
  let batch = 0
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    batch = tell(document, index)
    times.push(performance.now() - start)
  }
  const [first = 0] = times
  const median = times.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0
  const what = `why: ${name}, ${batch} acts before it, ${Math.round(document.length / 1024)} KiB`
  report({ what, value: median, unit: 'ms', limit: { atMost: 50 } })
  report({ what: `${what}, first call`, value: first, unit: 'ms', limit: { atMost: 50 } })
}
await registry.close()
