// Invariant I3, R12: disputes, sanctions acts, complaints and incidents leave every answer of a service byte-identical.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRdapHandler } from '../src/index.ts'
import { AT, holder, type Records, registration, testReader } from './fixtures.ts'

const TARGETS = [
  '/ip/192.0.2.1',
  '/ip/192.0.2.0/24',
  '/autnum/64500',
  '/entity/H-1',
  '/domain/2.0.192.in-addr.arpa',
  '/help',
]

async function answers(objects: Records['objects'] = []): Promise<readonly string[]> {
  const reader = testReader({
    registrations: [
      registration('R-1', 'holding', '192.0.2.0/24', { holder: 'H-1' }),
      registration('R-2', 'holding', 'AS64500', { holder: 'H-1' }),
    ],
    holders: [holder('H-1')],
    objects,
  })
  const rdap = createRdapHandler(reader)
  const replies = await Promise.all(TARGETS.map((target) => rdap.handle('GET', target)))
  return replies.map(({ status, body }) => `${status} ${new TextDecoder().decode(body)}`)
}

const annotation = { id: 'N-5', by: 'A', facts: 'f', evidence: null, until: null, since: 5 }
const notesOf = (id: string): object => ({
  v: 1,
  registration: id,
  pending: null,
  heldUntil: null,
  annotations: [
    { ...annotation, kind: 'dispute' },
    { ...annotation, kind: 'court-claim' },
  ],
  delayedUntil: '2099-01-01T00:00:00Z',
  pastFacts: ['f'],
  orders: [],
  since: 5,
})
const blocked = {
  act: 'a',
  kinds: ['allocate', 'transfer'],
  match: 'exact',
  evidence: 'e',
  until: null,
  since: 5,
}

test('claims, a delay, a sanctions act, complaints and incidents change no byte of any answer', async () => {
  const quiet = await answers()
  assert.ok(quiet[0]?.startsWith('200 '))
  const loud = await answers([
    { type: 'notes', handle: 'R-1', value: notesOf('R-1') },
    { type: 'notes', handle: 'R-2', value: notesOf('R-2') },
    {
      type: 'notes',
      handle: 'H-1',
      value: { v: 1, holder: 'H-1', blocked: [blocked], delayed: AT, since: 5 },
    },
    { type: 'complaint', handle: 'C-5', value: { v: 1, handle: 'C-5', kind: 'conduct' } },
    { type: 'incident', handle: 'I-5', value: { v: 1, handle: 'I-5', kind: 'corruption' } },
  ])
  assert.deepEqual(loud, quiet)
})
