// Holders and contacts: RFC 9083 section 5.1, RFC 7095, NRO profile (networks and autnums of registrants).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Contact } from '@cadastre/records'
import { createRdapHandler } from '../src/index.ts'
import { ask, linksOf } from './asking.ts'
import type { JsonObject } from './conformance.ts'
import { BASE, holder, registration, testReader, testSnapshot } from './fixtures.ts'

const abuse: Contact = { role: 'abuse', kind: 'group', fields: { fn: 'c-fn', email: 'c-email' } }
const own: Contact = { role: 'registrant', kind: 'individual', fields: { fn: 'c-own', email: 'c-mine' } }
const office: Contact = { role: 'registrant', kind: 'org', fields: { adr: 'c-adr', tel: 'c-tel' } }
const openings = {
  'c-fn': 'Abuse desk',
  'c-email': 'abuse@example.net',
  'c-own': 'A. Person',
  'c-mine': 'person@example.net',
  'c-adr': '1 Example Street',
  'c-tel': '+1 555 0100',
}
const many = Array.from({ length: 150 }, (_, index) =>
  registration(`R-${100 + index}`, 'holding', `203.0.113.${index}`, { holder: 'H-3' }),
)
const records = {
  registrations: [
    registration('R-1', 'holding', '192.0.2.0 - 192.0.2.95', { holder: 'H-1' }),
    registration('R-2', 'holding', 'AS64496 - AS64497', { holder: 'H-1' }),
    ...many,
    registration('R-9', 'holding', 'AS64500', { holder: 'H-3' }),
    registration('R-10', 'holding', '198.51.100.0/24', { holder: 'IMP-STATS-X' }),
  ],
  holders: [
    holder('H-1', { country: 'XX', contacts: [office, abuse] }),
    holder('H-2', { kind: 'person', name: null, contacts: [own, { ...abuse, fields: { email: 'c-gone' } }] }),
    holder('H-3'),
    holder('IMP-STATS-X', { kind: 'imported', name: null, identity: null }),
  ],
  objects: [
    {
      type: 'identity' as const,
      handle: 'I-H-1',
      value: { register: { name: 'Example Companies House', number: '42' } },
    },
  ],
  openings,
}
const reader = testReader(records)
const rdap = createRdapHandler(reader)

const cardOf = (entity: JsonObject): { readonly [name: string]: unknown } =>
  Object.fromEntries(
    (entity['vcardArray'] as [string, [string, object, string, unknown][]])[1].map((one) => [one[0], one[3]]),
  )
const entitiesOf = (object: JsonObject): readonly JsonObject[] => object['entities'] as JsonObject[]

test('a handle is found in any case, with its networks and AS numbers', async () => {
  for (const target of ['/entity/H-1', '/entity/h-1', '/entity/h%2D1']) {
    const { status, body } = await ask(rdap, target)
    assert.equal(status, 200, target)
    assert.equal(body['handle'], 'H-1')
    assert.deepEqual(
      (body['networks'] as JsonObject[]).map((one) => one['handle']),
      ['R-1@192.0.2.0'],
    )
    assert.deepEqual(
      (body['autnums'] as JsonObject[]).map((one) => one['handle']),
      ['R-2@64496'],
    )
    assert.deepEqual(body['publicIds'], [{ type: 'Example Companies House', identifier: '42' }])
    assert.equal(linksOf(body)['alternate'], `${BASE}/proof/object/holder/H-1`)
  }
})

test('an unknown handle is 404, an address too; nothing is 400', async () => {
  for (const target of [
    '/entity/H-99',
    '/entity/1.2.3.4',
    '/entity/%20',
    '/entity/...',
    '/entity/H-1.C9',
    '/entity/a%2Fb',
  ])
    assert.equal((await ask(rdap, target)).status, 404, target)
  for (const target of ['/entity', '/entity/', '/entity/H-1/x', '/entity/%'])
    assert.equal((await ask(rdap, target)).status, 400, target)
})

test('lists are cut, never to nothing, and say so by a registered notice (RFC 9083 9)', async () => {
  const { body } = await ask(rdap, '/entity/H-3')
  assert.equal((body['networks'] as JsonObject[]).length, 100)
  assert.equal((body['autnums'] as JsonObject[]).length, 1)
  const types = (body['notices'] as JsonObject[]).map((notice) => notice['type'])
  assert.ok(types.includes('result set truncated due to excessive load'))
})

test('a network names its registrant and, nested, whom to write to about abuse (NRO profile)', async () => {
  const [registrant, contact] = entitiesOf((await ask(rdap, '/ip/192.0.2.1')).body)
  assert.deepEqual(registrant?.['roles'], ['registrant'])
  assert.deepEqual(cardOf(registrant ?? {})['fn'], 'Example H-1')
  assert.equal(cardOf(registrant ?? {})['tel'], '+1 555 0100')
  assert.deepEqual(contact?.['roles'], ['abuse'])
  assert.equal(cardOf(contact ?? {})['email'], 'abuse@example.net')
  const self = linksOf(contact ?? {})['self'] ?? ''
  const { status, body } = await ask(rdap, self.slice(`${BASE}/rdap`.length))
  assert.equal(status, 200)
  assert.equal(cardOf(body)['email'], 'abuse@example.net')
})

test('a natural person’s own data is not published; an erased opening leaves its field out', async () => {
  const { body } = await ask(rdap, '/entity/H-2')
  assert.equal(cardOf(body)['fn'], 'H-2')
  assert.equal(cardOf(body)['email'], undefined)
  assert.doesNotMatch(JSON.stringify(body), /A\. Person|person@example/)
  const [contact] = entitiesOf(body)
  assert.deepEqual(Object.keys(cardOf(contact ?? {})), ['version', 'fn', 'kind'])
})

test('an erased opening is gone with the next log position', async () => {
  const own = { ...records, openings: { ...openings } as { [commitment: string]: string } }
  const living = testReader(own)
  const handler = createRdapHandler(living)
  assert.match(JSON.stringify((await ask(handler, '/ip/192.0.2.1')).body), /abuse@example\.net/)
  delete own.openings['c-email']
  living.show(testSnapshot(own, 9))
  assert.doesNotMatch(JSON.stringify((await ask(handler, '/ip/192.0.2.1')).body), /abuse@example\.net/)
})

test('an imported holder without a name answers by its handle', async () => {
  const { body } = await ask(rdap, '/entity/imp-stats-x')
  assert.equal(cardOf(body)['fn'], 'IMP-STATS-X')
})

test('text of others cannot take the place of the query mark or of markup', async () => {
  const name = '\u{fdd0}"},<script>\\'
  const odd = createRdapHandler(
    testReader({
      registrations: [registration('R-1', 'holding', '192.0.2.0/24', { holder: 'H-1' })],
      holders: [holder('H-1', { name })],
    }),
  )
  const { body } = await ask(odd, '/ip/192.0.2.9')
  assert.equal(cardOf(entitiesOf(body)[0] ?? {})['fn'], name)
  assert.equal(linksOf(body)['alternate'], `${BASE}/proof/ip/192.0.2.9`)
})
