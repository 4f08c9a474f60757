// section E: "The declared-inputs schema of each procedure is published". What is published is what stands in
// `bodies.json`: a change of it is a change of the procedure, to be seen as one. After such a change:
// WRITE_BODIES=1 node --test core/procedures/test/bodies.test.ts; biome check --write core/procedures/test/bodies.json

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { PROCEDURES } from '../src/index.ts'

const FILE = new URL('bodies.json', import.meta.url)
const bodies = Object.fromEntries(
  Object.keys(PROCEDURES)
    .sort()
    .map((id) => [id, PROCEDURES[id]?.body.json]),
)
if (process.env['WRITE_BODIES'] === '1') writeFileSync(FILE, `${JSON.stringify(bodies, null, 2)}\n`)
const PUBLISHED: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(FILE, 'utf8'))

test('the published schemas are those of the procedures, no more and no fewer', () => {
  assert.deepEqual(Object.keys(PUBLISHED), Object.keys(bodies))
})

for (const [id, body] of Object.entries(bodies))
  test(`the body of ${id} is what is published`, () =>
    assert.deepEqual(JSON.parse(JSON.stringify(body)), PUBLISHED[id]))
