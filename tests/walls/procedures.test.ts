// design.md section 3: "procedure kinds in code equal exactly the pages in `docs/procedures`"; section 4: "Refusals
// are a closed union in order of precedence, documented on the procedure's page; a test compares the two both ways."

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { type CodedProcedure, differences, refusalsOf } from './procedures.ts'
import { ROOT } from './source.ts'

const INDEX = 'core/procedures/src/index.ts'
const landed = existsSync(join(ROOT, INDEX))
/** Files of `docs/procedures` that are not the page of a procedure. */
const NOT_PAGES = new Set(['README'])

interface ProceduresRoom {
  readonly PROCEDURES?: Readonly<Record<string, CodedProcedure>>
  readonly REFUSALS?: Readonly<Record<string, string>>
  readonly tooLarge?: (executed: unknown) => unknown
}

async function room(): Promise<ProceduresRoom & Required<Pick<ProceduresRoom, 'PROCEDURES' | 'REFUSALS'>>> {
  const found: ProceduresRoom = await import(join(ROOT, INDEX))
  const { PROCEDURES, REFUSALS } = found
  assert.ok(PROCEDURES !== undefined, `${INDEX} must export PROCEDURES, from id to procedure`)
  assert.ok(REFUSALS !== undefined, `${INDEX} must export REFUSALS, from code to sentence`)
  return { ...found, PROCEDURES, REFUSALS }
}

/** The refusals of an outcome that is one whatever the procedure. */
function refusalsGiven(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null || !('outcome' in value)) return []
  const { outcome } = value
  if (typeof outcome !== 'object' || outcome === null || !('refusals' in outcome)) return []
  return Array.isArray(outcome.refusals) ? outcome.refusals : []
}

/** Codes of the outcomes that the room exports ready-made, for the registrar to give whatever the procedure. */
async function codesOfAnyRequest(): Promise<string[]> {
  const found = await room()
  return [...Object.values(found), found.tooLarge?.({})].flatMap(refusalsGiven)
}

test('every procedure has its published page, with exactly its refusals, and no page is without', async (t) => {
  if (!landed) return t.diagnostic(`${INDEX} is still missing`)
  const { PROCEDURES } = await room()
  assert.deepEqual(
    Object.entries(PROCEDURES).filter(([id, procedure]) => id !== procedure.id),
    [],
  )
  const paths = globSync('docs/procedures/*.md', { cwd: ROOT })
  const pages = new Map(paths.map((path) => [basename(path, '.md'), readFileSync(join(ROOT, path), 'utf8')]))
  for (const other of NOT_PAGES) pages.delete(other)
  assert.deepEqual(differences(Object.values(PROCEDURES), pages), [])
})

test('every refusal code belongs to a procedure, or is published as one that any request can meet', async (t) => {
  if (!landed) return t.diagnostic(`${INDEX} is still missing`)
  const { PROCEDURES, REFUSALS } = await room()
  const ofAny = await codesOfAnyRequest()
  assert.ok(ofAny.length >= 4, ofAny.join())
  const page = readFileSync(join(ROOT, 'docs/procedures/README.md'), 'utf8')
  assert.deepEqual(refusalsOf(page).sort(), ofAny.sort())
  const used = new Set([...ofAny, ...Object.values(PROCEDURES).flatMap(({ refusals }) => refusals)])
  assert.deepEqual(
    Object.keys(REFUSALS).filter((code) => !used.has(code)),
    [],
  )
  assert.deepEqual(
    [...used].filter((code) => !(code in REFUSALS)),
    [],
  )
})

const PAGE =
  '# Transfer\n\n`transfer/1`\n\n## Refusals\n\n| code | when |\n|---|---|\n| `locked` | x |\n| `not-holder` | y |\n\n## More\n\n| `other` | z |\n'

test('a missing page, a page too many, a code on one side only and another order are reported', () => {
  const transfer = { id: 'transfer/1', refusals: ['locked', 'not-holder'] }
  assert.deepEqual(refusalsOf(PAGE), ['locked', 'not-holder'])
  assert.deepEqual(differences([transfer], new Map([['transfer', PAGE]])), [])
  assert.equal(differences([transfer], new Map()).length, 1)
  assert.equal(differences([], new Map([['transfer', PAGE]])).length, 1)
  for (const refusals of [['locked'], ['locked', 'not-holder', 'cell-full'], ['not-holder', 'locked']]) {
    assert.equal(differences([{ id: 'transfer/1', refusals }], new Map([['transfer', PAGE]])).length, 1)
  }
  assert.equal(differences([{ ...transfer, id: 'transfer/2' }], new Map([['transfer', PAGE]])).length, 1)
})
