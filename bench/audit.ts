/**
 * The full audit of single-signature acts beside its limit (design.md section 7): 5,000 entries a second a core,
 * signatures in parallel. The log is made by the registrar's own batches: holders allocate and declare services, 500
 * acts a batch, one Ed25519 signature each, and is audited from memory as from static files.
 *
 * Run: `node bench/audit.ts [acts, default 30000]`.
 */
import { availableParallelism } from 'node:os'
import { type AuditReport, auditLog, type LogSource, policyOfVkey, SignaturePool } from '@cadastre/audit'
import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
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
import { genesisBodies, genesisParts, proceduresOfProfile } from '@cadastre/procedures'
import {
  addSeconds,
  canonicalJson,
  type Instant,
  type Json,
  type JsonObject,
  parseInstant,
  type RecordKey,
  type Replaced,
  type Request,
} from '@cadastre/records'
import { BatchBuilder, type LogPosition, type Pending } from '@cadastre/registrar'
import { Replayer, TrieState } from '@cadastre/replay'
import { memberHashOf, requestText, signRequest, verifyEvidence } from '@cadastre/signatures'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import { record } from './figures.ts'

const ORIGIN = 'registry.example/log'
const ACTS = Number(process.argv[2] ?? 30_000)
const HOLDERS = 500
const BATCH = 500
const LIMIT = 5000

const signerOf = (seed: number): Signer => ed25519SignerFromSeed(nodeCrypto.sha256(encodeUtf8(String(seed))))
const operator = signerOf(0)
const logKey = signerOf(-1)

const start = parseInstant('2030-01-01T00:00:00Z')
if (start === null) throw new Error('no instant')

class Log {
  readonly trie: TrieWriter = new TrieWriter(createTrieMemory(), nodeCrypto)
  readonly state: TrieState = new TrieState(this.trie, nodeCrypto)
  readonly entries: Uint8Array[] = []
  readonly leaves: Uint8Array[][] = []
  position: LogPosition = { range: new CompactRange(nodeCrypto), previousState: null }
  at: Instant
  #seq = 0
  #nonce = 0

  constructor(at: Instant) {
    this.at = at
  }

  pending(
    procedure: string,
    body: JsonObject,
    signer: Signer,
    replaces: readonly Replaced[] = [],
    founding = false,
  ): Pending {
    this.#nonce += 1
    const nonce = encodeBase64(nodeCrypto.sha256(encodeUtf8(String(this.#nonce))).subarray(0, 16))
    const request: Request = {
      v: 1,
      origin: ORIGIN,
      procedure,
      body,
      replaces,
      expires: addSeconds(this.at, 3600),
      nonce,
    }
    const text = requestText(request)
    const evidence = [signRequest(text, signer)]
    if (!founding) this.#seq += 1
    const received = founding ? null : { seq: this.#seq, at: this.at }
    const checked = verifyEvidence(text, evidence, null, nodeCrypto)
    return { received, request, requestText: text, evidence, checked, name: null, repeated: false }
  }

  batch(acts: readonly Pending[]): readonly JsonObject[] {
    const builder = new BatchBuilder(nodeCrypto, this.trie, this.state, this.at, this.position)
    for (const act of acts) {
      const outcome = builder.request(act)
      if (!outcome.accepted)
        throw new Error(`${act.request.procedure}: ${outcome.refusals.join()}`, { cause: builder.faults[0] })
    }
    const decided = builder.finish()
    if (decided === null) throw new Error('an empty batch')
    for (const { bytes } of decided.batch.entries) this.entries.push(bytes)
    this.position = { range: decided.range, previousState: decided.range.size - 1 }
    this.at = addSeconds(this.at, 1)
    return decided.outcomes.map((outcome) => outcome as never)
  }
}

/** The genesis and the parts of its procedures. */
function foundingBodies(): readonly JsonObject[] {
  const text = encodeBase64(nodeCrypto.sha256(encodeUtf8('the published text')))
  const parts = genesisParts(proceduresOfProfile('community', () => text))
  return genesisBodies(genesis(), parts, 'OPERATOR', (member) => memberHashOf(nodeCrypto, member))
}

function genesis(): JsonObject {
  return {
    name: 'Example Registry',
    origin: ORIGIN,
    seat: 'XX',
    profile: 'community',
    demonstration: false,
    relyingParty: { id: 'sign.registry.example', origins: [] },
    staff: [
      {
        handle: 'OPERATOR',
        role: 'operator',
        alg: 'ed25519',
        key: encodeBase64(operator.publicKey),
        outside: false,
      },
    ],
    pools: [{ handle: 'IP4', space: 'ip4', range: '10.0.0.0/8', open: true }],
    reserved: [],
    witnessPolicy: '',
    roots: [],
    statement: '',
  }
}

function makeLog(): Log {
  if (start === null) throw new Error('no instant')
  const log = new Log(start)
  const found = (procedure: string, body: JsonObject): Pending =>
    log.pending(procedure, body, operator, [], true)
  log.batch(foundingBodies().map((body) => found('genesis/1', body)))
  log.batch([found('open/1', { staff: 'OPERATOR' })])
  const signers = Array.from({ length: HOLDERS }, (_, index) => signerOf(index + 1))
  const first = log.entries.length
  log.batch(
    signers.map((signer) =>
      log.pending(
        'identify-holder/1',
        {
          kind: 'organisation',
          name: 'Example Networks',
          register: null,
          person: null,
          country: null,
          policy: {
            m: 1,
            keys: [
              {
                alg: 'ed25519',
                key: encodeBase64(signer.publicKey),
                roles: ['full', 'routing', 'technical'],
              },
            ],
            guardians: [],
          },
          contacts: [],
          attestors: [],
        },
        signer,
      ),
    ),
  )
  const handles = signers.map((_, index) => `H-${first + index}`)
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
