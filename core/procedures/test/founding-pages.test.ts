import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { genesis, importRecords, open, type Procedure } from '../src/index.ts'

for (const procedure of [genesis, importRecords, open] as readonly Procedure[]) {
  const name = procedure.id.replace('/1', '')
  test(`docs/procedures/${name}.md lists the refusals of ${procedure.id}, in order of precedence`, () => {
    const page = readFileSync(new URL(`../../../docs/procedures/${name}.md`, import.meta.url), 'utf8')
    const table = page.slice(page.indexOf('## Refusals'), page.indexOf('## Effect'))
    const codes = [...table.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, code]) => code)
    assert.deepEqual(codes, procedure.refusals)
  })
}
