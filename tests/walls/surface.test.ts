// design.md section 3: "mounted routes and commands equal a written list". The lists are routes.txt and commands.txt
// beside this file, in the order of the code; a new power cannot be mounted without a line here that people read.
// apps/cadastre/test/surface.test.ts compares the same lists of the code with what the server really mounts and what
// the command line really registers.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from './source.ts'

const SURFACE = 'apps/cadastre/src/surface.ts'

/** Lines of a written list; `#` begins a comment line. */
const lines = (text: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

/** What the code has and the written list has not, what only the list has, and what stands twice. */
function differences(coded: readonly string[], written: readonly string[]): string[] {
  return [
    ...coded.filter((each) => !written.includes(each)).map((each) => `not written down: ${each}`),
    ...written.filter((each) => !coded.includes(each)).map((each) => `written, but not in the code: ${each}`),
    ...coded.filter((each, index) => coded.indexOf(each) !== index).map((each) => `repeated: ${each}`),
  ]
}

for (const [name, file] of [
  ['ROUTES', 'routes.txt'],
  ['MIRROR_ROUTES', 'mirror-routes.txt'],
  ['COMMANDS', 'commands.txt'],
] as const) {
  test(`${name} of the server equal ${file}`, async () => {
    assert.ok(existsSync(join(ROOT, SURFACE)), `${SURFACE} must export ${name}`)
    const surface: Record<string, unknown> = await import(join(ROOT, SURFACE))
    const coded = surface[name]
    assert.ok(Array.isArray(coded) && coded.length > 0, `${SURFACE} must export the list ${name}`)
    const written = lines(readFileSync(join(import.meta.dirname, file), 'utf8'))
    assert.deepEqual(differences(coded, written), [])
    assert.deepEqual(coded, written, 'another order')
  })
}

test('a route too many, one too few and one twice are reported', () => {
  assert.deepEqual(lines('# routes\n/\n\n/rdap/ip/*\n'), ['/', '/rdap/ip/*'])
  assert.deepEqual(differences(['/', '/x'], ['/', '/x']), [])
  assert.deepEqual(differences(['/', '/x'], ['/']), ['not written down: /x'])
  assert.deepEqual(differences(['/'], ['/', '/x']), ['written, but not in the code: /x'])
  assert.deepEqual(differences(['/', '/'], ['/']), ['repeated: /'])
})
