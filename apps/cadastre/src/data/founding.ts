/** Founding a registry: genesis from a profile, imports of published files, opening. */

import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  conflictsOf,
  type FoundedProcedure,
  genesisBodies,
  genesisParts,
  PROCEDURES,
  PROFILES,
  procedureById,
  REFUSALS,
  WEEKDAYS,
  withCalendar,
} from '@cadastre/procedures'
import {
  addSeconds,
  type Calendar,
  canonicalJson,
  type DelegatedFile,
  type FileNote,
  type ImportPlan,
  type Instant,
  type Json,
  type JsonObject,
  type PlanConflict,
  planImport,
  type Request,
  readDelegatedFile,
  readPrefixList,
  type SealRoot,
  type StaffRole,
} from '@cadastre/records'
import type { FoundingAct, Registrar } from '@cadastre/registrar'
import { evidenceText, memberHashOf, requestText, signRequest } from '@cadastre/signatures'
import { documentText, type RegistryFile } from './data-directory.ts'
import { underOthers } from './nested-rows.ts'

/** Thrown where founding cannot go on; the message says why and what would be right. */
export class FoundingError extends Error {
  override readonly name: string = 'FoundingError'
}

export type PoolPlan = {
  readonly handle: string
  readonly space: 'ip4' | 'ip6' | 'asn'
  readonly range: string
  readonly open: boolean
}

/** A member of staff beside the first operator. */
export type StaffPlan = {
  readonly handle: string
  readonly role: StaffRole
  /** Raw Ed25519 public key, base64. */
  readonly key: string
  /** A clerk outside the operator. */
  readonly outside: boolean
}

export type Founder = {
  readonly registry: RegistryFile
  readonly operator: Signer
  readonly now: () => Instant
}

export const OPERATOR = 'OPERATOR'
/** A founding act is signed where it is done, so it needs no long life. */
const EXPIRY_SECONDS = 3600

function signedAct(founder: Founder, procedure: string, body: JsonObject): FoundingAct {
  const request: Request = {
    v: 1,
    origin: founder.registry.origin,
    procedure,
    body,
    replaces: [],
    expires: addSeconds(founder.now(), EXPIRY_SECONDS),
    nonce: encodeBase64(randomBytes(16)),
  }
  const text = requestText(request)
  return { request: text, evidence: evidenceText([signRequest(text, founder.operator)]) }
}

/** Founding acts of one procedure, signed by the operator, in one batch; throws where one is refused. */
export async function act(
  registrar: Registrar,
  founder: Founder,
  procedure: string,
  ...bodies: readonly JsonObject[]
): Promise<void> {
  for (const body of bodies) {
    const fits = procedureById(procedure)?.body.read(body, '')
    if (fits?.ok === false) {
      const { pointer, value, expected } = fits.error
      throw new FoundingError(`${procedure}: ${pointer} is ${value}; expected ${expected}.`)
    }
  }
  const outcomes = await registrar.found(bodies.map((body) => signedAct(founder, procedure, body)))
  const wrong = bodies.findIndex((_, index) => outcomes[index]?.accepted !== true)
  if (wrong !== -1) throw new FoundingError(`${procedure} was refused: ${refusalText(outcomes[wrong])}`)
}

/** Codes with what they mean. */
function refusalText(outcome: Awaited<ReturnType<Registrar['found']>>[number] | undefined): string {
  if (outcome === undefined || outcome.accepted) return 'no outcome'
  return outcome.refusals.map((code) => `${code}: ${REFUSALS[code]}`).join(' ')
}

/** SHA-256 of a procedure's published page, standard base64. */
async function procedureTextHash(id: string): Promise<string> {
  const name = `procedures/${id.replace(/\/\d+$/, '')}.md`
  const page = await documentText(name).catch((error: unknown) => {
    throw new Error(`the published page of ${id}, docs/${name}, is missing from this program`, {
      cause: error,
    })
  })
  return createHash('sha256').update(page).digest('base64')
}

/** The first entries of the log, committed together: the genesis and the parts of its procedures. */
export async function foundGenesis(
  registrar: Registrar,
  founder: Founder,
  pools: readonly PoolPlan[],
  witnessPolicy: string,
  staff: readonly StaffPlan[] = [],
  roots: readonly SealRoot[] = [],
  calendar: Calendar = WEEKDAYS,
): Promise<void> {
  const { name, origin, seat, profile, demonstration } = founder.registry
  const hash = (member: Json): string => memberHashOf(nodeCrypto, member)
  const procedures: FoundedProcedure[] = []
  for (const id of Object.keys(PROCEDURES))
    procedures.push({
      id,
      text: await procedureTextHash(id),
      parameters: withCalendar(PROFILES[profile][id] ?? {}, hash(calendar)),
    })
  const host = origin.split('/')[0] ?? origin
  const founding: JsonObject = {
    name,
    origin,
    seat,
    profile,
    demonstration,
    relyingParty: { id: `sign.${host}`, origins: [`https://sign.${host}`] },
    staff: [
      {
        handle: OPERATOR,
        role: 'operator',
        alg: 'ed25519',
        key: encodeBase64(founder.operator.publicKey),
        outside: false,
      },
      ...staff.map((member) => ({ ...member, alg: 'ed25519' })),
    ],
    pools: pools.map((pool) => ({ ...pool })),
    reserved: [],
    witnessPolicy,
    roots: roots.map((root) => ({ ...root })),
    statement: '',
  }
  await act(
    registrar,
    founder,
    'genesis/1',
    ...genesisBodies(founding, genesisParts(procedures), OPERATOR, hash, [calendar]),
  )
}

/** End founding for good. */
export function openRegistry(registrar: Registrar, founder: Founder): Promise<void> {
  return act(registrar, founder, 'open/1', { staff: OPERATOR })
}

export type ImportOptions = {
  readonly file: string
  /** Name of the source, in capital letters. */
  readonly source: string
  readonly nested: boolean
  readonly attribution: string
  readonly progress: (done: number, total: number) => void
}

export type ImportReport = {
  readonly source: string
  readonly rows: number
  readonly taken: number
  readonly warnings: readonly FileNote[]
  /** Rows that conflict with others of the same file. */
  readonly withinFile: readonly PlanConflict[]
  /** Line numbers of rows that were left out because their numbers are registered already (or conflict in the file). */
  readonly leftOut: readonly ImportedRow[]
  /** Rows taken in as parts of a holding that another source had imported. */
  readonly underOthers: readonly ImportedRow[]
}

type ImportedRow = { readonly line: number; readonly raw: string }
/** What became of the rows that were not simply taken in. */
type Remarks = { readonly leftOut: ImportedRow[]; readonly underOthers: ImportedRow[] }

/** Wrong lines that a refusal names; there may be as many as the file has lines. */
const NAMED_ERRORS = 20

/** A file that cannot be imported: every remark with its line number. Nothing has been changed. */
class ImportRefusedError extends FoundingError {
  readonly errors: readonly FileNote[]
  constructor(file: string, errors: readonly FileNote[]) {
    const named = errors
      .slice(0, NAMED_ERRORS)
      .map(({ line, code, value, expected }) => `\n  line ${line}: ${code}: "${value}"; expected ${expected}`)
    const more = errors.length > NAMED_ERRORS ? `\n  … and ${errors.length - NAMED_ERRORS} more` : ''
    const lines = errors.length === 1 ? 'one line is wrong' : `${errors.length} lines are wrong`
    super(`${basename(file)} is refused whole, nothing was imported; ${lines}:${named.join('')}${more}`)
    this.errors = errors
  }
}

/** Chunk acts that are decided and committed together: 2 MB of entries a transaction, so that few pages are written twice. */
const CHUNKS_A_BATCH = 64

async function readFileText(file: string): Promise<{ readonly text: string; readonly sha256: string }> {
  const raw = await readFile(file)
  const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw
  return { text: bytes.toString('latin1'), sha256: createHash('sha256').update(bytes).digest('base64') }
}

/** Read the file whole, then take its rows in. Goes on where an interrupted import of the same file stopped. */
export async function importFile(
  registrar: Registrar,
  founder: Founder,
  options: ImportOptions,
): Promise<ImportReport> {
  const { text, sha256 } = await readFileText(options.file)
  const nestedList = options.nested && !/^2(\.3)?\|/m.test(text.slice(0, 4096))
  const read: DelegatedFile = nestedList ? readPrefixList(text) : readDelegatedFile(text)
  if (read.errors.length > 0) throw new ImportRefusedError(options.file, read.errors)
  const plan = planImport(read.rows, { nested: options.nested })
  await begin(registrar, founder, options, sha256, plan.count)
  const { leftOut, underOthers: parts } = await takeRows(registrar, founder, options, plan)
  await act(registrar, founder, 'import/1', { step: 'end', staff: OPERATOR, source: options.source })
  return {
    source: options.source,
    rows: plan.count,
    taken: plan.count - leftOut.length,
    warnings: read.warnings,
    withinFile: plan.conflicts,
    leftOut,
    underOthers: parts,
  }
}

async function begin(
  registrar: Registrar,
  founder: Founder,
  options: ImportOptions,
  sha256: string,
  rows: number,
): Promise<void> {
  const importing = registrar.registry?.importing ?? null
  if (importing !== null) {
    if (
      importing.source === options.source &&
      importing.sha256 === sha256 &&
      importing.nested === options.nested
    )
      return
    throw new FoundingError(
      `The import of ${importing.source} has begun and is not finished (${importing.done} of ${importing.rows} rows). Import that same file to go on.`,
    )
  }
  await act(registrar, founder, 'import/1', {
    step: 'manifest',
    staff: OPERATOR,
    source: options.source,
    file: basename(options.file),
    sha256,
    rows,
    nested: options.nested,
    attribution: options.attribution === '' ? 'none stated' : options.attribution,
  })
}

async function takeRows(
  registrar: Registrar,
  founder: Founder,
  options: ImportOptions,
  plan: ImportPlan,
): Promise<Remarks> {
  const remarks: Remarks = { leftOut: [], underOthers: [] }
  let entryBytes: number | undefined
  for (;;) {
    const registry = registrar.registry
    if (registry?.importing == null) throw new FoundingError('the import has ended by itself')
    const { done } = registry.importing
    options.progress(done, plan.count)
    if (done === plan.count) return remarks
    const registryBytes = canonicalJson(registry).length + 200
    const chunks = plan.chunks({
      source: options.source,
      from: done,
      registryBytes,
      ...(entryBytes === undefined ? {} : { entryBytes }),
    })
    const fitted = await feed({ registrar, founder, options }, plan, chunks, remarks)
    // An estimate that was too low: the same rows in smaller chunks.
    if (!fitted) entryBytes = Math.floor((entryBytes ?? 32 * 1024) * 0.7)
    if (entryBytes !== undefined && entryBytes < 6000)
      throw new FoundingError(`row ${done + 1} does not fit an entry`)
  }
}

type ChunkActBody = {
  readonly step: 'chunk'
  readonly staff: string
  readonly source: string
  readonly from: number
  readonly rows: readonly { readonly line: number; readonly raw: string }[]
}

/** Feed chunks until one does not fit; false then. */
async function feed(
  {
    registrar,
    founder,
    options,
  }: { readonly registrar: Registrar; readonly founder: Founder; readonly options: ImportOptions },
  plan: ImportPlan,
  chunks: ReturnType<ImportPlan['chunks']>,
  { leftOut, underOthers: parts }: Remarks,
): Promise<boolean> {
  let batch: ChunkActBody[] = []
  const flush = async (): Promise<boolean> => {
    const bodies = batch
    batch = []
    const outcomes = await registrar.found(bodies.map((body) => signedAct(founder, 'import/1', body)))
    for (const [index, outcome] of outcomes.entries()) {
      const body = bodies[index]
      if (body === undefined) throw new Error('one outcome for each chunk')
      if (outcome.accepted) {
        leftOut.push(...conflictsOf(body, outcome.effects))
        if (options.nested) parts.push(...underOthers(body, outcome.effects, plan.outermost))
      } else if (outcome.refusals.includes('entry-too-large')) return false
      else throw new FoundingError(`a chunk was refused: ${outcome.refusals.join(', ')}`)
    }
    options.progress(registrar.registry?.importing?.done ?? plan.count, plan.count)
    return true
  }
  for (const { from, rows } of chunks) {
    batch.push({
      step: 'chunk',
      staff: OPERATOR,
      source: options.source,
      from,
      rows: rows.map(({ line, raw }) => ({ line, raw })),
    })
    if (batch.length === CHUNKS_A_BATCH && !(await flush())) return false
  }
  return batch.length === 0 || (await flush())
}
