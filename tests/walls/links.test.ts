// The check of document links, proved able to fail.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenLinks } from '../../scripts/docs-links.ts'

test('a link to a missing file, a missing heading or out of the project is reported', () => {
  const text = '# A heading\n[a](no-such-page.md) [b](#no-such-heading) [c](../x.md)\n\n[d]: missing.md\n'
  assert.deepEqual(brokenLinks('CHANGELOG.md', text), [
    'CHANGELOG.md: no-such-page.md: no such file',
    'CHANGELOG.md: #no-such-heading: no heading #no-such-heading',
    'CHANGELOG.md: ../x.md: leads out of the project',
    'CHANGELOG.md: missing.md: no such file',
  ])
})

test('links that lead somewhere pass; other sites and code are left alone', () => {
  const text =
    '[a](LICENSE) [b](#unreleased) [c](CHANGELOG.md#internals) [d](https://example.org/x) `[e](none)`\n'
  assert.deepEqual(brokenLinks('CHANGELOG.md', text), [])
})
