// docs/orders.md, the guide for courts, says what the code does.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CODES } from '@cadastre/documents'
import { CHECKLIST, ORDER_EFFECTS, readOrderDocument } from '@cadastre/records'

const guide = readFileSync(join(import.meta.dirname, '../../../docs/orders.md'), 'utf8')

test('its codes are those of the report, with the same words', () => {
  const [, table = ''] = guide.split('| code | meaning |')
  const rows = [...table.matchAll(/^\| `([a-z0-9-]+)` \| (.*) \|$/gm)].map(([, code, words]) => [code, words])
  assert.deepEqual(Object.fromEntries(rows), CODES)
})

test('its effects are the vocabulary, its items the checklist, and its form is one', () => {
  const [, effects = ''] = guide.split('## What can be ordered')
  const words = [...(effects.split('\n## ')[0] ?? '').matchAll(/^\| `([A-Za-z]+)` \|/gm)].map(
    ([, word]) => word,
  )
  assert.deepEqual(words, [...ORDER_EFFECTS])
  assert.equal([...guide.matchAll(/^\| (\d+) \|/gm)].length, CHECKLIST.length)
  const form = /```json\n([\s\S]*?)```/.exec(guide)?.[1] ?? ''
  assert.ok(readOrderDocument(form).ok)
})
