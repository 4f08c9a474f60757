// Each procedure's page is what anybody replays by: its refusals are the procedure's, in the same order of precedence.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { PROCEDURES, procedureById, REFUSALS } from '../src/index.ts'
import { PROFILES } from '../src/profiles.ts'

for (const [id, { refusals }] of Object.entries(PROCEDURES)) {
  const name = id.split('/')[0]
  test(`docs/procedures/${name}.md lists the refusals of ${id}, in order of precedence`, () => {
    assert.equal(PROCEDURES[id]?.id, id)
    const page = readFileSync(new URL(`../../../docs/procedures/${name}.md`, import.meta.url), 'utf8')
    const [, after = ''] = page.split('\n## Refusals')
    const [table = ''] = after.split('\n## ')
    const codes = [...table.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, code]) => code)
    assert.deepEqual(codes, refusals)
  })
}

const BODIES = readFileSync(new URL('bodies.json', import.meta.url), 'utf8')
const PARAMETERS = Object.values(PROFILES).flatMap((all) => Object.values(all).flatMap(Object.keys))

for (const id of Object.keys(PROCEDURES)) {
  const name = id.split('/')[0]
  test(`docs/procedures/${name}.md names every parameter of ${id}, and no period that is none`, () => {
    const page = readFileSync(new URL(`../../../docs/procedures/${name}.md`, import.meta.url), 'utf8')
    for (const parameters of Object.values(PROFILES))
      for (const parameter of Object.keys(parameters[id] ?? {}))
        assert.ok(page.includes(`\`${parameter}\``), parameter)
    for (const [, period = ''] of page.matchAll(/`([a-zA-Z]+(?:Seconds|Days))`/g))
      assert.ok(PARAMETERS.includes(period) || BODIES.includes(`"${period}"`), period)
  })
}

test('every refusal is a sentence', () => {
  for (const [code, sentence] of Object.entries(REFUSALS)) assert.match(sentence, /^[A-Z].*\.$/, code)
})

test('no id but those of the list is a procedure, whatever an object has by itself', () => {
  assert.equal(procedureById('confirm/1'), PROCEDURES['confirm/1'])
  for (const id of ['confirm/2', 'confirm', 'toString', '__proto__', ''])
    assert.equal(procedureById(id), null)
})
