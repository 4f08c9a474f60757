// design.md section 3: "mounted routes and commands equal a written list". The lists are routes.txt and commands.txt
// beside this file, in the order of the code; a new power cannot be mounted without a line here that people read.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { parse, ROOT, type Source, walk } from './source.ts'

const MAIN = 'apps/cadastre/src/main.ts'
const SURFACE = 'apps/cadastre/src/surface.ts'

/** The strings of an exported constant list, or undefined where there is none or it is computed. */
function exportedList(source: Source, name: string): string[] | undefined {
  let found: string[] | undefined
  walk(parse(source), (node) => {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== name || node.initializer === undefined)
      return
    const list = ts.isAsExpression(node.initializer) ? node.initializer.expression : node.initializer
    if (!ts.isArrayLiteralExpression(list) || !list.elements.every(ts.isStringLiteralLike)) return
    found = list.elements.filter(ts.isStringLiteralLike).map(({ text }) => text)
  })
  return found
}

const written = (file: string): string[] =>
  readFileSync(join(import.meta.dirname, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

for (const [name, file] of [
  ['ROUTES', 'routes.txt'],
  ['COMMANDS', 'commands.txt'],
] as const) {
  test(`${name} of the server equal ${file}`, (t) => {
    if (!existsSync(join(ROOT, MAIN))) return t.diagnostic('apps/cadastre is still empty')
    assert.ok(existsSync(join(ROOT, SURFACE)), `${SURFACE} must export ${name}`)
    const coded = exportedList({ path: SURFACE, text: readFileSync(join(ROOT, SURFACE), 'utf8') }, name)
    assert.ok(coded !== undefined, `${SURFACE} must export ${name} as a plain list of strings`)
    assert.deepEqual(coded, written(file))
    assert.equal(new Set(coded).size, coded.length, 'repeated')
  })
}

test('a list is read as it stands, and a computed one is refused', () => {
  const read = (text: string): string[] | undefined => exportedList({ path: 'surface.ts', text }, 'ROUTES')
  assert.deepEqual(read("export const ROUTES: readonly string[] = ['/', '/rdap/ip/*'] as const"), [
    '/',
    '/rdap/ip/*',
  ])
  assert.equal(read("export const ROUTES = ['/', ...more]"), undefined)
  assert.equal(read('export const ROUTES = build()'), undefined)
  assert.equal(read("export const COMMANDS = ['serve']"), undefined)
})
