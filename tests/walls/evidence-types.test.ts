// design.md section 3: "every effect that lessens a holding carries consent, order or public instrument, as a type".
// Programs that try to do without are shown to the compiler, which must refuse each.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { ROOT } from './source.ts'

const HEAD = `
import type { Basis, Order, Scoped, Signatures, Verified } from '@cadastre/evidence'
import type { Instant, OrderRecord, RecordKey, Request, ScopeItem } from '@cadastre/records'
import { type Act, type Inputs, lessen } from '../../core/procedures/src/index.ts'
import { ScopedEdits } from '../../core/procedures/src/scoped-edits.ts'
declare const key: RecordKey, basis: Basis, request: Request, at: Instant, inputs: Inputs
declare const order: Order, record: OrderRecord, scoped: Scoped, stated: ScopeItem
declare const unchecked: Signatures, checked: Verified<Signatures>
export type Fourth = Exclude<Basis['kind'], 'consent' | 'order' | 'public-instrument'>
`

const HONEST = [
  'export const a = lessen(key, null, basis)',
  "export const b: Act = { kind: 'request', request, signatures: checked, received: at }",
  'export const c = (none: Fourth): never => none',
  'export const d = new ScopedEdits(order, inputs, at).hold(scoped, null)',
]

const REFUSED = [
  ['no basis at all', 'export const a = lessen(key, null)'],
  ['an empty list', 'export const a = lessen(key, null, ...[])'],
  [
    'consent that nobody checked',
    "export const a: Basis = { kind: 'consent', holder: 'H-1', by: 'signature' }",
  ],
  ['an order that nobody checked', "export const a: Basis = { kind: 'order', order: 'O-1' }"],
  [
    'an order with all its members that nobody minted',
    "export const a: Order = { kind: 'order', order: 'O-1', effect: 'hold', holder: null, scope: [] }",
  ],
  ['edits of an order’s record, not of a basis', 'export const a = new ScopedEdits(record, inputs, at)'],
  ['edits of a consent', 'export const a = new ScopedEdits(basis, inputs, at)'],
  [
    'numbers that no basis states',
    "export const a = new ScopedEdits(order, inputs, at).transfer(stated, 'H-2')",
  ],
  ['a key instead of an item', 'export const a = new ScopedEdits(order, inputs, at).hold(key, null)'],
  ['a fourth reason', "export const a: Basis['kind'] = 'penalty'"],
  [
    'unchecked signatures',
    "export const a: Act = { kind: 'request', request, signatures: unchecked, received: at }",
  ],
] as const

/** The compiler's complaints about each text, as if it were a file of this folder. */
function complaints(texts: readonly string[]): string[][] {
  const files = new Map(
    texts.map((text, index) => [join(import.meta.dirname, `planted-${index}.ts`), HEAD + text]),
  )
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.core.json'), ts.sys.readFile)
  assert.equal(config.error, undefined)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT)
  const unused = { noUnusedLocals: false, isolatedDeclarations: false }
  const host = ts.createCompilerHost({ ...options, ...unused }, true)
  const [readFile, fileExists] = [host.readFile, host.fileExists]
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.fileExists = (path) => files.has(path) || fileExists(path)
  const program = ts.createProgram([...files.keys()], { ...options, ...unused }, host)
  return [...files.keys()].map((path) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  )
}

test('no effect lessens a holding without checked consent, order or public instrument', (t) => {
  if (!existsSync(join(ROOT, 'core/procedures/src/index.ts')))
    return t.diagnostic('core/procedures is still empty')
  const found = complaints([...HONEST, ...REFUSED.map(([, text]) => text)])
  assert.deepEqual(found.slice(0, HONEST.length).flat(), [])
  for (const [index, [name]] of REFUSED.entries()) {
    const complaint = found[HONEST.length + index] ?? []
    assert.equal(complaint.length, 1, `${name}: ${complaint.join('; ') || 'the compiler accepts it'}`)
    assert.match(complaint[0] ?? '', /not assignable|Expected at least|at least|is missing in type/, name)
  }
})
