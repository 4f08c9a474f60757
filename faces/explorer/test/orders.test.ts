// The page of an order: its steps in order of time, its checklist, and of a sealed one nothing that the seal hides.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExplorer } from '../src/index.ts'
import { objectFactsOfRecord } from '../src/object-facts.ts'
import { publicFacts } from '../src/public-facts.ts'
import type { OrderAnswer } from '../src/types.ts'
import { holder, NASTY, numbers, options, registration } from './fixtures.ts'

const at = '2026-05-20T00:00:00Z'
const links = {
  self: '/x',
  proof: '/proof/object/order/O-41',
  proofAt: '/proof/object/order/O-41?size=26',
  history: '/x',
  rdap: null,
  whois: null,
}
const query = { text: 'O-41', canonical: 'O-41', size: 26, at, demonstration: null, paused: null }
const order: OrderAnswer = {
  kind: 'order',
  query,
  handle: 'O-41',
  authority: { handle: 'COURT', name: NASTY, kind: 'court', country: 'XX' },
  effect: 'transferTo',
  state: 'window',
  reason: null,
  date: '2026-05-01',
  scope: [{ key: 'ip4/192.0.2.0/24', id: 'R-1', range: '192.0.2.0/25' }],
  received: '2026-05-02T00:00:00Z',
  executed: null,
  until: null,
  ended: null,
  seal: null,
  since: 41,
  reference: 'C 12/2026',
  document: 'documentHash',
  detail: { effect: 'transferTo', receiver: 'H-9' },
  holder: { handle: 'H-7', name: NASTY, kind: 'organisation', country: null },
  authenticity: { means: 'bailiff' },
  rooted: false,
  checklist: [{ item: 'binds-registry', text: 'Does it bind this registry?', answer: 'yes' }],
  application: 'A-41',
  executeFrom: null,
  reverses: null,
  served: '2026-05-01T12:00:00Z',
  verified: '2026-05-03T00:00:00Z',
  notified: '2026-05-04T00:00:00Z',
  published: { text: 'textHash', at: '2026-05-04T00:00:00Z' },
  windowEnd: '2026-06-01T00:00:00Z',
  stayed: null,
  conflicts: [],
  variedBy: null,
  objection: { application: 'A-50', upheld: null },
  asked: null,
  askAgain: null,
  due: '2026-06-01T00:00:00Z',
  sinceAt: null,
  links,
}

async function page(answer: OrderAnswer): Promise<string> {
  const explorer = createExplorer(options({ 'obj/order/O-41': answer }))
  const reply = await explorer.request('/orders/o-41')
  assert.equal(reply.status, 200)
  return reply.text()
}

test('steps in order of time, what is to come told from what is done; scope, checklist, hashes, objection', async () => {
  const html = await page(order)
  assert.match(
    html,
    /done<\/strong> Served.*done<\/strong> Received.*Verified.*notify.*public.*to come<\/strong> The window ends/s,
  )
  assert.match(html, /href="\/\?q=192\.0\.2\.0%2F25">192\.0\.2\.0\/25<\/a>/)
  assert.match(html, /Does it bind this registry\?<\/td><td>yes/)
  assert.match(html, /<code>documentHash<\/code>.*<code>textHash<\/code>/s)
  assert.match(html, /The holder objected to facts; a third attestor looks at them/)
  assert.ok(!html.includes(NASTY), 'names are escaped')
})

test('a sealed order shows its commitment, and neither reference nor document', async () => {
  const seal = { until: '2026-08-01T00:00:00Z', commitment: 'sealCommitment', opened: null, overdue: false }
  const html = await page({ ...order, effect: 'hold', seal, reference: null, document: null })
  assert.match(html, /Sealed until.*<code>sealCommitment<\/code>/s)
  assert.ok(!html.includes('documentHash') && !html.includes('C 12/2026'))
  const overdue = await page({ ...order, seal: { ...seal, overdue: true }, reference: null, document: null })
  assert.match(overdue, /The opening is missing/)
})

test('numbers and holders say what stands on them by order, and what is in its window, with links', async () => {
  const says = 'Order O-41 holds 192.0.2.0/25: it cannot be moved away; every service goes on.'
  const acts = [
    { application: 'A-7', title: 'Succession', says: 'H-9 is to take the place of H-6 by law (A-7).' },
  ]
  const orders = [{ order: 'O-41', holds: true, says }]
  const held = registration({ orders, acts })
  const representatives = [{ order: 'O-42', says: 'Order O-42 appoints a representative of H-6.' }]
  const answers = {
    '192.0.2.0/25': numbers({ chain: [held], innermost: held }),
    'H-6': { ...holder, representatives },
    'H-4': holder,
  }
  const explorer = createExplorer(options(answers))
  const shown = async (text: string): Promise<string> =>
    (await explorer.request(`/?q=${encodeURIComponent(text)}`)).text()
  const html = await shown('192.0.2.0/25')
  assert.ok(html.includes(says) && html.includes('<a href="/orders/O-41">Order O-41</a>'))
  assert.match(html, /H-9 is to take the place of H-6 by law \(A-7\)\. <a href="\/\?q=A-7">A-7<\/a>/)
  assert.match(await shown('H-6'), /appoints a representative of H-6\. <a href="\/orders\/O-42">/)
  assert.ok(!(await shown('H-4')).includes('By order, and under way'))
})

test('an answer and the proved record read alike, member for member', () => {
  const { effect, query: _, links: __, kind: ___, sinceAt: ____, ...same } = order
  assert.equal(effect, 'transferTo')
  const record = { ...same, v: 1, authority: 'COURT', holder: 'H-7' }
  assert.deepEqual(
    publicFacts('obj/order/O-41', { ...order, effect }),
    objectFactsOfRecord('obj/order/O-41', record),
  )
  const terms = { name: 'Court', country: 'XX', legalBasis: 'law', effectsAllowed: ['hold'], rank: 1 }
  const rest = { noticedUntil: at, gazette: 'hash', application: 'A-1', ended: null, since: 4 }
  assert.deepEqual(
    publicFacts('obj/authority/COURT', { ...terms, ...rest }),
    objectFactsOfRecord('obj/authority/COURT', { v: 1, handle: 'COURT', terms, ...rest }),
  )
})
