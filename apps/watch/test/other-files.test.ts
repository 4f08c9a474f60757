// IANA's registries (XML, RDAP bootstrap of RFC 9224) and NRO transfer logs (JSON 4.0 and 5.0).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CurrentRows } from '../src/current-rows.ts'
import { readObservedEntry } from '../src/observed-entry.ts'
import { openPublishedFile } from '../src/published-file.ts'
import { readTransferRow } from '../src/transfer-log.ts'

type Read = { source: string; day: string; rows: string[]; notes: string[] }

function read(text: string): Read | string {
  const opened = openPublishedFile(Buffer.from(text), 'file')
  if (!opened.ok) return opened.error.code
  if (opened.value.kind !== 'day') return 'series'
  const { file } = opened.value
  const difference = file.compare(new CurrentRows(), file.notes)
  if (!difference.ok) return difference.error.code
  return {
    source: file.identity.source,
    day: file.identity.day,
    rows: difference.value.added.map(({ raw }) => raw),
    notes: file.notes.list().map(({ code }) => code),
  }
}

const IPV4 = `<?xml version='1.0' encoding='UTF-8'?>
<registry xmlns="http://www.iana.org/assignments" id="ipv4-address-space">
  <title>IPv4 Address Space</title>
  <updated>2025-10-10</updated>
  <record><prefix>192.0.2.0/24</prefix><designation>Example</designation><date>2005-04</date><whois>whois.apnic.net</whois><status>ALLOCATED</status></record>
  <record><prefix>240/8</prefix><designation>Future use</designation><date>1981-09</date><status>RESERVED</status></record>
  <record><prefix>999/8</prefix><designation>nonsense</designation><status>RESERVED</status></record>
</registry>
`

test('IANA’s address space: /8s in its own spelling, registries by their WHOIS server', () => {
  assert.deepEqual(read(IPV4), {
    source: 'iana/ipv4-address-space',
    day: '2025-10-10',
    rows: ['iana|ZZ|ipv4|192.0.2.0|256|20050401|apnic', 'iana|ZZ|ipv4|240.0.0.0|16777216|19810901|ietf'],
    notes: ['row-unreadable'],
  })
  assert.equal(read(IPV4.slice(0, -20)), 'truncated')
  assert.equal(read(IPV4.replace('ipv4-address-space', 'rdap-extensions')), 'unknown-format')
  assert.equal(read(IPV4.replace('2025-10-10', '')), 'day-unknown')
})

test('IANA’s AS numbers: single ones, ranges, unallocated ones', () => {
  const text = `<?xml version='1.0'?><registry id="as-numbers"><updated>2013-06-11</updated><registry id="as-numbers-1">
<record><number>64496-64511</number><description>Reserved for documentation</description></record>
<record><number>64512</number><description>Unallocated</description></record>
<record><number>64513</number><description>Assigned by RIPE NCC</description><whois>whois.ripe.net</whois><date>2006-11-29</date></record>
</registry></registry>`
  assert.deepEqual(read(text), {
    source: 'iana/as-numbers',
    day: '2013-06-11',
    rows: ['iana|ZZ|asn|64496|16||ietf', 'iana|ZZ|asn|64512|1||iana', 'iana|ZZ|asn|64513|1|20061129|ripencc'],
    notes: [],
  })
})

test('an RDAP bootstrap file names for each block the host that answers (RFC 9224 section 5)', () => {
  const text = JSON.stringify({
    version: '1.0',
    publication: '2024-04-10T20:00:01Z',
    services: [[['2001:db8::/32'], ['https://rdap.example/', 'http://rdap.example/']]],
  })
  assert.deepEqual(read(text), {
    source: 'iana/rdap-bootstrap-ipv6',
    day: '2024-04-10',
    rows: ['iana|ZZ|ipv6|2001:db8::|32||rdap.example'],
    notes: [],
  })
})

const transfer = {
  ip4nets: {
    original_set: [{ start_address: '192.0.2.0', end_address: '192.0.2.255' }],
    transfer_set: [{ start_address: '192.000.002.000', end_address: '192.0.2.127' }],
  },
  source_organization: { name: 'A Person', country_code: 'QM' },
  recipient_organization: { name: 'B Networks', country_code: 'XA' },
  transfer_date: '2025-03-01T18:48:00Z',
  source_registration_date: '1992-03-17T05:00:00Z',
  source_rir: 'RIPE NCC',
  recipient_rir: 'APNIC',
  type: 'RESOURCE_TRANSFER',
}

function log(version: string, ...transfers: readonly unknown[]): string {
  return JSON.stringify({
    version: { stats_version: version, producer: 'APNIC', production_date: '2026-04-17T01:02:03Z' },
    transfers,
  })
}

test('a transfer log 4.0: numbers, dates, registries and countries; organisations stay out', () => {
  const one = read(log('4.0', transfer))
  assert.deepEqual(one, {
    source: 'transfers/apnic',
    day: '2026-04-17',
    rows: [
      'transfer|1992-03-17|2025-03-01|RESOURCE_TRANSFER|||ripencc|apnic|QM|XA|ip4:192.0.2.0-192.0.2.127',
    ],
    notes: [],
  })
  assert.ok(!JSON.stringify(one).includes('Person'))
})

test('a transfer log 5.0: the status of a transfer between registries, its date where it has no other', () => {
  const { transfer_date: _, ...inFlight } = transfer
  const one = read(
    log('5.0', { ...inFlight, status: 'recipientAccepted', status_date: '2026-04-01T00:00:00Z' }),
  )
  assert.ok(typeof one === 'object')
  const [row = ''] = one.rows
  const again = readTransferRow(row, 'transfers/apnic', 7)
  assert.equal(again?.status, 'recipientAccepted')
  assert.equal(again?.day, '2026-04-01')
  assert.deepEqual(
    again?.ranges.map(({ space, first, last }) => [space, first, last]),
    [['ip4', 0xc0000200n, 0xc000027fn]],
  )
})

test('AS numbers and IPv6 of transfer logs, in both spellings of their members', () => {
  const one = read(
    log(
      '4.0',
      { ...transfer, ip4nets: null, asns: { transfer_set: [{ start: 64496, end: 64497 }] } },
      {
        ...transfer,
        ip4nets: null,
        asns: { transfer_set: [{ start_as_number: 64500, end_as_number: 64500 }] },
      },
      {
        ...transfer,
        ip4nets: null,
        ip6nets: { transfer_set: [{ start_address: '2001:DB8::', end_address: '2001:db8::ffff' }] },
      },
    ),
  )
  assert.ok(typeof one === 'object')
  assert.deepEqual(
    one.rows.map((row) => row.split('|').at(-1)),
    ['asn:64496-64497', 'asn:64500-64500', 'ip6:2001:db8::-2001:db8::ffff'],
  )
  for (const row of one.rows) assert.ok(readTransferRow(row, 'transfers/apnic', 0) !== null, row)
})

test('a transfer that names no numbers is told and left out; other versions and cut files are refused', () => {
  const one = read(log('4.0', transfer, { ...transfer, ip4nets: {} }, 7))
  assert.ok(typeof one === 'object' && one.rows.length === 1 && one.notes.includes('row-unreadable'))
  assert.equal(read(log('3.0')), 'unknown-format')
  assert.equal(read(log('4.0', transfer).slice(0, -9)), 'truncated')
  assert.equal(read('{"something":"else"}'), 'unknown-format')
})

test('long lists of numbers go on in rows of the same head', () => {
  const set = Array.from({ length: 450 }, (_, n) => ({ start: 64496 + n, end: 64496 + n }))
  const one = read(log('5.0', { ...transfer, ip4nets: null, asns: { transfer_set: set } }))
  assert.ok(typeof one === 'object')
  assert.equal(one.rows.length, 3)
  assert.equal(new Set(one.rows.map((row) => row.slice(0, row.lastIndexOf('|')))).size, 1)
})

test('a member that is called toString is a member like any other: the bootstrap file is read without it', () => {
  const odd = read('{"publication":"2026-01-01","services":[[[{"toString":false}],["https://a.example/"]]]}')
  assert.equal(odd, 'unknown-format')
  const good = read(
    '{"publication":"2026-01-01","services":[[[{"toString":false},"192.0.2.0/24"],["https://a.example/"]]]}',
  )
  assert.ok(typeof good !== 'string' && good.notes.includes('row-unreadable'))
})

test('any JSON and any row text are read or refused (fuzz)', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (json) => {
      read(json)
      read(
        `{"version":{"stats_version":"4.0","producer":"X","production_date":"2026-01-01"},"transfers":[${json}]}`,
      )
      read(`{"publication":"2026-01-01","services":[[${json},["https://a.example/"]]]}`)
      readObservedEntry(Buffer.from(`{"t":"observed","v":1,"day":${json},"source":"x"}`))
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      readTransferRow(text, 's', 0)
      readTransferRow(`transfer||||||||||${text}`, 's', 0)
      read(
        `<?xml version="1.0"?><registry id="as-numbers"><updated>2026-01-01</updated><record><number>${text}</number></record></registry>`,
      )
    }),
    { numRuns: 500 },
  )
})
