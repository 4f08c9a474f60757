// node bench/stores.ts [sqlite] [postgres]: what a store costs, each engine in one run, beside what it must reach.
// PostgreSQL runs where CADASTRE_TEST_POSTGRES names a cluster, in a schema of its own.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@cadastre/crypto/node'
import { CompactRange, leafHash } from '@cadastre/merkle'
import { canonicalJson, type Json, type RecordKey } from '@cadastre/records'
import type { Batch, StoreWriter, TouchedKey } from '@cadastre/store-port'
import { openPostgresWriter } from '@cadastre/store-postgres'
import { openSqliteWriter } from '@cadastre/store-sqlite'
import { at, cell, intakeItem } from '../stores/port/test/samples.ts'
import { aside } from '../stores/postgres/test/cluster.ts'
import { record } from './figures.ts'

/** Records to import; design.md section 7 speaks of about 400,000 delegations. */
const RECORDS = 400_000
const RECORDS_AN_ENTRY = 50
const ENTRIES_A_BATCH = 100
/** Import entries carry their raw rows: about 32 KiB each. */
const ENTRY_PADDING = 12_000
const ACTS = 2_000
const ACTS_A_BATCH = 600

interface Engine {
  readonly name: string
  readonly open: () => Promise<StoreWriter>
  readonly remove: () => Promise<void>
}

/** The log's tree; no state entries, since stores do not look for them. */
class Tree {
  readonly #range: CompactRange = new CompactRange(nodeCrypto)

  batch(
    texts: readonly string[],
    records: Batch['records'],
    keys: readonly RecordKey[][],
    seq?: number,
  ): Batch {
    const expectedSize = this.#range.size
    const tileHashes: Batch['tileHashes'][number][] = []
    const touched: TouchedKey[] = keys.flatMap((each, n) =>
      each.map((key) => ({ key, index: expectedSize + n })),
    )
    const entries = texts.map((text) => {
      const bytes = new TextEncoder().encode(text)
      const hash = leafHash(nodeCrypto, bytes)
      this.#range.append(hash, (level, index, node) => {
        if (level > 0 && level % 8 === 0) tileHashes.push({ level: level / 8, index, hash: node })
      })
      return { bytes, leafHash: hash }
    })
    const head = {
      size: this.#range.size,
      root: this.#range.root(),
      at: at(0),
      compactRange: this.#range.hashes,
    }
    const decided = seq === undefined ? [] : texts.map((_, n) => ({ seq: seq + n, index: expectedSize + n }))
    return { expectedSize, entries, tileHashes, records, touched, decided, erased: [], head }
  }
}

function recordAt(n: number): { readonly key: RecordKey; readonly text: string; readonly value: Json } {
  const first = `${10 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`
  const value = cell({
    kind: 'holding',
    first: `${first}.0`,
    last: `${first}.255`,
    holder: `IMP-ZZ-${n >> 2}`,
  })
  return { key: `ip4/${first}.0/24` as RecordKey, text: canonicalJson(value), value }
}

const opText = (effects: Json, pad: number): string =>
  canonicalJson({ t: 'op', v: 1, outcome: { accepted: true, effects }, pad: 'x'.repeat(pad) })

interface Batches {
  readonly imports: readonly Batch[]
  readonly acts: readonly Batch[]
  readonly many: readonly Batch[]
}

/** Everything made beforehand, so that only the store is timed. */
function prepare(): Batches {
  const tree = new Tree()
  const imports: Batch[] = []
  for (let n = 0; n < RECORDS; ) {
    const texts: string[] = []
    const records: Batch['records'][number][] = []
    const keys: RecordKey[][] = []
    while (texts.length < ENTRIES_A_BATCH && n < RECORDS) {
      const rows = Array.from({ length: RECORDS_AN_ENTRY }, () => recordAt(n++))
      texts.push(
        opText(
          rows.map(({ key, value }) => ({ key, next: value, prev: null })),
          ENTRY_PADDING,
        ),
      )
      keys.push(rows.map(({ key }) => key))
      records.push(...rows.map(({ key, text }) => ({ key, text })))
    }
    imports.push(tree.batch(texts, records, keys))
  }
  let seq = 1
  const act = (count: number): Batch => {
    const rows = Array.from({ length: count }, (_, n) => recordAt(((seq + n) * 7919) % RECORDS))
    const texts = rows.map(({ key, value }) => opText([{ key, next: value, prev: null }], 900))
    const batch = tree.batch(
      texts,
      rows,
      rows.map(({ key }) => [key]),
      seq,
    )
    seq += count
    return batch
  }
  const acts = Array.from({ length: ACTS }, () => act(1))
  const many = Array.from({ length: 10 }, () => act(ACTS_A_BATCH))
  return { imports, acts, many }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

async function actsOf(store: StoreWriter, batches: readonly Batch[]): Promise<void> {
  for (const batch of batches) {
    await store.intake(batch.decided.map(({ seq }) => intakeItem(seq)))
    const result = await store.commit(batch)
    if (result !== 'committed') throw new Error(result)
  }
}

async function measure(engine: Engine, { imports, acts, many }: Batches): Promise<void> {
  const say = (what: string, figure: string, limit = ''): void =>
    console.log(`${engine.name.padEnd(11)}${what.padEnd(52)}${figure.padStart(20)}   ${limit}`)
  const store = await engine.open()
  const times: number[] = []
  for (const batch of imports) times.push(await seconds(() => store.commit(batch).then(() => undefined)))
  const total = times.reduce((a, b) => a + b, 0)
  const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0
  say(`import ${RECORDS} records`, `${total.toFixed(2)} s`, 'part of <= 30 s')
  say(
    `  a batch of ${ENTRIES_A_BATCH} entries, ${ENTRIES_A_BATCH * RECORDS_AN_ENTRY} records: median, slowest`,
    `${(median * 1000).toFixed(0)}, ${(Math.max(...times) * 1000).toFixed(0)} ms`,
    'median < 100 ms',
  )
  const scan = await seconds(async () => {
    let count = 0
    for await (const page of store.records()) count += page.length
    if (count !== RECORDS) throw new Error(`${count} records`)
  })
  say('records(), all', `${scan.toFixed(2)} s`, '< 1 s on SQLite')
  const single = await seconds(() => actsOf(store, acts))
  say('acts one a batch, with intake (2 commits each)', `${(ACTS / single).toFixed(0)} acts/s`)
  const batched = await seconds(() => actsOf(store, many))
  const figure = (many.length * ACTS_A_BATCH) / batched
  say(
    `acts ${ACTS_A_BATCH} a batch, with intake`,
    `${figure.toFixed(0)} acts/s`,
    '>= 5,000 SQLite, 3,000 PostgreSQL',
  )
  record({
    what: `${engine.name} store: acts with intake, ${ACTS_A_BATCH} a batch`,
    value: figure,
    unit: 'acts/s',
    limit: { atLeast: engine.name === 'SQLite' ? 5000 : 3000 },
  })
  const asked = 5_000
  const touched = await seconds(async () => {
    for (let n = 0; n < asked; n++) {
      const key = recordAt((n * 7919) % RECORDS).key
      await store.touched([key, 'ip4/10.0.0.0/8', 'ip4/0.0.0.0/0'], Number.MAX_SAFE_INTEGER, 100)
    }
  })
  say('touched(3 keys)', `${((touched / asked) * 1e6).toFixed(0)} µs`)
  const found = await seconds(async () => {
    for (let n = 0; n < asked; n++) await store.record(recordAt((n * 104_729) % RECORDS).key)
  })
  say('record()', `${((found / asked) * 1e6).toFixed(0)} µs`)
  const rebuilt = await seconds(async () => {
    const { differences } = await store.rebuild(() => undefined)
    const unexpected = differences.filter(({ table }) => table !== 'head')
    if (unexpected.length > 0) throw new Error(`rebuild differs: ${JSON.stringify(unexpected.slice(0, 3))}`)
  })
  say('rebuild', `${rebuilt.toFixed(1)} s`)
  say('resident memory of this process', `${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`)
  await store.close()
  await engine.remove()
}

function sqlite(): Engine {
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-bench-'))
  return {
    name: 'SQLite',
    open: () => openSqliteWriter(join(directory, 'registry.db')),
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  }
}

function postgres(url: string): Engine {
  const schema = `bench_${process.pid}`
  return {
    name: 'PostgreSQL',
    open: () => openPostgresWriter(url, { schema }),
    remove: async () => {
      await aside(schema, `DROP SCHEMA ${schema} CASCADE`)
    },
  }
}

const wanted = process.argv.slice(2)
const url = process.env['CADASTRE_TEST_POSTGRES']
const engines = [sqlite()]
if (url === undefined) console.log('PostgreSQL left out: CADASTRE_TEST_POSTGRES names no cluster')
else engines.push(postgres(url))
const batches = prepare()
console.log(
  `${RECORDS} records prepared; resident memory ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`,
)
for (const engine of engines) {
  if (wanted.length === 0 || wanted.includes(engine.name.toLowerCase())) await measure(engine, batches)
}
