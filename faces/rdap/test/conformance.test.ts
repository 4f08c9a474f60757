// The checker can fail: each planted fault is found by the rule that is there for it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRdapHandler } from '../src/index.ts'
import { ask } from './asking.ts'
import { findings, type JsonObject, type Seen } from './conformance.ts'
import { holder, registration, testReader } from './fixtures.ts'

const reader = testReader({
  registrations: [
    registration('R-1', 'holding', '192.0.2.0 - 192.0.2.95', { holder: 'H-1', registered: '2013-05-01' }),
    registration('R-2', 'holding', 'AS64496', { holder: 'H-1' }),
  ],
  holders: [holder('H-1', { country: 'XX' })],
})
const rdap = createRdapHandler(reader)

function seen(target: string, body: string, more: Partial<Seen> = {}): Seen {
  const headers = {
    'content-type': 'application/rdap+json',
    'access-control-allow-origin': '*',
    'content-length': String(Buffer.byteLength(body)),
  }
  return { method: 'GET', target, status: 200, headers, body, ...more }
}

/** Faults as a text to replace in an honest answer, and what the finding must say. */
const FAULTS: readonly (readonly [target: string, from: string | RegExp, to: string, says: RegExp])[] = [
  ['/ip/192.0.2.1', '"rdap_level_0",', '', /rdap_level_0/],
  ['/ip/192.0.2.1', '"cidr0"]', '"cidr0","made_up"]', /100s.*made_up/],
  ['/ip/192.0.2.1', '"rel":"self"', '"rel":"alternate"', /0 links to itself/],
  ['/ip/192.0.2.1', '"rel":"describedby"', '"rel":"made-up"', /relation/],
  ['/ip/192.0.2.1', /"href":"[^"]*","type":"application\/rdap/, '"type":"application/rdap', /200s.*href/],
  ['/ip/192.0.2.1', '"eventAction":"last changed"', '"eventAction":"registration"', /repeated/],
  ['/ip/192.0.2.1', '"eventAction":"last changed"', '"eventAction":"changed"', /400s.*registered/],
  ['/ip/192.0.2.1', '2013-05-01T00:00:00Z', '2013-05-01', /3339/],
  ['/ip/192.0.2.1', '"status":["active"]', '"status":["live"]', /600s/],
  ['/ip/192.0.2.1', '"status":["active"]', '"status":[]', /empty array/],
  ['/ip/192.0.2.1', '"status":["active"]', '"status":["active"],"country":null', /is null/],
  ['/ip/192.0.2.1', '"handle":"R-1@192.0.2.0"', '"handle":""', /600s/],
  [
    '/ip/192.0.2.1',
    '"handle":"R-1@192.0.2.0"',
    '"handle":"R-1@192.0.2.0","handle":"R-1@192.0.2.0"',
    /repeats/,
  ],
  ['/ip/192.0.2.1', '"ipVersion":"v4"', '"ipVersion":"v6"', /1300s/],
  ['/ip/192.0.2.1', '"startAddress":"192.0.2.0"', '"startAddress":"192.0.2.96"', /1300s/],
  ['/ip/192.0.2.1', '"length":27', '"length":28', /add up/],
  ['/ip/192.0.2.1', '"v4prefix":"192.0.2.64"', '"v4prefix":"192.0.2.96"', /in order/],
  ['/ip/192.0.2.1', '"roles":["registrant"]', '"roles":["owner"]', /800s/],
  ['/ip/192.0.2.1', '["fn",{},"text","Example H-1"]', '["fn",{},"text",""]', /fn is/],
  ['/ip/192.0.2.1', '["kind",{}', '["gender",{}', /jCard property/],
  ['/ip/192.0.2.1', ',"label":"XX"', '', /label/],
  ['/ip/192.0.2.1', '"rel":"inaccuracy-report"', '"rel":"about"', /inaccuracy-report/],
  ['/autnum/64496', '"startAutnum":64496', '"startAutnum":"64496"', /1400s/],
  ['/autnum/64496', '"startAutnum":64496', '"startAutnum":64497', /1400s/],
  ['/ip/203.0.113.1', '"errorCode":404', '"errorCode":400', /errorCode/],
  ['/ip/203.0.113.1', '"title":"Not Found"', '"title":"Gone"', /reason phrase/],
  ['/ip/203.0.113.1', /"description":\["Not registered here\."\]/, '"description":"no"', /description/],
]

test('each planted fault is found', async () => {
  for (const [target, from, to, says] of FAULTS) {
    const { status, body } = await ask(rdap, target)
    const honest = JSON.stringify(body)
    const planted = honest.replace(from, to)
    assert.notEqual(planted, honest, String(from))
    assert.match(findings(seen(target, planted, { status })).join('\n'), says, `${String(from)} -> ${to}`)
  }
})

test('faults of headers and of the query are found', async () => {
  const { body } = await ask(rdap, '/ip/192.0.2.1')
  const honest = seen('/ip/192.0.2.1', JSON.stringify(body))
  const with_ = (headers: JsonObject): string[] =>
    findings({ ...honest, headers: { ...honest.headers, ...(headers as Seen['headers']) } })
  assert.deepEqual(findings(honest), [])
  assert.match(with_({ 'content-type': 'application/json' }).join(), /Content-Type/)
  assert.match(with_({ 'access-control-allow-origin': 'https://example.net' }).join(), /is not \*/)
  assert.match(with_({ 'access-control-allow-credentials': 'true' }).join(), /Credentials/)
  assert.match(findings({ ...honest, target: '/ip/192.0.2.96' }).join(), /does not contain/)
  assert.match(findings({ ...honest, method: 'HEAD' }).join(), /HEAD has a body/)
})
