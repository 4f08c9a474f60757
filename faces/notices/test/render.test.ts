/** Texts of notices: one template each, public facts only; and whom an entry concerns. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Block, parseBlockKey } from '@cadastre/numbers'
import { PROCEDURES } from '@cadastre/procedures'
import { type Json, type JsonObject, type OpEntry, parseInstant } from '@cadastre/records'
import { parseEntry } from '@cadastre/replay'
import { memberHashOf } from '@cadastre/signatures'
import { hasTemplate, isSilent, kindOf, render, templateOf, touchedBy } from '../src/index.ts'
import { world } from './world.ts'

const AT = parseInstant('2026-01-02T03:04:05Z')
assert.ok(AT !== null)

const INFO = {
  name: 'Example Registry',
  origin: 'registry.example/log',
  baseUrl: 'https://registry.example',
  demonstration: null,
}

function block(key: string): Block {
  const parsed = parseBlockKey(key)
  assert.ok(parsed.ok)
  return parsed.value
}

function entry(
  procedure: string,
  body: JsonObject | null,
  effects: readonly (readonly [string, JsonObject | null])[],
): OpEntry {
  assert.ok(AT !== null)
  return {
    t: 'op',
    v: 1,
    at: AT,
    received: null,
    procedure,
    request:
      body === null
        ? null
        : { v: 1, origin: INFO.origin, procedure, body, replaces: [], expires: AT, nonce: '' },
    evidence: [],
    inputs: [],
    outcome: { accepted: true, effects: effects.map(([key, next]) => ({ key, prev: null, next })) },
  }
}

const application = (state: string, due: string | null): JsonObject => ({
  handle: 'A-41',
  state,
  due,
  consents: ['H-7', 'H-9'],
  body: {},
})

test('a transfer that was asked for: what happened, until when it can be withdrawn, where it is proved', () => {
  const asked = entry('transfer/1', { step: 'offer', from: 'H-7', to: 'H-9' }, [
    ['obj/application/A-41', application('cooling', '2026-01-12T03:04:05Z')],
  ])
  const notice = render({ info: INFO, index: 41, entry: asked, reason: { kind: 'holder', holder: 'H-7' } })
  assert.equal(notice.subject, 'Example Registry: transfer/1, entry 41, A-41 cooling')
  assert.equal(
    notice.text,
    `Example Registry (registry.example/log)

Entry 41, 2026-01-02T03:04:05Z, procedure transfer/1, offer

What happened: A transfer of numbers was asked for. It has not taken effect yet (state: cooling).
What can be done: Either party may withdraw it until 2026-01-12T03:04:05Z.

Application A-41: cooling, 2026-01-12T03:04:05Z
Records:
  obj/application/A-41

The entry:  https://registry.example/api/log/entries/41
The proof:  https://registry.example/proof/object/application/A-41
Why:        https://registry.example/why/41

You are told as a contact of the holder H-7.
`,
  )
})

test('each end of an act that takes time has words of its own', () => {
  for (const [state, words] of [
    ['withdrawn', /was withdrawn; nothing has changed/],
    ['vetoed', /was vetoed; nothing has changed/],
    ['failed', /did not take effect/],
    ['effected', /took effect/],
  ] as const) {
    const ended = entry('transfer/1', null, [['obj/application/A-41', application(state, null)]])
    const { text } = render({
      info: INFO,
      index: 41,
      entry: ended,
      reason: { kind: 'holder', holder: 'H-7' },
    })
    assert.match(text, words)
  }
})

test('a window: not begun before the attempt is logged, which this notice is; then until when; and that the registry was late', () => {
  const told = (
    procedure: string,
    state: string,
    due: string | null,
    overdue: string | null = null,
  ): string =>
    render({
      info: INFO,
      index: 41,
      entry: entry(procedure, null, [
        [
          'obj/application/A-41',
          {
            ...application(state, due),
            procedure: 'succeed/1',
            notice: {
              to: ['H-7'],
              attempted: [],
              windowSeconds: 0,
              windowDays: [{ days: 15, calendar: '' }],
              overdue,
              since: 41,
            },
          },
        ],
      ]),
      reason: { kind: 'holder', holder: 'H-7' },
    }).text
  const owed = told('attest/1', 'to-notify', '2026-01-03T03:04:05Z')
  assert.match(owed, /The passing of numbers to a successor is to take effect after a window/)
  assert.match(owed, /Its window of 15 business days has not begun: .* and this notice is one\./)
  assert.match(
    owed,
    /Any one living key of an affected holder may veto it, now and until the window has passed/,
  )
  const runs = told('record-notice/1', 'noticed', '2026-01-24T03:04:05Z')
  assert.match(runs, /is in its window, and takes effect when that has passed/)
  assert.match(runs, /Any one living key of an affected holder may veto it until 2026-01-24T03:04:05Z/)
  assert.match(
    told('record-notice/1', 'to-notify', null, '2026-01-03T03:04:05Z'),
    /The registry was to try by 2026-01-03T03:04:05Z, and was late/,
  )
})

test('a demonstration says so, many records are counted, and texts of the body stay out', () => {
  const keys = Array.from({ length: 25 }, (_, n) => [`ip4/10.0.${n}.0/24`, null] as const)
  const many = entry('annotate-dispute/1', { claim: 'A Private Person says so', step: 'claim' }, keys)
  const { text } = render({
    info: { ...INFO, demonstration: 'A demonstration on made-up records.' },
    index: 5,
    entry: many,
    reason: { kind: 'subscription', block: block('asn/64500/32'), id: 'S-1' },
  })
  assert.match(text, /A demonstration on made-up records\./)
  assert.match(text, / {2}ip4\/10\.0\.19\.0\/24\n {2}and 5 more\n/)
  assert.ok(!text.includes('Private'))
  assert.match(text, /subscribed to AS64500 \(subscription S-1\)/)
})

test('a procedure without words of its own gets plain ones; founding acts and acts about nobody are silent', () => {
  const facts = { procedure: null, state: null, until: null, window: null, overdue: null }
  assert.match(templateOf('unheard-of/1').happened(facts), /An act of the procedure unheard-of\/1/)
  assert.match(templateOf('constructor/1').happened(facts), /constructor\/1/)
  assert.equal(kindOf('transfer/1'), 'transfer')
  for (const id of Object.keys(PROCEDURES)) assert.ok(isSilent(id) || hasTemplate(id), `${id} has no words`)
  assert.ok(isSilent('genesis/1') && isSilent('import/1') && !isSilent('transfer/1'))
})

test('a new delegation concerns parent and child, its end whoever held it, a refusal nobody', async () => {
  const here = await world()
  const { registry } = here
  try {
    const parent = await here.holder('Parent', [])
    const child = await here.holder('Child', [])
    const key = await here.allocate(parent)
    const snapshot = () => registry.reader.snapshot()
    const [cell] = snapshot().chain(block(key)).slice(-1)
    const registration = cell?.cell.registrations.at(-1)
    assert.ok(registration !== undefined)
    const touched = async (index: number) => {
      const [bytes] = await registry.reader.store.entries(index, 1)
      const parsed = bytes === undefined ? null : parseEntry(bytes)
      assert.ok(parsed?.kind === 'op')
      return touchedBy(registry.reader, snapshot(), index, parsed.entry)
    }
    const first = key.slice('ip4/'.length).replace('.0/24', '')
    const ref = { key, id: registration.id }
    const grant = {
      step: 'grant',
      parent: parent.handle,
      registration: ref,
      range: `${first}.0 - ${first}.63`,
      child: child.handle,
      kind: 'sub',
      status: 'assigned',
      until: null,
      protected: false,
      country: null,
    }
    const replaces = [
      { member: `${key}#${registration.id}`, hash: memberHashOf(nodeCrypto, registration as Json) },
    ]
    const granted = await registry.act(registry.request('delegate/1', grant, replaces), [
      parent.signer,
      child.signer,
    ])
    const { holders, blocks } = await touched(granted.index)
    assert.deepEqual(holders, [parent.handle, child.handle].toSorted())
    assert.ok(blocks.some((one) => one.length === 26))
    const refused = await registry.act(registry.request('delegate/1', grant), [child.signer])
    assert.deepEqual(await touched(refused.index), { holders: [], blocks: [] })
    const place = `ip4/${first}.0/26`
    const [given] = (snapshot().chain(block(place)).at(-1)?.cell.registrations ?? []).slice(-1)
    assert.equal(given?.holder, child.handle)
    const member = { member: `${place}#${given.id}`, hash: memberHashOf(nodeCrypto, given as Json) }
    const end = { step: 'end', registration: { key: place, id: given.id }, by: child.handle }
    const ended = await registry.act(registry.request('delegate/1', end, [member]), [child.signer])
    assert.equal(snapshot().chain(block(place)).at(-1)?.block.length, 24)
    assert.deepEqual((await touched(ended.index)).holders, [child.handle], 'who held it before is told')
  } finally {
    await here.close()
  }
})
