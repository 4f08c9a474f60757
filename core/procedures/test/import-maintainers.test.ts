import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, RecordKey, Registry } from '@cadastre/records'
import { at, FoundingLog, foundingBodies, hash } from './founding-log.ts'

const KEY = hash('an SSH key')
const SSH = { kind: 'ssh', key: KEY }
const IMPORTED = 'IMP-EXAMPLE-A1'

/** Founded, with one row of the source EXAMPLE imported for the opaque id A1. */
function imported(ended = true): FoundingLog {
  const log = new FoundingLog()
  for (const body of foundingBodies()) assert.equal(log.act('genesis/1', body), null)
  const base = { staff: 'OP-1', source: 'EXAMPLE' }
  const manifest = { file: 'x', sha256: hash('x'), rows: 1, nested: false, attribution: 'x' }
  assert.equal(log.act('import/1', { step: 'manifest', ...base, ...manifest }), null)
  const raw = 'example|ZZ|ipv4|203.0.113.0|256|20200101|allocated|A1'
  assert.equal(log.act('import/1', { step: 'chunk', ...base, from: 0, rows: [{ line: 1, raw }] }), null)
  if (ended) assert.equal(log.act('import/1', { step: 'end', ...base }), null)
  return log
}

function list(
  log: FoundingLog,
  holders: readonly JsonObject[],
  source = 'EXAMPLE',
  by = ['OP-1'],
): string | null {
  return log.act(
    'import/1',
    { step: 'maintainers', staff: 'OP-1', source, sha256: hash('keys'), holders },
    { by },
  )
}
const maintainers = (log: FoundingLog, holder = IMPORTED): unknown =>
  log.state.get(`obj/maintainers/${holder}` as RecordKey)
const registry = (log: FoundingLog): Registry => log.state.get('obj/registry/REGISTRY' as RecordKey) as never

test('what a published file lists is recorded with the imported holder, and the objection period begins anew', () => {
  const log = imported()
  log.seconds += 1000
  const openpgp = { kind: 'openpgp', fingerprint: 'AB'.repeat(20) }
  const pgp = { kind: 'pgp', key: `BGUAAAAb${'A'.repeat(42)}A=` }
  assert.equal(list(log, [{ holder: IMPORTED, keys: [SSH, openpgp, pgp] }]), null)
  assert.deepEqual(maintainers(log), {
    v: 1,
    holder: IMPORTED,
    keys: [SSH, openpgp, pgp],
    source: 'EXAMPLE',
    since: log.index - 1,
  })
  assert.equal(registry(log).imported, at(log.seconds))
})

test('nothing-changed: unknown holders and those listed already are left out, and nothing is overwritten', () => {
  const log = imported()
  assert.equal(list(log, [{ holder: 'IMP-EXAMPLE-B2', keys: [SSH] }]), 'nothing-changed')
  const other = { kind: 'ssh', key: hash('another') }
  const twice = [
    { holder: IMPORTED, keys: [SSH] },
    { holder: IMPORTED, keys: [other] },
    { holder: 'IMP-EXAMPLE-B2', keys: [SSH] },
  ]
  assert.equal(list(log, twice), null)
  assert.deepEqual((maintainers(log) as { keys: unknown }).keys, [SSH])
  assert.equal(maintainers(log, 'IMP-EXAMPLE-B2'), null)
  assert.equal(list(log, [{ holder: IMPORTED, keys: [other] }]), 'nothing-changed')
})

test('source-unknown, import-in-progress, staff-signature-missing, not-founding, body-malformed', () => {
  const log = imported()
  const holders = [{ holder: IMPORTED, keys: [SSH] }]
  assert.equal(list(log, holders, 'OTHER'), 'source-unknown')
  assert.equal(list(log, holders, 'EXAMPLE', ['CL-1']), 'staff-signature-missing')
  assert.equal(list(imported(false), holders), 'import-in-progress')
  const short = { kind: 'ssh', key: 'AAAA' }
  for (const keys of [
    [],
    [short],
    [{ kind: 'rsa', key: KEY }],
    // RFC 9580 section 5.5.2: the first byte is the version, 4, and the highest bit of the second a time after 2106.
    [{ kind: 'pgp', key: 'BmUAAAAb' }],
    [{ kind: 'pgp', key: 'BGUAAAA' }],
    [{ kind: 'pgp', key: `B${'A'.repeat(707)}` }],
    [{ kind: 'pgp', fingerprint: 'AB'.repeat(20) }],
    [{ kind: 'openpgp', fingerprint: 'ab'.repeat(20) }],
  ])
    assert.equal(list(log, [{ holder: IMPORTED, keys }]), 'body-malformed')
  assert.equal(log.act('open/1', { staff: 'OP-1' }), null)
  assert.equal(list(log, holders), 'not-founding')
})

test('nothing-changed: a holder that has keys is not claimed again by what a file lists', () => {
  const log = imported()
  const key = `obj/holder/${IMPORTED}` as RecordKey
  const policy = { m: 1, keys: [], guardians: [] }
  log.state.set(key, { ...(log.state.get(key) as JsonObject), policy })
  assert.equal(list(log, [{ holder: IMPORTED, keys: [SSH] }]), 'nothing-changed')
})

test('any one of the sources that were imported may be listed', () => {
  const log = imported()
  const other = { staff: 'OP-1', source: 'OTHER' }
  const manifest = { file: 'y', sha256: hash('y'), rows: 1, nested: false, attribution: 'y' }
  assert.equal(log.act('import/1', { step: 'manifest', ...other, ...manifest }), null)
  const raw = 'other|ZZ|ipv4|198.51.100.0|256|20200101|allocated|A1'
  assert.equal(log.act('import/1', { step: 'chunk', ...other, from: 0, rows: [{ line: 1, raw }] }), null)
  assert.equal(log.act('import/1', { step: 'end', ...other }), null)
  assert.equal(list(log, [{ holder: IMPORTED, keys: [SSH] }]), null)
})
