// Records of objects as `cadastre lookup` tells them: words, not JSON.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Holder, type JsonObject, NEW_HOLDER } from '@cadastre/records'
import { coveringLines } from '../src/client/record-lines.ts'

const told = (key: string, record: unknown): string =>
  coveringLines([{ key, record: record as JsonObject }]).join('\n')

test('a holder: who it is, how many signatures it takes, which keys, which contacts', () => {
  const holder: Holder = {
    ...NEW_HOLDER,
    v: 1,
    handle: 'H-7',
    kind: 'organisation',
    name: 'Alpha Networks',
    country: 'BR',
    identity: 'KEY-1',
    policy: { m: 1, keys: [{ alg: 'ed25519', key: 'AAAA', roles: ['full'] }], guardians: ['H-9'] },
    contacts: [{ role: 'abuse', kind: 'group', fields: { email: 'x' } }],
    procedure: 'identify-holder/1',
    since: 7,
  }
  const text = told('obj/holder/H-7', holder)
  assert.match(text, /^obj\/holder\/H-7\n {2}Alpha Networks \(H-7\), organisation, country BR\n/)
  assert.match(text, /recorded +by identify-holder\/1 in entry 7/)
  assert.match(text, /signatures needed +1 of 1\n.*key +ed25519 AAAA, for full\n.*guardians +H-9/)
  assert.match(text, /contact +abuse \(group\): email; the log holds commitments only/)
  assert.doesNotMatch(text, /[{}"]|locked|frozen/)
})

test('any other object: every member that says something, nested ones indented, texts on lines of their own', () => {
  const text = told('obj/witnesses/POLICY', {
    v: 1,
    policy: 'log x\nquorum none\n',
    previous: { until: '2026-01-01T00:00:00Z' },
    names: ['one', 'two'],
    nothing: null,
    empty: [],
    members: [{ id: 1 }, { id: 2 }],
    keepsIt: false,
  })
  assert.match(text, /policy +log x\n +quorum none\n {2}previous\n {4}until +2026-01-01T00:00:00Z/)
  assert.match(text, /names +one, two\n {2}members 1\n {4}id +1\n {2}members 2\n {4}id +2\n {2}keeps it +no$/)
  assert.doesNotMatch(text, /nothing|empty/)
})

test('a block: its registrations and services, a line each', () => {
  const text = told('ip4/192.0.2.0/24', {
    v: 1,
    registrations: [
      {
        id: 'R-4',
        kind: 'holding',
        first: '192.0.2.0',
        last: '192.0.2.255',
        holder: 'H-7',
        status: 'assigned',
        until: null,
        procedure: 'allocate/1',
        since: 4,
      },
    ],
    rdns: { ns: ['ns.example'] },
    routes: [{ origin: 64496 }],
    roas: [{ asn: 64496, maxLength: 24 }],
  })
  assert.match(text, /R-4 holding 192\.0\.2\.0 - 192\.0\.2\.255 H-7 \(assigned\), by allocate\/1 in entry 4/)
  assert.match(text, /reverse DNS ns\.example\n.*route originated by AS64496\n.*AS64496, up to \/24/)
})
