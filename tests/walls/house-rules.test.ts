// The house rules hold in the source, and each is proved able to fail.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  assertedEvidence,
  bareCatches,
  casts,
  clocks,
  doubleCasts,
  longFunctions,
  writerPortImports,
} from './house-rules.ts'
import { allSources, ROOT, roomSources, type Source } from './source.ts'

const ratchet: {
  readonly longFunctions: Readonly<Record<string, number>>
  readonly casts: Readonly<Record<string, number>>
} = JSON.parse(readFileSync(join(ROOT, 'tests/walls/ratchet.json'), 'utf8'))

const rooms = roomSources()
const isTest = ({ path }: Source): boolean => /(^|\/)test\/|\.test\.ts$/.test(path)
const inFloors = (...floors: readonly string[]): Source[] =>
  rooms.filter(({ path }) => floors.some((floor) => path.startsWith(floor)))
const planted = (text: string): Source => ({ path: 'planted.ts', text })

test('core and ledger read no clock and no chance', () => {
  assert.deepEqual(inFloors('core/', 'ledger/').flatMap(clocks), [])
  for (const text of [
    'Date.now()',
    'new Date()',
    'Date()',
    'Math.random()',
    'performance.now()',
    'globalThis.Date.now',
  ]) {
    assert.equal(clocks(planted(text)).length, 1, text)
  }
  assert.deepEqual(clocks(planted('new Date(at).getTime(); Date.UTC(2026, 0)')), [])
})

test('no catch takes every error for the one it expects', () => {
  assert.deepEqual(allSources().flatMap(bareCatches), [])
  for (const text of [
    'try { f() } catch { ok = false }',
    'try { f() } catch (error) { ok = false }',
    'void f().catch(() => undefined)',
    'void f().catch((error) => undefined)',
  ]) {
    assert.equal(bareCatches(planted(text)).length, 1, text)
  }
  assert.deepEqual(
    bareCatches(planted('try { f() } catch (error) { if (error instanceof E) g(); else throw error }')),
    [],
  )
})

test('casts in core only become fewer', (t) => {
  const counts: Record<string, number> = {}
  for (const source of inFloors('core/')) {
    const room = source.path.split('/').slice(0, 2).join('/')
    const found = casts(source).length
    if (found > 0) counts[room] = (counts[room] ?? 0) + found
  }
  for (const [room, found] of Object.entries(counts)) {
    const tolerated = ratchet.casts[room] ?? 0
    assert.ok(
      found <= tolerated,
      `${room}: ${found} casts, ${tolerated} tolerated by tests/walls/ratchet.json`,
    )
    if (found < tolerated)
      t.diagnostic(`${room}: ${found} casts; lower the ${tolerated} of tests/walls/ratchet.json`)
  }
  assert.equal(casts(planted('x as Asn; <Asn>x; x as const; x satisfies Asn')).length, 2)
})

test('nothing is cast twice', () => {
  assert.deepEqual(allSources().flatMap(doubleCasts), [])
  assert.equal(doubleCasts(planted('x as unknown as Asn')).length, 1)
})

test('evidence is minted only where it is checked', () => {
  const elsewhere = rooms.filter(({ path }) => !/^(core\/evidence|ledger\/signatures|testing)\//.test(path))
  assert.deepEqual(elsewhere.flatMap(assertedEvidence), [])
  assert.equal(assertedEvidence(planted('f(x as Verified<Signatures>, y as Consent)')).length, 2)
})

test('only allocate reads what the fees’ key says', () => {
  const readers = rooms.filter(({ path, text }) => !isTest({ path, text }) && text.includes('feeNotesOf('))
  assert.deepEqual(
    readers.map(({ path }) => path),
    ['core/evidence/src/index.ts', 'core/procedures/src/allocate-fee.ts'],
  )
  const callers = rooms.filter(({ text }) => /from '\.\/allocate-fee\.ts'/.test(text))
  assert.deepEqual(
    callers.map(({ path }) => path),
    ['core/procedures/src/allocate.ts'],
  )
})

test('faces take only the reader port', () => {
  assert.deepEqual(inFloors('faces/').flatMap(writerPortImports), [])
  for (const text of [
    "import type { StoreWriter } from '@cadastre/store-port'",
    "import * as port from '@cadastre/store-port'",
    "export { type StoreWriter } from '../../stores/port/src/index.ts'",
    "type W = import('@cadastre/store-port').StoreWriter",
  ]) {
    assert.equal(writerPortImports(planted(text)).length, 1, text)
  }
  assert.deepEqual(writerPortImports(planted("import type { StoreReader } from '@cadastre/store-port'")), [])
})

test('functions over 70 lines only shrink', () => {
  const found = new Map(
    allSources()
      .filter((source) => !isTest(source))
      .flatMap((source) => [...longFunctions(source)]),
  )
  assert.deepEqual(
    Object.fromEntries(found),
    ratchet.longFunctions,
    'split the function; lower or remove its entry in tests/walls/ratchet.json when it has shrunk',
  )
  const long = `const f = () => {\n${'g()\n'.repeat(69)}}\n`
  assert.deepEqual([...longFunctions(planted(long))], [['planted.ts#f', 71]])
  assert.deepEqual([...longFunctions(planted(long.replace('g()\n', '')))], [])
})

test('files stay small: median at most 120 lines, nine in ten at most 350', (t) => {
  const lines = rooms.map(({ text }) => text.split('\n').length - 1).sort((a, b) => a - b)
  const at = (share: number): number =>
    lines[Math.min(lines.length - 1, Math.floor(lines.length * share))] ?? 0
  t.diagnostic(`${lines.length} files: median ${at(0.5)}, p90 ${at(0.9)}, longest ${lines.at(-1)} lines`)
  assert.ok(at(0.5) <= 120 && at(0.9) <= 350)
})
