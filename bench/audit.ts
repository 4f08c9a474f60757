/**
 * The full audit of single-signature acts beside its limit (design.md section 7): 5,000 entries a second a core,
 * signatures in parallel. The log is made by the registrar's own batches: holders allocate and declare services, 500
 * acts a batch, one Ed25519 signature each, and is audited from memory as from static files.
 *
 * Run: `node bench/audit.ts [acts, default 30000]`.
 */
import { availableParallelism } from 'node:os'
import { type AuditReport, auditLog, type LogSource, policyOfVkey, SignaturePool } from '@cadastre/audit'
import { encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  bundlesForSize,
  CompactRange,
  encodeBundle,
  entriesPath,
  type NodeReader,
  readTileBytes,
  tilePath,
  tilesForSize,
} from '@cadastre/merkle'
import {
  formatCheckpoint,
  formatVkey,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  signNote,
} from '@cadastre/notes'
import { canonicalJson, type Json, type JsonObject, type RecordKey } from '@cadastre/records'
import type { Pending } from '@cadastre/registrar'
import { Replayer } from '@cadastre/replay'
import { memberHashOf } from '@cadastre/signatures'
import { BATCH, founded, HOLDERS, type Log, logKey, ORIGIN, operator } from './audit-log-maker.ts'
import { record } from './figures.ts'

const ACTS = Number(process.argv[2] ?? 30_000)
const LIMIT = 5000

function makeLog(): Log {
  const { log, signers, handles } = founded()
  const allocation = (index: number): Pending => {
    const holder = index % HOLDERS
    return log.pending(
      'allocate/1',
      { holder: handles[holder] ?? '', pool: 'IP4', length: 24, block: null },
      signers[holder] ?? operator,
    )
  }
  for (let done = 0; done < ACTS / 2; done += BATCH)
    log.batch(Array.from({ length: BATCH }, (_, at) => allocation(done + at)))
  const declaration = (index: number): Pending => {
    const key = `ip4/10.${(index >> 8) & 255}.${index & 255}.0/24` as RecordKey
    const [registration] = (log.state.record(key).value as { registrations: readonly JsonObject[] })
      .registrations
    if (registration === undefined) throw new Error(`nothing at ${key}`)
    const replaced = {
      member: `${key}#${String(registration['id'])}`,
      hash: memberHashOf(nodeCrypto, registration),
    }
    const holder = String(registration['holder'])
    const body = {
      holder,
      at: key,
      service: { kind: 'route', origin: 64496 },
      action: 'set',
    }
    return log.pending('declare-service/1', body, signers[handles.indexOf(holder)] ?? operator, [replaced])
  }
  for (let done = 0; done < ACTS / 2; done += BATCH)
    log.batch(Array.from({ length: BATCH }, (_, at) => declaration(done + at)))
  return log
}

/** The log's static files, in memory. */
function publish(entries: readonly Uint8Array[]): LogSource {
  const levels: Uint8Array[][] = []
  const range = new CompactRange(nodeCrypto)
  for (const bytes of entries)
    range.append(nodeCrypto.sha256(Uint8Array.of(0), bytes), (level, index, hash) => {
      levels[level] ??= []
      ;(levels[level] ?? [])[index] = hash
    })
  const read: NodeReader = (level, index) => levels[level]?.[index] ?? new Uint8Array(32)
  const files = new Map<string, Uint8Array>()
  const size = entries.length
  for (const { index, width } of bundlesForSize(size))
    files.set(entriesPath(index, width), encodeBundle(entries.slice(index * 256, index * 256 + width)))
  for (const tile of tilesForSize(size))
    files.set(tilePath(tile.level, tile.index, tile.width), readTileBytes(read, tile))
  const text = formatCheckpoint({ origin: ORIGIN, size, root: range.root() })
  files.set('checkpoint', encodeUtf8(signNote(text, [noteSigner(nodeCrypto, ORIGIN, logKey)])))
  return { name: 'memory', read: (path) => Promise.resolve(files.get(path) ?? null) }
}

const vkey = formatVkey(makeVkey(nodeCrypto, ORIGIN, KEY_TYPE_ED25519, logKey.publicKey))
const policy = policyOfVkey(nodeCrypto, vkey)
if (!policy.ok) throw new Error(policy.error)

async function audit(source: LogSource, pool: SignaturePool | null): Promise<AuditReport> {
  if (!policy.ok) throw new Error(policy.error)
  const { report } = await auditLog(source, {
    crypto: nodeCrypto,
    policy: policy.value,
    trust: 'given',
    pool,
    clock: () => performance.now() / 1000,
  })
  if (report.faultCount > 0) throw new Error(canonicalJson(report.faults.slice(0, 3) as readonly Json[]))
  return report
}

type Spent = { readonly wall: number; readonly cpu: number }

/** Seconds by the clock, and seconds of all threads on a core: on a busy machine only the second means something. */
async function timed(run: () => unknown): Promise<Spent> {
  const start = performance.now()
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 }
}

function show(what: string, { wall, cpu }: Spent, limited: boolean): void {
  const rate = (seconds: number): string =>
    Math.round(length / seconds)
      .toLocaleString('en')
      .padStart(7)
  const limit = limited ? `limit ${LIMIT} a core, ratio ${(length / cpu / LIMIT).toFixed(2)}` : ''
  console.log(`${what.padEnd(54)} ${rate(wall)} entries/s ${rate(cpu)} a core   ${limit}`)
}

const log = makeLog()
const source = publish(log.entries)
const { length } = log.entries
const bytes = log.entries.reduce((sum, entry) => sum + entry.length, 0)
console.log(
  `${length.toLocaleString('en')} entries, ${Math.round(bytes / length)} bytes each, ${availableParallelism()} cores`,
)

const replay = await timed(() => {
  const replayer = new Replayer({ crypto: nodeCrypto, origin: ORIGIN })
  for (const [index, entry] of log.entries.entries())
    replayer.step(index, entry, { valid: true, relyingParty: '' })
})
show('replay alone (signatures taken for granted)', replay, false)
const alone = await timed(() => audit(source, null))
show('audit in one thread', alone, true)
const pool = new SignaturePool()
const shared = await timed(() => audit(source, pool))
show(`audit, signatures in ${pool.size} threads beside`, shared, true)
for (const [how, { cpu }] of [
  ['one thread', alone],
  ['signatures beside', shared],
] as const)
  record({ what: `audit, ${how}`, value: length / cpu, unit: 'entries/s a core', limit: { atLeast: LIMIT } })
await pool.close()
