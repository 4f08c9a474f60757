/**
 * The services of 400,000 delegations compared completely with the record (issue 5: <= 10 minutes): RDAP, WHOIS, proofs
 * and the log's files of the real server, a process of its own, asked over loopback for everything that is registered
 * and for the numbers between. Both share the machine's cores.
 *
 * Run: `node bench/services.ts [delegations, default 400000] [source address ...]`.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runServices } from '@cadastre/audit'
import { createTrieMemory } from '@cadastre/trie'
import { createRegistryFiles } from '../apps/cadastre/src/data/create.ts'
import { DataDirectory, type RegistryFile } from '../apps/cadastre/src/data/data-directory.ts'
import { foundGenesis, importFile } from '../apps/cadastre/src/data/founding.ts'
import { systemNow } from '../apps/cadastre/src/data/system-now.ts'
import { openRegistrar } from '../apps/cadastre/src/writer/open-registrar.ts'
import { VerifyPool } from '../apps/cadastre/src/writer/verify-pool.ts'
import { writeDelegations } from './delegations.ts'
import { report } from './figures.ts'

const LIMIT_SECONDS = 600
const [count = '400000', ...from] = process.argv.slice(2)
const total = Number(count)
const what = `services of ${total.toLocaleString('en')} delegations compared completely`

const REGISTRY: RegistryFile = {
  v: 1,
  origin: 'registry.example/log',
  name: 'Example Registry',
  seat: 'XX',
  profile: 'community',
  demonstration: false,
}

/** A registry with so many delegations, in a directory. */
async function found(directory: DataDirectory, file: string): Promise<void> {
  const pool = new VerifyPool(1)
  await createRegistryFiles(directory, REGISTRY, null)
  writeDelegations(file, total)
  const { registrar, keys, policy } = await openRegistrar({
    directory,
    registry: REGISTRY,
    databaseUrl: null,
    memory: createTrieMemory(),
    verify: (checks) => pool.verify(checks),
    published: () => undefined,
    report: (message, error) => console.error(message, error),
  })
  const founder = { registry: REGISTRY, operator: keys.operator, now: systemNow }
  await foundGenesis(registrar, founder, [], policy)
  const options = { file, source: 'EXAMPLE', nested: false, attribution: '', progress: () => undefined }
  const { taken } = await importFile(registrar, founder, options)
  if (taken !== total) throw new Error(`${taken} of ${total} rows were taken in`)
  await registrar.publishedAll()
  await registrar.drain()
  await pool.close()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function serve(
  directory: DataDirectory,
): Promise<{ readonly server: ChildProcess; readonly url: string }> {
  const [port, whoisPort] = [await freePort(), await freePort()]
  const main = join(import.meta.dirname, '../apps/cadastre/src/main.ts')
  const server = spawn(process.execPath, [main, 'serve'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      WHOIS_PORT: String(whoisPort),
      CADASTRE_DATA: directory.path,
    },
  })
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    const ready = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return { server, url }
    if (server.exitCode !== null) throw new Error('the server has ended')
    await sleep(200)
  }
}

/** Seconds of processor time of a process so far: user and system, in hundredths (proc_pid_stat). */
function processorSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const path = mkdtempSync(join(tmpdir(), 'cadastre-bench-services-'))
const directory = new DataDirectory(join(path, 'data'))
let server: ChildProcess | null = null
try {
  await found(directory, join(path, 'delegated-example'))
  const serving = await serve(directory)
  server = serving.server
  const { pid } = server
  const [servedBefore, before] = [processorSeconds(pid), process.cpuUsage()]
  const began = performance.now()
  const { report: compared, text } = await runServices({ url: serving.url, from })
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  console.log(text)
  if (compared === null || compared.findingCount > 0) throw new Error('the services differ from the record')
  report({ what, value: seconds, unit: 's', limit: { atMost: LIMIT_SECONDS } })
  const none = { unit: 's', limit: null } as const
  report({ ...none, what: `${what}: auditor's processor time`, value: (user + system) / 1e6 })
  report({ ...none, what: `${what}: server's`, value: processorSeconds(pid) - servedBefore })
} finally {
  if (server !== null && server.exitCode === null) {
    server.kill()
    await once(server, 'exit')
  }
  rmSync(path, { recursive: true, force: true })
}
