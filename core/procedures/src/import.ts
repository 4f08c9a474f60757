/**
 * Import: while founding, the rows of one published file fill free space, in chunks that carry the raw rows. Nothing
 * that is registered is ever overwritten: a row whose numbers are taken is left out, and the entry shows it.
 *
 * Three steps, each an entry: `manifest` (which file), `chunk` (rows, where the import stands), `end`. An interrupted
 * import goes on from the count in the registry's record. A fourth, `maintainers`, lists keys with which imported
 * holders can be claimed.
 *
 * Refusals, in order: see `importRecords.refusals`; the page is `docs/procedures/import.md`.
 */

import {
  array,
  bool,
  handle,
  hash32,
  type Importing,
  type ImportSource,
  type Instant,
  integer,
  MAX_CHUNK_ROWS,
  object,
  type Registry,
  type Schema,
  type SchemaType,
  tagged,
  text,
} from '@cadastre/records'
import { type Asked, asked, baseNeeds, REGISTRY_KEY, recordNeed, registryOf } from './common.ts'
import { accept, put, refuse } from './effects.ts'
import { foundingRefusal, staffKey } from './founding.ts'
import { chunkNeeds, type ReadChunk, readChunk, rowEffects } from './import-chunk.ts'
import { listedHolders, maintainersEffects, maintainersNeeds } from './import-maintainers.ts'
import type { Act, Decision, Inputs, Need, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

const ID = 'import/1'

/** `staff`: handle of the operator that signs. */
export type ManifestBody = {
  readonly step: 'manifest'
  readonly staff: string
  readonly source: string
  /** Name of the file, as it was published. */
  readonly file: string
  readonly sha256: string
  /** Data rows in the file. */
  readonly rows: number
  /** Whether a row inside another becomes its child. */
  readonly nested: boolean
  /** Who publishes the file and under which licence. */
  readonly attribution: string
}
export type ChunkBody = {
  readonly step: 'chunk'
  readonly staff: string
  readonly source: string
  /** Ordinal of the first row: how many rows are in already. */
  readonly from: number
  readonly rows: readonly { readonly line: number; readonly raw: string }[]
}
export type EndBody = { readonly step: 'end'; readonly staff: string; readonly source: string }
/** Keys that a published file, whose hash is `sha256`, lists for holders of an imported source. */
export type MaintainersBody = {
  readonly step: 'maintainers'
  readonly staff: string
  readonly source: string
  readonly sha256: string
  readonly holders: SchemaType<typeof listedHolders>
}
export type ImportBody = ManifestBody | ChunkBody | EndBody | MaintainersBody

/** No hyphen: `IMP-<source>-<opaque>` must split in one way only, or two sources could share a holder. */
const source: Schema<string> = text({
  expected: 'the name of the source in capital letters, digits, dots and underscores, such as EXAMPLE',
  maxLength: 32,
  pattern: '^[A-Z0-9][A-Z0-9._]*$',
})
const printable = (expected: string, maxLength: number): Schema<string> =>
  text({ expected, maxLength, pattern: '^[ -~]+$' })

/** The whole of a large file: every AS number, many times over. */
const MAX_ROWS = 100_000_000

const body: Schema<ImportBody> = tagged('step', {
  manifest: object({
    staff: handle,
    source,
    file: printable('the name of the file', 120),
    sha256: hash32,
    rows: integer(1, MAX_ROWS),
    nested: bool,
    attribution: printable('who publishes the file, and its licence', 200),
  }),
  chunk: object({
    staff: handle,
    source,
    from: integer(0, MAX_ROWS),
    rows: array(
      object({ line: integer(1, 2 * MAX_ROWS), raw: text({ expected: 'a row', maxLength: 300 }) }),
      MAX_CHUNK_ROWS,
      1,
    ),
  }),
  end: object({ staff: handle, source }),
  maintainers: object({ staff: handle, source, sha256: hash32, holders: listedHolders }),
})

/** Bodies and rows that were read already: `needs` is called again and again, and reading is pure. */
const readActs = new WeakMap<Act, { from: Asked<ImportBody> | null; chunk: ReadChunk | null }>()

function read(act: Act): { readonly from: Asked<ImportBody> | null; readonly chunk: ReadChunk | null } {
  const known = readActs.get(act)
  if (known !== undefined) return known
  const from = asked(act, body)
  const chunk = from?.body.step === 'chunk' ? readChunk(from.body.source, from.body.rows) : null
  const result = { from, chunk }
  readActs.set(act, result)
  return result
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const { from, chunk } = read(act)
  if (from === null) return []
  const base = [...baseNeeds(ID), recordNeed(staffKey(from.body.staff))]
  if (from.body.step === 'maintainers') return [...base, ...maintainersNeeds(from.body.holders)]
  if (chunk === null || !base.every((need) => known.has(need))) return base
  // What cannot be accepted looks at nothing more.
  if (refusalOf(from, chunk, known) !== null) return []
  return chunkNeeds(chunk, registryOf(known)?.importing?.nested ?? false, known)
}

function refusalOf(from: Asked<ImportBody>, chunk: ReadChunk | null, inputs: Inputs): RefusalCode | null {
  const founding = foundingRefusal(from, inputs, ID)
  if (founding !== null) return founding
  const registry = registryOf(inputs)
  if (registry === null) throw new Error('checked by foundingRefusal')
  if (from.body.step === 'manifest') return manifestRefusal(from.body, registry)
  if (from.body.step === 'maintainers') return maintainersRefusal(from.body, registry)
  const { importing } = registry
  if (importing === null) return 'no-import-in-progress'
  if (importing.source !== from.body.source) return 'import-in-progress'
  if (from.body.step === 'end') return importing.done === importing.rows ? null : 'import-incomplete'
  if (chunk === null || chunk.rows === null) return 'row-malformed'
  const continues = from.body.from === importing.done && importing.done + chunk.rows.length <= importing.rows
  return continues && chunk.sorted ? null : 'import-out-of-order'
}

function manifestRefusal(manifest: ManifestBody, registry: Registry): RefusalCode | null {
  if (registry.importing !== null) return 'import-in-progress'
  return registry.sources.some((known) => known.source === manifest.source) ? 'source-exists' : null
}

function maintainersRefusal({ source: name }: MaintainersBody, registry: Registry): RefusalCode | null {
  if (registry.importing !== null) return 'import-in-progress'
  return registry.sources.some((known) => known.source === name) ? null : 'source-unknown'
}

/** What is listed restarts the objection period, as the end of an import does. */
function decideMaintainers(
  { source: name, holders }: MaintainersBody,
  registry: Registry,
  inputs: Inputs,
  at: Instant,
): Decision {
  const effects = maintainersEffects(name, holders, inputs)
  if (effects.length === 0) return refuse('nothing-changed')
  return accept([put(REGISTRY_KEY, { ...registry, imported: at }), ...effects])
}

function decide(act: Act, inputs: Inputs, at: Instant): Decision {
  const { from, chunk } = read(act)
  if (from === null) return refuse('body-malformed')
  const refusal = refusalOf(from, chunk, inputs)
  if (refusal !== null) return refuse(refusal)
  const registry = registryOf(inputs)
  if (registry === null) throw new Error('checked by foundingRefusal')
  if (from.body.step === 'manifest') return accept([put(REGISTRY_KEY, begun(registry, from.body))])
  if (from.body.step === 'end') return accept([put(REGISTRY_KEY, ended(registry, at))])
  if (from.body.step === 'maintainers') return decideMaintainers(from.body, registry, inputs, at)
  const { importing } = registry
  if (importing === null || chunk === null) throw new Error('checked by refusalOf')
  const done = importing.done + from.body.rows.length
  const next: Registry = { ...registry, importing: { ...importing, done } }
  return accept([put(REGISTRY_KEY, next), ...rowEffects(chunk, importing.nested, inputs)])
}

function begun(
  registry: Registry,
  { source, file, sha256, rows, nested, attribution }: ManifestBody,
): Registry {
  const importing: Importing = { source, file, sha256, nested, attribution, rows, done: 0 }
  return { ...registry, importing }
}

function ended(registry: Registry, at: Instant): Registry {
  const { importing } = registry
  if (importing === null) throw new Error('checked by refusalOf')
  const { source, file, sha256, attribution, rows } = importing
  const taken: ImportSource = { source, file, sha256, attribution, rows }
  return { ...registry, importing: null, imported: at, sources: [...registry.sources, taken] }
}

export const importRecords: Procedure<ImportBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'not-founding',
    'staff-unknown',
    'staff-signature-missing',
    'wrong-staff-role',
    'parts-missing',
    'no-import-in-progress',
    'import-in-progress',
    'source-exists',
    'source-unknown',
    'import-incomplete',
    'row-malformed',
    'import-out-of-order',
    'nothing-changed',
  ],
  deadlineSeconds: 60,
  needs,
  decide,
}
