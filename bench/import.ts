/**
 * Imports of published files to a published, provable checkpoint, with the embedded store on disk, as `cadastre import`
 * does them (design.md section 7, issue 2). The files lie outside the project, in `../shared/data`; what is not there
 * is said and left out. Each set runs in a process of its own, so that its memory is its own.
 *
 * Run: `node bench/import.ts [lacnic] [five] [libloc]`, all three by default.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { blockQuery, verifyAnswer } from '@cadastre/answers'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parsePolicy } from '@cadastre/notes'
import { parseAddress, singleBlock } from '@cadastre/numbers'
import { PublishedReader, type RegistryInfo } from '@cadastre/reader'
import { createTiles } from '@cadastre/tiles'
import { createTrieMemory } from '@cadastre/trie'
import { createRegistryFiles } from '../apps/cadastre/src/data/create.ts'
import { DataDirectory, type RegistryFile } from '../apps/cadastre/src/data/data-directory.ts'
import { foundGenesis, importFile } from '../apps/cadastre/src/data/founding.ts'
import { systemNow } from '../apps/cadastre/src/data/system-now.ts'
import { openReader, openRegistrar, registryVkeys } from '../apps/cadastre/src/writer/open-registrar.ts'
import { VerifyPool } from '../apps/cadastre/src/writer/verify-pool.ts'
import { report } from './figures.ts'

const DATA = join(import.meta.dirname, '../../shared/data')

type Source = { readonly file: string; readonly source: string; readonly nested?: true }
type Set = {
  readonly files: readonly Source[]
  readonly seconds: number
  readonly megabytes: number | null
  /** Rows that must be left out, because another registry's file had their numbers first. */
  readonly conflicts: number | null
  /** An address that must be found, with proof. */
  readonly address: string
}

const SETS: Readonly<Record<string, Set>> = {
  lacnic: {
    files: [{ file: 'delegated/recent/delegated-lacnic-extended-20240104.gz', source: 'LACNIC' }],
    seconds: 8,
    megabytes: null,
    conflicts: null,
    address: '200.160.0.1',
  },
  five: {
    files: [
      { file: 'delegated/recent/delegated-afrinic-extended-20260821.gz', source: 'AFRINIC' },
      { file: 'delegated/recent/delegated-lacnic-20260213.gz', source: 'LACNIC' },
      { file: 'delegated/recent/delegated-apnic-20260213.gz', source: 'APNIC' },
      { file: 'delegated/composite-2026/delegated-arin-composite-20260201.gz', source: 'ARIN' },
      { file: 'delegated/composite-2026/delegated-ripencc-composite-20260201.gz', source: 'RIPENCC' },
    ],
    seconds: 30,
    megabytes: null,
    conflicts: 8,
    address: '200.160.0.1',
  },
  libloc: {
    files: [{ file: 'libloc/networks-20221029.csv.gz', source: 'LIBLOC', nested: true }],
    seconds: 90,
    megabytes: 1_500,
    conflicts: null,
    address: '8.8.8.8',
  },
}

const REGISTRY: RegistryFile = {
  v: 1,
  origin: 'registry.example/log',
  name: 'Example Registry',
  seat: 'XX',
  profile: 'community',
  demonstration: false,
}

/** What a reader of the import sees once its checkpoint is out. */
function readerInfo(
  vkeys: { readonly log: string; readonly receipts: string },
  policy: string,
): RegistryInfo {
  return {
    ...REGISTRY,
    demonstration: null,
    logVkey: vkeys.log,
    receiptVkey: vkeys.receipts,
    policy,
    baseUrl: 'http://127.0.0.1:8080',
    whois: { host: '127.0.0.1', port: 4343 },
    version: '0.1.0',
  }
}

/** Records that the proof of an address shows, verified against the log's key. */
async function proved(reader: PublishedReader, directory: DataDirectory, address: string): Promise<number> {
  const response = await createTiles(reader, { logDirectory: directory.log }).request(`/proof/ip/${address}`)
  const policy = parsePolicy(nodeCrypto, reader.info.policy)
  const asked = parseAddress(address)
  if (!policy.ok || !asked.ok) throw new Error('the policy or the address cannot be read')
  const query = blockQuery(singleBlock(asked.value.space, asked.value.value))
  const answer = verifyAnswer(nodeCrypto, { trust: policy.value, age: null }, query, await response.text())
  if (!answer.ok) throw new Error(`the proof does not hold: ${answer.error.code}`)
  return answer.value.covering.length
}

async function measure(name: string, set: Set): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'cadastre-bench-import-'))
  const directory = new DataDirectory(path)
  const pool = new VerifyPool(1)
  try {
    await createRegistryFiles(directory, REGISTRY, null)
    const memory = createTrieMemory()
    let reader: PublishedReader | null = null
    const early: Parameters<PublishedReader['publish']>[0][] = []
    const { registrar, keys, policy } = await openRegistrar({
      directory,
      registry: REGISTRY,
      databaseUrl: null,
      memory,
      verify: (checks) => pool.verify(checks),
      published: (publication) => (reader === null ? early.push(publication) : reader.publish(publication)),
      report: (message, error) => console.error(message, error),
    })
    const founder = { registry: REGISTRY, operator: keys.operator, now: systemNow }
    await foundGenesis(registrar, founder, [], policy)
    const store = await openReader(directory, null)
    const info = readerInfo(registryVkeys(REGISTRY.origin, keys), policy)
    const published = new PublishedReader(info, memory, store, nodeCrypto)
    for (const publication of early) published.publish(publication)
    reader = published
    const before = process.cpuUsage()
    const began = performance.now()
    let [rows, leftOut] = [0, 0]
    for (const { file, source, nested } of set.files) {
      const one = { file: join(DATA, file), source, nested: nested === true, attribution: '' }
      const imported = await importFile(registrar, founder, { ...one, progress: () => undefined })
      rows += imported.rows
      leftOut += imported.leftOut.length
      const seconds = ((performance.now() - began) / 1000).toFixed(1)
      console.log(
        `  ${basename(file)}: ${imported.rows} rows, ${imported.warnings.length} warnings, ${imported.leftOut.length} left out, at ${seconds} s`,
      )
    }
    await registrar.publishedAll()
    const found = await proved(published, directory, set.address)
    const seconds = (performance.now() - began) / 1000
    const { user, system } = process.cpuUsage(before)
    const what = `import ${name}, ${rows.toLocaleString('en')} rows, to a checkpoint with proof`
    report({ what, value: seconds, unit: 's', limit: { atMost: set.seconds } })
    report({ what: `import ${name}: processor time`, value: (user + system) / 1e6, unit: 's', limit: null })
    const megabytes = process.resourceUsage().maxRSS / 1024
    const limit = set.megabytes === null ? null : { atMost: set.megabytes }
    report({ what: `import ${name}: largest RSS`, value: megabytes, unit: 'MB', limit })
    if (found === 0) throw new Error(`${set.address} is not covered by anything`)
    if (set.conflicts !== null && leftOut !== set.conflicts)
      throw new Error(`${leftOut} rows left out, expected ${set.conflicts}`)
    await store.close()
    await registrar.drain()
  } finally {
    await pool.close()
    rmSync(path, { recursive: true, force: true })
  }
}

const [flag, ...names] = process.argv.slice(2)
const alone = flag === '--alone' ? SETS[names[0] ?? ''] : undefined
if (alone !== undefined) await measure(names[0] ?? '', alone)
else {
  const asked = process.argv.slice(2)
  for (const name of asked.length === 0 ? Object.keys(SETS) : asked) {
    const missing = SETS[name]?.files.filter(({ file }) => !existsSync(join(DATA, file)))
    if (missing === undefined) throw new Error(`${name}: expected ${Object.keys(SETS).join(', ')}`)
    if (missing.length > 0) {
      console.log(`import ${name} is left out: ../shared/data/${missing[0]?.file} is not there`)
      continue
    }
    const { status } = spawnSync(process.execPath, [import.meta.filename, '--alone', name], {
      stdio: 'inherit',
    })
    if (status !== 0) process.exitCode = 1
  }
}
