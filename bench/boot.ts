/**
 * Start of a registry that has stopped: from opening the store until every cell is in the trie, its root is the log's
 * and readers can be answered (design.md section 7; issue 2: 400,000 delegations in 5 s).
 *
 * Run: `node bench/boot.ts [delegations, default 400000]`; 5000000 measures the other figure of the design, 45 s, and
 * takes some minutes to prepare.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTrieMemory } from '@cadastre/trie'
import { createRegistryFiles } from '../apps/cadastre/src/data/create.ts'
import { DataDirectory, type RegistryFile } from '../apps/cadastre/src/data/data-directory.ts'
import { foundGenesis, importFile } from '../apps/cadastre/src/data/founding.ts'
import { systemNow } from '../apps/cadastre/src/data/system-now.ts'
import { openRegistrar } from '../apps/cadastre/src/writer/open-registrar.ts'
import { VerifyPool } from '../apps/cadastre/src/writer/verify-pool.ts'
import { writeDelegations } from './delegations.ts'
import { report } from './figures.ts'

const total = Number(process.argv[2] ?? 400_000)
const LIMIT_SECONDS = total <= 400_000 ? 5 : 45

const REGISTRY: RegistryFile = {
  v: 1,
  origin: 'registry.example/log',
  name: 'Example Registry',
  seat: 'XX',
  profile: 'community',
  demonstration: false,
}

const path = mkdtempSync(join(tmpdir(), 'cadastre-bench-boot-'))
const directory = new DataDirectory(join(path, 'data'))
const pool = new VerifyPool(1)

const open = (): ReturnType<typeof openRegistrar> =>
  openRegistrar({
    directory,
    registry: REGISTRY,
    databaseUrl: null,
    memory: createTrieMemory(),
    verify: (checks) => pool.verify(checks),
    published: () => undefined,
    report: (message, error) => console.error(message, error),
  })

try {
  await createRegistryFiles(directory, REGISTRY, null)
  const file = join(path, 'delegated-example')
  writeDelegations(file, total)
  const { registrar, keys, policy } = await open()
  const founder = { registry: REGISTRY, operator: keys.operator, now: systemNow }
  await foundGenesis(registrar, founder, [], policy)
  const options = { file, source: 'EXAMPLE', nested: false, attribution: '', progress: () => undefined }
  const { taken } = await importFile(registrar, founder, options)
  if (taken !== total) throw new Error(`${taken} of ${total} rows were taken in`)
  await registrar.publishedAll()
  const size = registrar.size
  await registrar.drain()

  const before = process.cpuUsage()
  const began = performance.now()
  const opened = await open()
  await opened.registrar.publishedAll()
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  if (opened.registrar.size !== size) throw new Error('another log has been opened')
  const what = `boot, ${total.toLocaleString('en')} delegations`
  report({ what, value: seconds, unit: 's', limit: { atMost: LIMIT_SECONDS } })
  report({ what: `${what}: processor time`, value: (user + system) / 1e6, unit: 's', limit: null })
  await opened.registrar.drain()
} finally {
  await pool.close()
  rmSync(path, { recursive: true, force: true })
}
