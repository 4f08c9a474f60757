import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExplorer } from '../src/index.ts'
import type { Explained, WhyResult } from '../src/types.ts'
import { NASTY, options } from './fixtures.ts'

const told: Explained = {
  index: 41,
  size: 50,
  at: '2026-01-02T03:04:05Z',
  procedure: 'transfer/1',
  title: 'Transfer (transfer/1)',
  seq: 7,
  received: '2026-01-02T03:04:04Z',
  deadline: '2026-01-02T03:05:04Z',
  askedBy: [
    { key: 'AAAA', party: `H-4 (${NASTY})` },
    { key: 'BBBB', party: null },
  ],
  outcome: 'refused',
  summary: `A request was refused: ${NASTY}`,
  preconditions: [
    { code: 'body-malformed', when: NASTY, result: 'met' },
    { code: 'locked', when: 'The lock has not ended.', result: 'failed' },
    { code: 'delayed', when: 'A delay runs.', result: 'unreached' },
  ],
  inputs: [{ key: 'obj/holder/H-4', q: 'record', words: `holder ${NASTY}` }],
  effects: [],
  verified: true,
  checked: ['It was decided again.'],
  unchecked: [],
}

async function page(result: WhyResult, path = '/why/41'): Promise<readonly [Response, string]> {
  const app = createExplorer(options({}, { why: async () => result }))
  const response = await app.request(path)
  return [response, await response.text()]
}

test('the page tells who asked, what failed, what was looked at, and how to check it elsewhere', async () => {
  const [response, text] = await page({ kind: 'ready', value: told })
  assert.equal(response.status, 200)
  assert.match(text, /<strong>Failed:<\/strong> <code>locked<\/code> The lock has not ended\./)
  assert.match(text, /cadastre why 41/)
  assert.match(text, /href="\/api\/why\/41"/)
  assert.match(text, /a key that no input knows: <code>BBBB<\/code>/)
  assert.ok(!text.includes(NASTY), 'nothing of the log becomes markup')
})

test('while the log is read the page says so and comes back; no index is no page', async () => {
  const [response, text] = await page({ kind: 'making', done: 5, total: 40 })
  assert.equal(response.status, 202)
  assert.equal(response.headers.get('refresh'), '2')
  assert.match(text, /5 of 40/)
  const [none] = await page({ kind: 'ready', value: told }, '/why/x')
  assert.equal(none.status, 404)
  const [absent] = await page({ kind: 'none', detail: 'A state entry.' })
  assert.equal(absent.status, 404)
})
