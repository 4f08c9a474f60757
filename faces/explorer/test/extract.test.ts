// The printable page of a certified extract: complete without a script, everything that it was given, nothing more.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExplorer } from '../src/index.ts'
import type { Extract } from '../src/types.ts'
import { options } from './fixtures.ts'

const EXTRACT: Extract = {
  registry: { name: 'Example Registry', origin: 'registry.example/log', seat: 'XX' },
  key: 'ip4/192.0.2.0/24',
  subject: '192.0.2.0/24',
  size: 1234,
  at: '2026-11-24T06:13:43Z',
  record: { v: 1, note: '<b>bold</b>' },
  covering: [
    {
      key: 'ip4/192.0.0.0/16',
      record: {
        v: 1,
        registrations: [
          {
            id: 'R-1',
            kind: 'holding',
            first: '192.0.0.0',
            last: '192.0.255.255',
            holder: 'H-7',
            status: 'allocated',
            since: 12,
            procedure: 'allocate/1',
          },
        ],
        rdns: null,
        routes: [{ origin: 64496 }],
        roas: [],
      },
    },
    { key: 'ip4/192.0.2.0/24', record: { v: 1, note: '<b>bold</b>' } },
  ],
  address: 'https://registry.example/extract?q=192.0.2.0%2F24',
  history: [],
  historyIsComplete: false,
  proof: 'c2sp.org/tlog-proof@v1\nindex 1\n',
  policy: 'log example+1+2\n',
  verify: 'cadastre verify …',
}

const found = (extract: Extract): ReturnType<typeof createExplorer> =>
  createExplorer(options({}, { extract: async () => ({ ok: true, value: extract }) }))

test('record, proof, policy and how to check them stand on the page, escaped', async () => {
  const reply = await found(EXTRACT).request('/extract?q=192.0.2.0/24')
  assert.equal(reply.status, 200)
  const page = await reply.text()
  for (const text of [
    'registry.example/log',
    'seat XX',
    'c2sp.org/tlog-proof@v1',
    'log example+1+2',
    'cadastre verify',
    // What covers it, in words.
    '192.0.0.0/16',
    'Registration R-1',
    '<a href="/extract?q=H-7">an extract of its own</a>',
    '<dt>Holder</dt><dd>H-7</dd>',
    'Route originated by AS64496',
    'https://registry.example/extract',
  ])
    assert.ok(page.includes(text), text)
  assert.ok(page.includes('&lt;b&gt;bold'))
  assert.ok(!page.includes('<b>bold'))
  assert.ok(page.includes('/api/extract?q=ip4%2F192.0.2.0%2F24'))
  assert.ok(page.includes('No entry of the log has touched this.'))
})

test('entries are told, and that older ones are left out', async () => {
  const item = {
    index: 7,
    at: EXTRACT.at,
    procedure: 'allocate/1',
    by: 'request',
    seq: 3,
    outcome: 'accepted',
    refusals: [],
    changes: [
      {
        key: EXTRACT.key,
        subject: '',
        summary: 'It was allocated.',
        prev: null,
        registrations: [],
        members: [],
      },
    ],
    otherChanges: 0,
    entry: '/api/log/entries/7',
  } as const
  const refused = {
    ...item,
    index: 8,
    outcome: 'refused',
    refusals: [{ code: 'paused', text: 'Everything waits.' }],
  } as const
  const page = await (
    await found({ ...EXTRACT, record: null, history: [refused, item] }).request('/extract?q=x')
  ).text()
  for (const text of [
    'It was allocated.',
    'entry 7',
    'paused: Everything waits.',
    'Older entries',
    'Nothing is recorded',
  ])
    assert.ok(page.includes(text), text)
})

test('what is not there, and what cannot be read', async () => {
  const missing = await createExplorer(options({})).request('/extract?q=nobody')
  assert.equal(missing.status, 404)
  const unread = createExplorer(
    options(
      {},
      {
        extract: async (value) => ({
          ok: false,
          error: { kind: 'not-understood', value, expected: 'numbers' },
        }),
      },
    ),
  )
  assert.equal((await unread.request('/extract?q=x')).status, 400)
  assert.equal((await unread.request('/extract')).status, 200)
})
